import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { AppAlias } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  ButtonIcon,
  Flex,
  Menu,
  MenuItem,
  MenuTrigger,
  Text,
} from '@backstage/ui';
import {
  RiDeleteBinLine,
  RiHistoryLine,
  RiLinkUnlink,
  RiMore2Line,
  RiStarLine,
} from '@remixicon/react';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { useAction } from './useAction';
import { useStore } from '../hooks/useCached';
import { usePersonNames } from '../hooks/usePersonNames';
import { duration } from '../words';
import { AssignAliasDialog } from './AliasForms';
import { AliasHistory } from './AliasHistory';
import { ConfirmDialog } from './ConfirmDialog';
import { isStale } from './ProblemPanel';
import { UndoButton } from './UndoToast';

/** Who may take the name of an alias once it is deleted. */
function whoMayTake(owner: string, restSeconds: number): string {
  if (!restSeconds) return 'Anybody can use the name now.';
  return `For ${duration(
    restSeconds * 1000,
  )} only ${owner} can use the name again. After that, anybody can.`;
}

/** What can be done with an alias. A change of where it leads can be undone from its toast. */
export function AliasActions(props: {
  alias: AppAlias;
  /** Offers instances of everybody. */
  all?: boolean;
  onChange: (alias: AppAlias) => void;
  onGone: () => void;
  /** Something beside this alias changed: another lost its place as the primary one. */
  onReload: () => void;
}) {
  const { alias, all, onChange, onGone, onReload } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const { value: store, error: unknown } = useStore();
  const nameOf = usePersonNames([alias.creator]);
  const [busy, act] = useAction();
  const [dialog, setDialog] = useState<'assign' | 'history' | 'delete'>();
  const close = () => setDialog(undefined);
  const changed = (after: AppAlias, title: string) => {
    onChange(after);
    onReload();
    toast.post({
      title,
      status: 'success',
      timeout: 15_000,
      description: after.can.undo ? (
        <UndoButton
          undo={async () => {
            onChange(await api.undoAlias(after.id, after));
            onReload();
          }}
        />
      ) : undefined,
    });
  };
  const change = (work: () => Promise<AppAlias>, title: string) =>
    act(async () => {
      try {
        changed(await work(), title);
      } catch (error) {
        if (isStale(error as Error)) onReload();
        throw error;
      }
    });
  return (
    <Flex gap="2" align="center" style={{ flexWrap: 'wrap' }}>
      {alias.can.assign && (
        <Button
          size="small"
          variant="secondary"
          isDisabled={busy}
          aria-label={`${alias.instanceId ? 'Move' : 'Assign'} ${alias.name}`}
          onPress={() => setDialog('assign')}
        >
          {alias.instanceId ? 'Move' : 'Assign'}
        </Button>
      )}
      <MenuTrigger>
        <ButtonIcon
          size="small"
          variant="secondary"
          isDisabled={busy}
          icon={<RiMore2Line />}
          aria-label={`More for ${alias.name}`}
        />
        <Menu>
          <MenuItem
            iconStart={<RiHistoryLine />}
            onAction={() => setDialog('history')}
          >
            History
          </MenuItem>
          {alias.can.promote && !alias.primary && alias.instanceId ? (
            <MenuItem
              iconStart={<RiStarLine />}
              onAction={() =>
                change(
                  () => api.promoteAlias(alias.id, alias),
                  `${alias.name} is the primary address now`,
                )
              }
            >
              Make primary
            </MenuItem>
          ) : null}
          {alias.can.unassign && alias.instanceId ? (
            <MenuItem
              iconStart={<RiLinkUnlink />}
              onAction={() =>
                change(
                  () => api.unassignAlias(alias.id, alias),
                  `${alias.name} is unassigned`,
                )
              }
            >
              Unassign
            </MenuItem>
          ) : null}
          {alias.can.delete ? (
            <MenuItem
              color="danger"
              iconStart={<RiDeleteBinLine />}
              onAction={() => setDialog('delete')}
            >
              Delete …
            </MenuItem>
          ) : null}
        </Menu>
      </MenuTrigger>
      {dialog === 'assign' && (
        <AssignAliasDialog
          alias={alias}
          all={all}
          onClose={close}
          onDone={after => changed(after, `${after.name} was moved`)}
          onStale={onReload}
        />
      )}
      {dialog === 'history' && (
        <AliasHistory
          alias={alias}
          onClose={close}
          onChange={after => {
            onChange(after);
            onReload();
          }}
          onStale={onReload}
        />
      )}
      {dialog === 'delete' && (
        <ConfirmDialog
          title={`Delete ${alias.name}?`}
          confirm="Delete"
          destructive
          disabled={!store && !unknown}
          onClose={close}
          onConfirm={async () => {
            await api.deleteAlias(alias.id);
            toast.post({
              title: `${alias.name} was deleted`,
              status: 'success',
              timeout: 8000,
            });
            onGone();
          }}
        >
          <Text as="p">
            {alias.url} will return 404. The instance is not deleted.
          </Text>
          <Text as="p">
            {store &&
              whoMayTake(
                alias.creator ? nameOf(alias.creator) : 'its creator',
                store.aliasRestSeconds ?? 0,
              )}
          </Text>
        </ConfirmDialog>
      )}
    </Flex>
  );
}
