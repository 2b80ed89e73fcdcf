import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import {
  isUp,
  type AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  ButtonIcon,
  ButtonLink,
  Flex,
  Menu,
  MenuItem,
  MenuTrigger,
  Text,
  Tooltip,
  TooltipTrigger,
} from '@backstage/ui';
import {
  RiDeleteBinLine,
  RiArrowRightLine,
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
import { useAction } from '../hooks/useAction';
import { paths } from '../routes';
import { when } from '../words';
import { EmptyVolumeDialog } from './EmptyVolumeDialog';
import { RedeployDialog } from './RedeployDialog';
import { ShareDialog } from './ShareDialog';
import { TerminateDialog } from './TerminateDialog';

/** Why an instance cannot be opened now. */
export function whyClosed(instance: AppInstance): string | undefined {
  if (instance.terminating) return 'It is being terminated.';
  if (!instance.can.open)
    return instance.visibility === 'PRIVATE'
      ? 'Only its owner opens it: it is private.'
      : 'It is not shared with you.';
  if (isUp(instance)) return undefined;
  switch (instance.status) {
    case 'PENDING':
      return 'It is still starting.';
    case 'SUSPENDED':
      return 'It is paused: resume it first.';
    case 'FAILED':
      return instance.restarting
        ? 'The app stopped and is restarting: see its page for the cause.'
        : 'It does not run: see its page for the cause.';
    default:
      return 'The cluster does not say whether it runs.';
  }
}

function Visit(props: {
  instance: AppInstance;
  size: 'small' | 'medium';
  about: string;
}) {
  const { instance, size, about } = props;
  const why = whyClosed(instance);
  if (!why)
    return (
      <ButtonLink
        size={size}
        variant="primary"
        href={instance.url}
        iconStart={<RiArrowRightLine />}
        aria-label={`Visit ${about}`}
      >
        Visit
      </ButtonLink>
    );
  // What can be resumed has a better button.
  if (instance.can.resume) return null;
  return (
    <TooltipTrigger delay={200}>
      <Button
        size={size}
        variant="secondary"
        // Stays reachable by the keyboard, so that the reason can be read.
        aria-disabled="true"
        iconStart={<RiArrowRightLine />}
        aria-label={`Visit ${about}: ${why}`}
        style={{ opacity: 0.5, cursor: 'not-allowed' }}
      >
        Visit
      </Button>
      <Tooltip>{why}</Tooltip>
    </TooltipTrigger>
  );
}

/** What can be done with an instance. Ending it asks first. */
export function InstanceActions(props: {
  instance: AppInstance;
  size?: 'small' | 'medium';
  /** One of several: says which in the names of its buttons, and leads to its page. */
  listed?: boolean;
  onChange: (instance: AppInstance) => void;
  /** It was terminated; lists that are not followed live take it out. */
  onGone?: () => void;
  /** It was taken back after that. */
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
    said?: (after: AppInstance) => string,
  ) =>
    act(async () => {
      const after = await work();
      onChange(after);
      if (said)
        toast.post({ title: said(after), status: 'success', timeout: 8000 });
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
            () => `${instance.appTitle} is back, paused`,
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
        Who may open it …
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
            () => `${instance.appTitle} no longer pauses by itself`,
          )
        }
      >
        Keep running
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
    <Flex gap="2" align="center" style={{ flexWrap: 'wrap' }}>
      <Visit instance={instance} size={size} about={about} />
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
          aria-label={`Pause ${about}`}
          onPress={() => change(() => api.suspendInstance(instance.id))}
        >
          Pause
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
          variant="secondary"
          destructive
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
    </Flex>
  );
}
