import { useApi } from '@backstage/frontend-plugin-api';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { ConfirmDialog } from './ConfirmDialog';

/** Starts an instance whose volume is lost with an empty one, once its owner has said so. */
export function EmptyVolumeDialog(props: {
  instance: AppInstance;
  about: string;
  onClose: () => void;
  onChange: (instance: AppInstance) => void;
}) {
  const { instance, about, onClose, onChange } = props;
  const api = useApi(appStoreApiRef);
  return (
    <ConfirmDialog
      title={`Start ${about} with an empty volume?`}
      confirm="Start"
      destructive
      onClose={onClose}
      onConfirm={async () =>
        onChange(await api.startWithEmptyVolume(instance.id))
      }
    >
      <Text as="p">
        The volume of this instance no longer exists in the cluster. An admin
        may be able to restore it from a backup. If you start with an empty
        volume, the instance will not use a restored one.
      </Text>
    </ConfirmDialog>
  );
}
