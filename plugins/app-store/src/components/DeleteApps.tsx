import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import {
  AppStoreError,
  type App,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Checkbox, Text } from '@backstage/ui';
import { RiDeleteBinLine } from '@remixicon/react';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { count } from '../words';
import { ConfirmDialog } from './ConfirmDialog';
import { problemOf } from './ProblemPanel';

interface Failure {
  app: App;
  error: Error;
}

/** Asks, then deletes app versions one after the other; what stayed is listed with the reason. */
function DeleteDialog(props: {
  apps: App[];
  onClose: () => void;
  onDone: () => void;
}) {
  const { onClose, onDone } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [apps] = useState(props.apps);
  const [purge, setPurge] = useState(false);
  const [stayed, setStayed] = useState<Failure[]>([]);
  const left = stayed.length ? stayed.map(({ app }) => app) : apps;
  const remove = async () => {
    const failures: Failure[] = [];
    for (const app of left)
      await api
        .deleteApp(app.id, purge ? { purgeTerminated: true } : {})
        .catch(error => failures.push({ app, error }));
    setStayed(failures);
    if (failures.length < left.length) onDone();
    if (failures.length) {
      // A single refusal is shown whole, with its rule and remedy.
      if (left.length === 1) throw failures[0].error;
      throw new AppStoreError({
        type: 'about:blank',
        title: 'not all',
        status: 409,
        code: 'SOME_STAYED',
        detail: `${failures.length} of ${left.length} app versions were not deleted.`,
        owner: 'you',
        remedy: 'The reasons are below.',
      });
    }
    toast.post({
      title: `Deleted ${count(left.length, 'app version')}`,
      status: 'success',
      timeout: 8000,
    });
  };
  return (
    <ConfirmDialog
      title={
        apps.length === 1
          ? `Delete ${apps[0].title} ${apps[0].version}?`
          : `Delete ${apps.length} app versions?`
      }
      confirm="Delete"
      destructive
      onClose={onClose}
      onConfirm={remove}
    >
      <Text as="p">
        This permanently deletes {apps.length === 1 ? 'it' : 'them'} from the
        store. The store does not delete a version that has instances, suspended
        ones included.
      </Text>
      {apps.length > 1 && (
        <ul>
          {left.map(app => {
            const why = stayed.find(each => each.app.id === app.id);
            return (
              <li key={app.id}>
                {app.title} {app.version}
                {why &&
                  `: ${problemOf(why.error).message} ${
                    problemOf(why.error).remedy
                  }`}
              </li>
            );
          })}
        </ul>
      )}
      <Checkbox isSelected={purge} onChange={setPurge}>
        Also delete the volumes of terminated instances that can still be
        restored
      </Checkbox>
    </ConfirmDialog>
  );
}

/** Deletes the chosen app versions after asking; `opened` shows the dialog alone. */
export function DeleteApps(props: {
  apps: App[];
  opened?: boolean;
  onClose?: () => void;
  onDone: () => void;
}) {
  const { apps, opened, onClose, onDone } = props;
  const [asking, setAsking] = useState(false);
  return (
    <>
      {!opened && (
        <Button
          variant="secondary"
          destructive
          isDisabled={!apps.length}
          iconStart={<RiDeleteBinLine />}
          onPress={() => setAsking(true)}
        >
          {apps.length ? `Delete ${apps.length}` : 'Delete'}
        </Button>
      )}
      {(opened || asking) && (
        <DeleteDialog
          apps={apps}
          onClose={() => {
            setAsking(false);
            onClose?.();
          }}
          onDone={onDone}
        />
      )}
    </>
  );
}
