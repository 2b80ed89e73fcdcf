import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Checkbox, Flex, Text } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { useAction } from './useAction';
import { useStore } from '../hooks/useCached';
import { duration, when } from '../words';
import { ConfirmDialog } from './ConfirmDialog';
import { Loading } from './Loading';

/** Takes a terminated instance back, from a toast. */
function Undo(props: {
  instance: AppInstance;
  onRestored: (instance: AppInstance) => void;
}) {
  const { instance, onRestored } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [busy, act] = useAction();
  const [done, setDone] = useState(false);
  return (
    <Flex direction="column" gap="2" align="start">
      <Text as="p" variant="body-small">
        {done
          ? 'The instance was restored.'
          : `Its volume is kept until ${when(instance.purgeAfter!)}.`}
      </Text>
      {!done && (
        <Button
          size="small"
          variant="secondary"
          isDisabled={busy}
          onPress={() =>
            act(async () => {
              onRestored(await api.restoreInstance(instance.id));
              setDone(true);
              toast.post({
                title: `${instance.appTitle} was restored and is suspended`,
                status: 'success',
                timeout: 8000,
              });
            })
          }
        >
          Undo
        </Button>
      )}
    </Flex>
  );
}

/** Ends an instance after saying what is lost, and until when the volume can be restored. */
export function TerminateDialog(props: {
  instance: AppInstance;
  about: string;
  onClose: () => void;
  onRestored: (instance: AppInstance) => void;
  onDone?: () => void;
}) {
  const { instance, about, onClose, onRestored, onDone } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const store = useStore().value;
  const [purge, setPurge] = useState(false);
  const kept = (store?.terminatedRetentionSeconds ?? 0) * 1000;
  // Who may not read its status is not told: it may have one.
  const keeps = instance.keepsVolume !== false && kept > 0;
  const end = async () => {
    await api.terminateInstance(instance.id, purge ? { purge } : {});
    const after = purge
      ? undefined
      : await api.getInstance(instance.id).catch(() => undefined);
    toast.post({
      title: `${instance.appTitle} is terminated`,
      status: 'success',
      timeout: 15_000,
      description:
        after?.can.restore && after.purgeAfter ? (
          <Undo instance={after} onRestored={onRestored} />
        ) : undefined,
    });
    onDone?.();
  };
  return (
    <ConfirmDialog
      title={`Terminate ${about}?`}
      confirm={keeps && purge ? 'Terminate and delete the volume' : 'Terminate'}
      destructive
      disabled={!store}
      onClose={onClose}
      onConfirm={end}
    >
      {!store ? (
        <Loading label="Loading" shape="text" lines={3} />
      ) : (
        <>
          <Text as="p">
            {keeps
              ? `The instance stops at once. Its addresses stop working, and all data outside its volume is lost. The volume is kept for ${duration(
                  kept,
                )}. During that time you can restore the instance under My instances.`
              : 'The instance stops at once. Its addresses stop working, and all its data is lost. To continue later, suspend it instead.'}
          </Text>
          {keeps && (
            <Checkbox isSelected={purge} onChange={setPurge}>
              Also delete its volume now. You cannot restore the instance after
              that.
            </Checkbox>
          )}
        </>
      )}
    </ConfirmDialog>
  );
}
