import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { App } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Text,
} from '@backstage/ui';
import { RiDeleteBinLine } from '@remixicon/react';
import { appStoreApiRef } from '../api';
import { useAction } from '../hooks/useAction';
import { problemOf } from './ProblemPanel';

/** Deletes the chosen app versions, one after the other, after asking; tells which stayed, and why. */
export function DeleteApps(props: { apps: App[]; onDone: () => void }) {
  const { apps, onDone } = props;
  const api = useApi(appStoreApiRef);
  const what = apps.length === 1 ? 'app version' : 'app versions';
  const toast = useApi(toastApiRef);
  const [busy, act] = useAction();
  const remove = () =>
    act(async () => {
      const failures: string[] = [];
      for (const app of apps)
        await api
          .deleteApp(app.id)
          .catch(error =>
            failures.push(
              `${app.title} ${app.version}: ${problemOf(error).message}`,
            ),
          );
      onDone();
      if (failures.length)
        toast.post({
          title: `${failures.length} of ${apps.length} stayed`,
          description: failures.join(' '),
          status: 'danger',
        });
      else
        toast.post({
          title: `Deleted ${apps.length} ${what}`,
          status: 'success',
        });
    });
  return (
    <DialogTrigger>
      <Button
        variant="secondary"
        destructive
        isDisabled={!apps.length || busy}
        iconStart={<RiDeleteBinLine />}
      >
        {apps.length ? `Delete ${apps.length}` : 'Delete'}
      </Button>
      <Dialog>
        <DialogHeader>
          Delete {apps.length} {what}?
        </DialogHeader>
        <DialogBody>
          <Text as="p">
            They are gone from the store for good. Versions with instances,
            paused ones included, stay.
          </Text>
          <ul>
            {apps.map(app => (
              <li key={app.id}>
                {app.title} {app.version}
              </li>
            ))}
          </ul>
        </DialogBody>
        <DialogFooter>
          <Button variant="primary" destructive slot="close" onPress={remove}>
            Delete for good
          </Button>
          <Button variant="secondary" slot="close">
            Keep them
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}
