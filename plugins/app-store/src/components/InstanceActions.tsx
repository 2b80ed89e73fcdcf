import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  ButtonIcon,
  Menu,
  MenuItem,
  MenuTrigger,
  Text,
} from '@backstage/ui';
import {
  RiDeleteBinLine,
  RiFileListLine,
  RiHistoryLine,
  RiInfinityLine,
  RiLinksLine,
  RiMore2Line,
  RiPauseLine,
  RiPlayLine,
  RiRestartLine,
  RiShareLine,
  RiTimeLine,
} from '@remixicon/react';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { useAction } from './useAction';
import { paths } from '../routes';
import { when } from '../words';
import { EmptyVolumeDialog } from './EmptyVolumeDialog';
import { OpenInstance } from './OpenInstance';
import { RedeployDialog } from './RedeployDialog';
import { ShareDialog } from './ShareDialog';
import styles from './InstanceActions.module.css';
import { TerminateDialog } from './TerminateDialog';

/** What can be done with an instance. Ending it asks first. */
export function InstanceActions(props: {
  instance: AppInstance;
  size?: 'small' | 'medium';
  /** One of several: says which in the names of its buttons, and leads to its page. */
  listed?: boolean;
  onChange: (instance: AppInstance) => void;
  /** It was terminated; lists that are not followed live take it out. */
  onGone?: () => void;
  /** It was restored after that. */
  onRestored?: () => void;
}) {
  const { instance, size = 'small', listed, onChange, onGone } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [busy, act] = useAction();
  const [dialog, setDialog] = useState<
    'terminate' | 'share' | 'redeploy' | 'empty'
  >();
  const { can } = instance;
  const change = (
    work: () => Promise<AppInstance>,
    describe?: (after: AppInstance) => string,
  ) =>
    act(async () => {
      const after = await work();
      onChange(after);
      if (describe)
        toast.post({
          title: describe(after),
          status: 'success',
          timeout: 8000,
        });
    });
  const about = listed
    ? `${instance.appTitle}, started ${when(instance.createdAt)}`
    : instance.appTitle;
  if (can.restore)
    return (
      <Button
        size={size}
        variant="secondary"
        iconStart={<RiHistoryLine />}
        isDisabled={busy}
        aria-label={`Restore ${about}`}
        onPress={() =>
          change(
            () => api.restoreInstance(instance.id),
            () => `${instance.appTitle} was restored and is suspended`,
          )
        }
      >
        Restore
      </Button>
    );
  const items = [
    can.extend && (
      <MenuItem
        key="extend"
        iconStart={<RiTimeLine />}
        onAction={() =>
          change(
            () => api.extendInstance(instance.id),
            after =>
              after.suspendAfter
                ? `${instance.appTitle} runs until ${when(after.suspendAfter)}`
                : `${instance.appTitle} was extended`,
          )
        }
      >
        Extend
      </MenuItem>
    ),
    can.update && (
      <MenuItem
        key="share"
        iconStart={<RiShareLine />}
        onAction={() => setDialog('share')}
      >
        Who can open it …
      </MenuItem>
    ),
    listed && can.logs && (
      <MenuItem
        key="log"
        iconStart={<RiFileListLine />}
        href={`${paths.instance(instance.id)}?tab=log`}
      >
        Log
      </MenuItem>
    ),
    listed && can.alias && (
      <MenuItem
        key="aliases"
        iconStart={<RiLinksLine />}
        href={`${paths.instance(instance.id)}?tab=aliases`}
      >
        Aliases
      </MenuItem>
    ),
    can.disableAutosuspend && (
      <MenuItem
        key="keep"
        iconStart={<RiInfinityLine />}
        onAction={() =>
          change(
            () => api.disableAutosuspend(instance.id),
            () => `${instance.appTitle} will not be suspended automatically`,
          )
        }
      >
        Disable auto-suspend
      </MenuItem>
    ),
    can.redeploy && (
      <MenuItem
        key="redeploy"
        iconStart={<RiRestartLine />}
        onAction={() => setDialog('redeploy')}
      >
        Redeploy …
      </MenuItem>
    ),
  ].filter(Boolean);
  return (
    <div className={styles.actions}>
      <OpenInstance instance={instance} size={size} about={about} />
      {can.resume && (
        <Button
          size={size}
          variant="primary"
          isDisabled={busy}
          iconStart={<RiPlayLine />}
          aria-label={`Resume ${about}`}
          onPress={() => change(() => api.resumeInstance(instance.id))}
        >
          Resume
        </Button>
      )}
      {can.suspend && (
        <Button
          size={size}
          variant="secondary"
          isDisabled={busy}
          iconStart={<RiPauseLine />}
          aria-label={`Suspend ${about}`}
          onPress={() => change(() => api.suspendInstance(instance.id))}
        >
          Suspend
        </Button>
      )}
      {can.terminate && instance.problem?.code === 'VOLUME_LOST' && (
        <Button
          size={size}
          variant="secondary"
          isDisabled={busy}
          aria-label={`Start ${about} with an empty volume`}
          onPress={() => setDialog('empty')}
        >
          Start with an empty volume …
        </Button>
      )}
      {can.terminate && (
        <Button
          size={size}
          // The question that it asks is the loud one.
          variant="tertiary"
          isDisabled={busy}
          iconStart={<RiDeleteBinLine />}
          aria-label={`Terminate ${about}`}
          onPress={() => setDialog('terminate')}
        >
          Terminate
        </Button>
      )}
      {items.length > 0 && (
        <MenuTrigger>
          <ButtonIcon
            size={size}
            variant="secondary"
            isDisabled={busy}
            icon={<RiMore2Line />}
            aria-label={`More for ${about}`}
          />
          <Menu>{items as JSX.Element[]}</Menu>
        </MenuTrigger>
      )}
      {instance.terminating && <Text color="secondary">Terminating …</Text>}
      {dialog === 'terminate' && (
        <TerminateDialog
          instance={instance}
          about={about}
          onClose={() => setDialog(undefined)}
          onRestored={after => {
            onChange(after);
            props.onRestored?.();
          }}
          onDone={onGone}
        />
      )}
      {dialog === 'share' && (
        <ShareDialog
          instance={instance}
          about={about}
          onClose={() => setDialog(undefined)}
          onChange={onChange}
        />
      )}
      {dialog === 'empty' && (
        <EmptyVolumeDialog
          instance={instance}
          about={about}
          onClose={() => setDialog(undefined)}
          onChange={onChange}
        />
      )}
      {dialog === 'redeploy' && (
        <RedeployDialog
          instance={instance}
          about={about}
          onClose={() => setDialog(undefined)}
          onChange={onChange}
        />
      )}
    </div>
  );
}
