import { useApi } from '@backstage/frontend-plugin-api';
import type {
  AliasChange,
  AppAlias,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Link,
  Text,
} from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { useMe } from '../hooks/useCached';
import { useForm } from '../hooks/useForm';
import { usePages } from '../hooks/usePages';
import { paths } from '../routes';
import styles from './AliasHistory.module.css';
import { ListState } from './ListState';
import { PersonName } from './PersonName';
import { ErrorPanel, isStale } from './ProblemPanel';
import { When } from './When';

const WORDS: Record<AliasChange['action'], string> = {
  created: 'Created',
  assigned: 'Assigned to',
  unassigned: 'Unassigned',
  promoted: 'Made primary',
  demoted: 'No longer primary',
  terminated: 'Instance terminated',
  deleted: 'Deleted',
  freed: 'Name released',
};

/** What an alias led to, when, and by whom; the last change can be undone. */
export function AliasHistory(props: {
  alias: Pick<AppAlias, 'id' | 'name' | 'revision'> & {
    can: Pick<AppAlias['can'], 'undo'>;
  };
  onClose: () => void;
  onChange: (alias: AppAlias) => void;
  /** It was changed by somebody else meanwhile. */
  onStale: () => void;
}) {
  const { alias, onClose, onChange, onStale } = props;
  const api = useApi(appStoreApiRef);
  const { me } = useMe();
  const { busy, error, send } = useForm();
  const pages = usePages(
    cursor => api.listAliasHistory(alias.id, { limit: 20, cursor }),
    [alias.id, alias.revision],
  );
  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={560}>
      <DialogHeader>History of {alias.name}</DialogHeader>
      <DialogBody>
        <ListState
          pages={pages}
          what="changes"
          empty={<Text as="p">No changes yet.</Text>}
        >
          {items => (
            <ol
              className={styles.history}
              aria-label={`History of ${alias.name}`}
            >
              {items.map(item => (
                <li key={item.id}>
                  <When at={item.at} />
                  <span>
                    {WORDS[item.action]}{' '}
                    {item.instanceId && (
                      <Link href={paths.instance(item.instanceId)}>
                        {item.instanceId.slice(0, 8)}
                      </Link>
                    )}
                    {item.primary && ', as primary'}
                    <span className={styles.by}>
                      {' '}
                      by {item.by ? <PersonName of={item.by} /> : 'the store'}
                    </span>
                    {item.restsUntil && (
                      <>
                        . Until <When at={item.restsUntil} /> only the former
                        owner of the alias can use the name.
                      </>
                    )}
                  </span>
                </li>
              ))}
            </ol>
          )}
        </ListState>
        {error && (
          <ErrorPanel
            error={error}
            action={
              isStale(error) && (
                <Button
                  size="small"
                  variant="secondary"
                  onPress={() => {
                    onStale();
                    onClose();
                  }}
                >
                  Reload
                </Button>
              )
            }
          />
        )}
      </DialogBody>
      <DialogFooter>
        {alias.can.undo && (
          <Button
            variant="primary"
            isDisabled={busy}
            onPress={() =>
              send(async () => onChange(await api.undoAlias(alias.id, alias)))
            }
          >
            Undo the last change
          </Button>
        )}
        {pages.items?.[0]?.restsUntil && me?.admin && (
          <Button
            variant="primary"
            isDisabled={busy}
            onPress={() =>
              send(async () => {
                await api.freeAlias(alias.id);
                pages.reload();
              })
            }
          >
            Release the name now
          </Button>
        )}
        <Button variant="secondary" onPress={onClose}>
          Close
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
