import { useApi } from '@backstage/frontend-plugin-api';
import type { AppQuery } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  Container,
  Flex,
  Link,
  Select,
  Skeleton,
  Text,
  ToggleButton,
} from '@backstage/ui';
import { RiHeartLine, RiPushpinLine } from '@remixicon/react';
import { appStoreApiRef } from '../api';
import { AppTile } from '../components/AppTile';
import { CategoryNav } from '../components/CategoryNav';
import { EmptyState } from '../components/EmptyState';
import { ImportLink } from '../components/ImportLink';
import { PageHeader } from '../components/PageHeader';
import { ErrorPanel } from '../components/ProblemPanel';
import { SearchBox } from '../components/SearchBox';
import { useChangeParams } from '../hooks/useChangeParams';
import { useLoad } from '../hooks/useLoad';
import { useMe } from '../hooks/useCached';
import { usePages } from '../hooks/usePages';
import { paths } from '../routes';
import styles from './StorePage.module.css';

/** Tiles of a page: a multiple of two, three and four columns. */
const PAGE = 24;
/** Pinned apps shown above the others. */
const PINNED = 6;

const SORTS: Record<
  string,
  { label: string; query: Pick<AppQuery, 'orderBy' | 'order'> }
> = {
  newest: { label: 'Newest first', query: { orderBy: 'created' } },
  updated: { label: 'Last changed first', query: { orderBy: 'updated' } },
  title: { label: 'By title', query: { orderBy: 'title' } },
};

function Empty(props: {
  filtered: boolean;
  visitor: boolean;
  onClear: () => void;
}) {
  const { filtered, visitor, onClear } = props;
  if (filtered)
    return (
      <EmptyState
        title="No app fits"
        action={
          <Button variant="secondary" onPress={onClear}>
            Show all apps
          </Button>
        }
      >
        Try fewer or other words.
        {!visitor && (
          <>
            {' '}
            Apps that only you may see are under{' '}
            <Link href={paths.myApps}>My apps</Link>.
          </>
        )}
      </EmptyState>
    );
  if (visitor)
    return (
      <EmptyState title="No apps yet">
        No app is open to your groups. Ask whoever invited you.
      </EmptyState>
    );
  return (
    <EmptyState title="No apps yet" action={<ImportLink />}>
      The first app appears here as soon as somebody publishes one.
    </EmptyState>
  );
}

/** The store: what there is to run. Search, filters and order are part of the address. */
export function StorePage() {
  const api = useApi(appStoreApiRef);
  const [params, change] = useChangeParams();
  const search = params.get('search') ?? '';
  const tag = params.get('tag') ?? '';
  const liked = params.get('liked') === 'yes';
  const pinned = params.get('pinned') === 'yes';
  const sort = SORTS[params.get('sort') ?? ''] ? params.get('sort')! : 'newest';
  const { visitor } = useMe();
  const tags = useLoad(
    async () => (visitor === false ? api.listTags() : []),
    [visitor],
  );
  const query: AppQuery = {
    newest: true,
    search: search || undefined,
    tag: tag || undefined,
    liked: liked || undefined,
    pinned: pinned || undefined,
    ...SORTS[sort].query,
  };
  const apps = usePages(
    cursor => api.listApps({ ...query, limit: PAGE, cursor }),
    [search, tag, liked, pinned, sort],
  );
  const filtered = Boolean(search || tag || liked || pinned);
  const favourites = useLoad(
    async () =>
      (await api.listApps({ newest: true, pinned: true, limit: PINNED })).items,
    [],
  );
  const shown = apps.items;
  return (
    <>
      <PageHeader
        home
        title=""
        description="Pick an app, start your own instance, share it."
        customActions={visitor === false && <ImportLink variant="secondary" />}
      />
      <Container pb="12">
        <div className={styles.layout} data-nav={Boolean(tags.value?.length)}>
          {tags.value && tags.value.length > 0 && (
            <CategoryNav
              tags={tags.value}
              chosen={tag}
              onChoose={name => change({ tag: name })}
            />
          )}
          <div className={styles.main}>
            <div className={styles.filters}>
              <SearchBox label="Search apps" className={styles.search} />
              <Flex gap="2" align="center" className={styles.toggles}>
                <ToggleButton
                  size="small"
                  iconStart={<RiPushpinLine />}
                  isSelected={pinned}
                  onChange={on => change({ pinned: on ? 'yes' : '' })}
                >
                  Pinned
                </ToggleButton>
                <ToggleButton
                  size="small"
                  iconStart={<RiHeartLine />}
                  isSelected={liked}
                  onChange={on => change({ liked: on ? 'yes' : '' })}
                >
                  Liked
                </ToggleButton>
                <Select
                  aria-label="Order"
                  size="small"
                  className={styles.sort}
                  options={Object.entries(SORTS).map(([value, { label }]) => ({
                    value,
                    label,
                  }))}
                  value={sort}
                  onChange={key =>
                    change({ sort: key === 'newest' ? '' : String(key) })
                  }
                />
              </Flex>
            </div>
            {apps.error && (
              <ErrorPanel
                error={apps.error}
                action={
                  <Button
                    size="small"
                    variant="secondary"
                    onPress={apps.reload}
                  >
                    Try again
                  </Button>
                }
              />
            )}
            {!filtered && favourites.value && favourites.value.length > 0 && (
              <section aria-label="Pinned" className={styles.pinned}>
                <Text as="h3" variant="title-x-small" weight="bold">
                  Pinned
                </Text>
                <ul className={styles.grid} aria-label="Pinned apps">
                  {favourites.value.map(app => (
                    <AppTile key={app.id} app={app} small />
                  ))}
                </ul>
              </section>
            )}
            {!shown && !apps.error && (
              <div
                className={styles.grid}
                aria-busy="true"
                aria-label="Loading apps"
              >
                {[0, 1, 2, 3, 4, 5].map(i => (
                  <Skeleton key={i} height={120} />
                ))}
              </div>
            )}
            {shown && shown.length > 0 && (
              <ul className={styles.grid} aria-label="Apps">
                {shown.map(app => (
                  <AppTile key={app.id} app={app} />
                ))}
              </ul>
            )}
            {shown && shown.length === 0 && !apps.error && (
              <Empty
                filtered={filtered}
                visitor={Boolean(visitor)}
                onClear={() =>
                  change({ search: '', tag: '', liked: '', pinned: '' })
                }
              />
            )}
            {shown && apps.more && (
              <Flex gap="3" align="center" mt="6">
                <Button
                  variant="secondary"
                  isDisabled={apps.loading}
                  onPress={apps.more}
                >
                  Show more apps
                </Button>
                <Text variant="body-small" color="secondary" role="status">
                  {shown.length} shown
                </Text>
              </Flex>
            )}
          </div>
        </div>
      </Container>
    </>
  );
}
