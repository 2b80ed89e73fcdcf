import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { App } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  ButtonIcon,
  Flex,
  Menu,
  MenuItem,
  MenuTrigger,
  Text,
  ToggleButton,
} from '@backstage/ui';
import {
  RiDeleteBinLine,
  RiDownloadLine,
  RiHeartFill,
  RiHeartLine,
  RiMore2Line,
  RiPlayLine,
  RiPushpinFill,
  RiPushpinLine,
  RiSettings3Line,
  RiUserSharedLine,
} from '@remixicon/react';
import { appStoreApiRef } from '../api';
import { saveAs } from '../download';
import { useAction } from './useAction';
import { useStore } from '../hooks/useCached';
import { paths } from '../routes';
import { count } from '../words';

/** Likes and pins an app, for the reader alone. */
export function Preferences(props: { app: App; onApp: (app: App) => void }) {
  const { app, onApp } = props;
  const api = useApi(appStoreApiRef);
  const [busy, act] = useAction();
  const set = (preferences: { liked?: boolean; pinned?: boolean }) =>
    act(async () => onApp(await api.setAppPreferences(app.id, preferences)));
  return (
    <Flex gap="2" align="center">
      <ToggleButton
        size="small"
        isSelected={app.liked}
        isDisabled={busy}
        iconStart={app.liked ? <RiHeartFill /> : <RiHeartLine />}
        aria-label={`${app.liked ? 'Liked' : 'Like'} (${count(
          app.likes,
          'like',
        )})`}
        onChange={liked => set({ liked })}
      >
        {String(app.likes)}
      </ToggleButton>
      <ToggleButton
        size="small"
        isSelected={app.pinned}
        isDisabled={busy}
        iconStart={app.pinned ? <RiPushpinFill /> : <RiPushpinLine />}
        onChange={pinned => set({ pinned })}
      >
        {app.pinned ? 'Pinned' : 'Pin'}
      </ToggleButton>
    </Flex>
  );
}

/** What those may do whom the app version belongs to; as buttons on its page, with a menu in a list. */
export function AppActions(props: {
  app: App;
  listed?: boolean;
  onOptions: () => void;
  onTransfer: () => void;
  onDelete?: () => void;
}) {
  const { app, listed, onOptions, onTransfer, onDelete } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [busy, act] = useAction();
  const { value: store } = useStore();
  const about = `${app.title} ${app.version}`;
  const download = () =>
    act(async () => {
      const name = `${app.name}.${app.version}.wave`;
      await saveAs(await api.downloadApp(app.id), name);
      toast.post({
        title: `${name} was downloaded`,
        status: 'success',
        timeout: 8000,
      });
    });
  const items = [
    listed && app.can.run && app.lifecycle !== 'LINK' && (
      <MenuItem
        key="run"
        iconStart={<RiPlayLine />}
        href={`${paths.app(app.id)}?dialog=run`}
      >
        Run …
      </MenuItem>
    ),
    listed && app.can.download && (
      <MenuItem
        key="download"
        iconStart={<RiDownloadLine />}
        onAction={download}
      >
        Download
      </MenuItem>
    ),
    app.can.transfer && (
      <MenuItem
        key="transfer"
        iconStart={<RiUserSharedLine />}
        onAction={onTransfer}
      >
        Transfer …
      </MenuItem>
    ),
    app.can.delete && onDelete && (
      <MenuItem
        key="delete"
        color="danger"
        iconStart={<RiDeleteBinLine />}
        onAction={onDelete}
      >
        Delete …
      </MenuItem>
    ),
  ].filter(Boolean);
  return (
    <Flex
      gap="2"
      align="center"
      style={{ flexWrap: listed ? 'nowrap' : 'wrap' }}
    >
      {app.can.update && (
        <Button
          size="small"
          variant="secondary"
          iconStart={<RiSettings3Line />}
          aria-label={`Options of ${about}`}
          onPress={onOptions}
        >
          Options
        </Button>
      )}
      {!listed && app.can.download && (
        <Button
          size="small"
          variant="secondary"
          iconStart={<RiDownloadLine />}
          isDisabled={busy}
          aria-label={`Download ${about}`}
          onPress={download}
        >
          Download
        </Button>
      )}
      {!listed && app.can.update && store?.downloads === false && (
        <Text variant="body-small" color="secondary">
          Downloads are disabled in this store.
        </Text>
      )}
      {items.length > 0 && (
        <MenuTrigger>
          <ButtonIcon
            size="small"
            variant={listed ? 'tertiary' : 'secondary'}
            icon={<RiMore2Line />}
            aria-label={`More for ${about}`}
          />
          <Menu>{items as JSX.Element[]}</Menu>
        </MenuTrigger>
      )}
    </Flex>
  );
}
