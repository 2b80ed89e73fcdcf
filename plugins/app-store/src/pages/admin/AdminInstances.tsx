import { useApi } from '@backstage/frontend-plugin-api';
import type { InstanceStatus } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Text } from '@backstage/ui';
import { RiRefreshLine } from '@remixicon/react';
import { appStoreApiRef } from '../../api';
import { FilterSelect } from '../../components/FilterSelect';
import { InstanceList } from '../../components/InstanceList';
import { ListState } from '../../components/ListState';
import { SearchBox } from '../../components/SearchBox';
import { STATUS_CHOICES } from '../../components/StatusBadge';
import { useChangeParams } from '../../hooks/useChangeParams';
import { usePages } from '../../hooks/usePages';
import { isMoving, useRefresh } from '../../hooks/useRefresh';
import styles from '../../components/List.module.css';

const TERMINATED = 'terminated';

/** Everybody's instances; those that were terminated and can be restored, too. */
export function AdminInstances() {
  const api = useApi(appStoreApiRef);
  const [params] = useChangeParams();
  const search = params.get('search') ?? '';
  const status = params.get('status') ?? '';
  const terminated = status === TERMINATED;
  const pages = usePages(
    cursor =>
      api.listInstances({
        scope: 'all',
        search: search || undefined,
        ...(terminated
          ? { terminated: true }
          : { status: (status as InstanceStatus) || undefined }),
        limit: 50,
        cursor,
      }),
    [search, status],
  );
  const { reload } = pages;
  useRefresh(pages, isMoving);
  return (
    <Flex direction="column" gap="4">
      <Flex gap="3" align="center" className={styles.tools}>
        <SearchBox label="Search instances" className={styles.search} />
        <FilterSelect
          label="Status"
          param="status"
          any="Any status"
          options={[
            ...STATUS_CHOICES,
            { value: TERMINATED, label: 'Terminated' },
          ]}
        />
        <Button
          size="small"
          variant="secondary"
          iconStart={<RiRefreshLine />}
          isDisabled={pages.loading}
          onPress={reload}
        >
          Refresh
        </Button>
      </Flex>
      <ListState
        pages={pages}
        what="instances"
        empty={
          <Text as="p" color="secondary" role="status">
            {search || status
              ? 'No matching instances.'
              : 'Nobody has started an instance.'}
          </Text>
        }
      >
        {items => (
          <InstanceList
            label="All instances"
            instances={items}
            owners
            icons
            onChange={after => {
              // A restored one is no longer among the terminated.
              if (terminated && !after.terminating) pages.remove(after.id);
              else pages.put(after);
            }}
            onGone={pages.remove}
            onRestored={reload}
          />
        )}
      </ListState>
    </Flex>
  );
}
