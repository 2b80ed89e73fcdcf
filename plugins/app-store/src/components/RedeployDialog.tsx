import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { ConfirmDialog } from './ConfirmDialog';

/** Renders an instance anew, after saying what that does to whoever uses it. */
export function RedeployDialog(props: {
  instance: AppInstance;
  about: string;
  onClose: () => void;
  onChange: (instance: AppInstance) => void;
}) {
  const { instance, about, onClose, onChange } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  return (
    <ConfirmDialog
      title={`Redeploy ${about}?`}
      confirm="Redeploy"
      onClose={onClose}
      onConfirm={async () => {
        onChange(await api.redeployInstance(instance.id));
        toast.post({
          title: `${instance.appTitle} is being redeployed`,
          status: 'success',
          timeout: 8000,
        });
      }}
    >
      <Text as="p">
        The store creates its pod again with the current configuration. This
        interrupts people who use the app. The volume is kept.
      </Text>
    </ConfirmDialog>
  );
}
