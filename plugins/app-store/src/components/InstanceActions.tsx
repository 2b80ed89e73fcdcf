import { useApi } from '@backstage/frontend-plugin-api';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  ButtonLink,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Flex,
  Text,
} from '@backstage/ui';
import {
  RiDeleteBinLine,
  RiExternalLinkLine,
  RiPauseLine,
  RiPlayLine,
} from '@remixicon/react';
import { appStoreApiRef } from '../api';
import { useAction } from '../hooks/useAction';

/** What can be done with an instance. Ending it asks first. */
export function InstanceActions(props: {
  instance: AppInstance;
  size?: 'small' | 'medium';
  /** One of several: says which in the names of its buttons. */
  listed?: boolean;
  onChange: (instance: AppInstance) => void;
}) {
  const { instance, size = 'small', listed, onChange } = props;
  const api = useApi(appStoreApiRef);
  const [busy, act] = useAction();
  const change = (work: (id: string) => Promise<AppInstance>) =>
    act(async () => onChange(await work(instance.id)));
  const about = listed
    ? `${instance.appTitle}, started ${new Date(
        instance.createdAt,
      ).toLocaleString()}`
    : instance.appTitle;
  return (
    <Flex gap="2" align="center" style={{ flexWrap: 'wrap' }}>
      {instance.can.open && instance.status === 'DEPLOYED' && (
        <ButtonLink
          size={size}
          variant="primary"
          href={instance.url}
          target="_blank"
          iconStart={<RiExternalLinkLine />}
          aria-label={`Open ${about}`}
        >
          Open
        </ButtonLink>
      )}
      {instance.can.resume && (
        <Button
          size={size}
          variant="primary"
          isDisabled={busy}
          iconStart={<RiPlayLine />}
          aria-label={`Resume ${about}`}
          onPress={() => change(id => api.resumeInstance(id))}
        >
          Resume
        </Button>
      )}
      {instance.can.suspend && (
        <Button
          size={size}
          variant="secondary"
          isDisabled={busy}
          iconStart={<RiPauseLine />}
          aria-label={`Pause ${about}`}
          onPress={() => change(id => api.suspendInstance(id))}
        >
          Pause
        </Button>
      )}
      {instance.can.terminate && (
        <DialogTrigger>
          <Button
            size={size}
            variant="secondary"
            destructive
            isDisabled={busy}
            iconStart={<RiDeleteBinLine />}
            aria-label={`Terminate ${about}`}
          >
            Terminate
          </Button>
          <Dialog>
            <DialogHeader>Terminate {about}?</DialogHeader>
            <DialogBody>
              <Text as="p">
                The instance and everything it keeps, its volume included, are
                removed for good. Pause it instead to keep the volume.
              </Text>
            </DialogBody>
            <DialogFooter>
              <Button
                variant="primary"
                destructive
                slot="close"
                onPress={() => act(() => api.terminateInstance(instance.id))}
              >
                Terminate for good
              </Button>
              <Button variant="secondary" slot="close">
                Keep it
              </Button>
            </DialogFooter>
          </Dialog>
        </DialogTrigger>
      )}
    </Flex>
  );
}
