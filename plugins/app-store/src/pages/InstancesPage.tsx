import { useApi } from '@backstage/frontend-plugin-api';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, ButtonLink, Container, Flex, Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { EmptyState } from '../components/EmptyState';
import { FilterSelect } from '../components/FilterSelect';
import { InstanceList } from '../components/InstanceList';
import { ListState } from '../components/ListState';
import { Bone, Loading } from '../components/Loading';
import { PageHeader } from '../components/PageHeader';
import { ErrorPanel } from '../components/ProblemPanel';
import { SearchBox } from '../components/SearchBox';
import { StatusAnnouncer } from '../components/StatusAnnouncer';
import { STATUS_CHOICES } from '../components/StatusBadge';
import { useChangeParams } from '../hooks/useChangeParams';
import { useInstances } from '../hooks/useInstances';
import { useMe } from '../hooks/useCached';
import { usePages } from '../hooks/usePages';
import { paths } from '../routes';
import styles from '../components/List.module.css';

function fits(instance: AppInstance, search: string, status: string): boolean {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const text =
    `${instance.appTitle} ${instance.appName} ${instance.appVersion}`.toLocaleLowerCase();
  return (
    words.every(word => text.includes(word)) &&
    (!status || instance.status === status)
  );
}

/** What was terminated and can still be restored. */
function Terminated(props: {
  /** Changes when something is terminated or restored. */
  turn: string;
  onRestored: (instance: AppInstance) => void;
}) {
  const api = useApi(appStoreApiRef);
  const pages = usePages(
    cursor => api.listInstances({ terminated: true, limit: 20, cursor }),
    [props.turn],
  );
  if (!pages.items?.length && !pages.error) return null;
  return (
    <section aria-labelledby="terminated">
      <Text as="h3" variant="title-x-small" weight="bold" id="terminated">
        Recently terminated
      </Text>
      <Text as="p" variant="body-small" color="secondary">
        Their volumes are still kept. A restored instance comes back suspended,
        with its aliases.
      </Text>
      <ListState pages={pages} what="instances" empty={null}>
        {items => (
          <InstanceList
            label="Recently terminated"
            instances={items}
            icons
            onChange={instance => {
              pages.remove(instance.id);
              props.onRestored(instance);
            }}
          />
        )}
      </ListState>
    </section>
  );
}

/** The reader's instances, as they are now. Search and filter are part of the address. */
export function InstancesPage() {
  const { instances, error, live, update } = useInstances();
  const { me, error: unknown } = useMe({ anew: true });
  const [params, change] = useChangeParams();
  const search = params.get('search') ?? '';
  const status = params.get('status') ?? '';
  const shown = instances?.filter(each => fits(each, search, status));
  // The line above the list is whole from its first moment.
  const ready = instances && (me || unknown);
  // A slot is taken until an instance is suspended or terminated (specification 4.2).
  const slots = (instances ?? []).filter(
    each => each.status !== 'SUSPENDED' && !each.terminating,
  );
  const running = slots.filter(each => each.status === 'DEPLOYED');
  return (
    <>
      <PageHeader
        title="My instances"
        description="The instances that you started."
      />
      <Container pb="12">
        <Flex direction="column" gap="5">
          {error && <ErrorPanel error={error} />}
          {!ready && !error && (
            <>
              <Bone width="min(24rem, 100%)" height={40} />
              <Loading label="Loading your instances" shape="rows" lines={4} />
            </>
          )}
          <StatusAnnouncer instances={instances} />
          {ready && instances.length === 0 && (
            <EmptyState
              title="You have no instances"
              action={
                <ButtonLink variant="primary" href={paths.store}>
                  Go to the store
                </ButtonLink>
              }
            >
              Choose an app in the store and run it. The instance then appears
              here.
            </EmptyState>
          )}
          {ready && instances.length > 0 && (
            <>
              <Flex gap="3" align="center" className={styles.tools}>
                <SearchBox
                  label="Search my instances"
                  className={styles.search}
                />
                <FilterSelect
                  label="Status"
                  param="status"
                  any="Any status"
                  options={STATUS_CHOICES}
                />
                {me && (
                  <Text variant="body-small" color="secondary">
                    {running.length} running · {slots.length} of{' '}
                    {me.instanceLimit} slots in use
                  </Text>
                )}
                {!live && (
                  <Text color="warning" role="status">
                    Reconnecting …
                  </Text>
                )}
              </Flex>
              {shown!.length ? (
                <InstanceList
                  label="My instances"
                  instances={shown!}
                  icons
                  onChange={update}
                />
              ) : (
                <EmptyState
                  title="No matching instances"
                  action={
                    <Button
                      variant="secondary"
                      onPress={() => change({ search: '', status: '' })}
                    >
                      Show all instances
                    </Button>
                  }
                >
                  None of your {instances.length} instances matches this status
                  and search text.
                </EmptyState>
              )}
            </>
          )}
          {ready && (
            <Terminated
              // What is still ending can be restored already.
              turn={instances
                .map(({ id, terminating }) => `${id}${terminating ? '-' : ''}`)
                .join()}
              onRestored={update}
            />
          )}
        </Flex>
      </Container>
    </>
  );
}
