import { useApi } from '@backstage/frontend-plugin-api';
import type {
  App,
  AppQuery,
  Tag,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  Container,
  Flex,
  Link,
  Select,
  Text,
  ToggleButton,
} from '@backstage/ui';
import { RiHeartLine, RiPushpinLine } from '@remixicon/react';
import { appStoreApiRef } from '../api';
import { AppTile } from '../components/AppTile';
import { CategoryNav } from '../components/CategoryNav';
import { EmptyState } from '../components/EmptyState';
import { ImportLink } from '../components/ImportLink';
import { Bone, Loading } from '../components/Loading';
import { PageHeader } from '../components/PageHeader';
import { ErrorPanel } from '../components/ProblemPanel';
import { SearchBox } from '../components/SearchBox';
import { useKept } from '../hooks/kept';
import { useChangeParams } from '../hooks/useChangeParams';
import { useFocusOnNew } from '../hooks/useFocusOnNew';
import { useLoad } from '../hooks/useLoad';
import { useMe } from '../hooks/useCached';
import { usePages, type KeptPages } from '../hooks/usePages';
import { paths } from '../routes';
import { count } from '../words';
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
  updated: { label: 'Recently updated', query: { orderBy: 'updated' } },
  title: { label: 'Title', query: { orderBy: 'title' } },
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
        title="No matching apps"
        action={
          <Button variant="secondary" onPress={onClear}>
            Show all apps
          </Button>
        }
      >
        Try fewer or different words.
        {!visitor && (
          <>
            {' '}
            Apps that only you can see are under{' '}
            <Link href={paths.myApps}>My apps</Link>.
          </>
        )}
      </EmptyState>
    );
  if (visitor)
    return (
      <EmptyState title="No apps yet">
        No app is shared with your groups. Ask the person who invited you.
      </EmptyState>
    );
  return (
    <EmptyState title="No apps yet" action={<ImportLink />}>
      Apps appear here when somebody publishes them.
    </EmptyState>
  );
}

/** The page before anything is there, in its own shape. */
function StoreLoading(props: { nav: boolean }) {
  return (
    <div className={styles.layout} data-nav={props.nav} data-loading>
      {props.nav && (
        <div className={styles.navLoading} aria-hidden="true">
          {[60, 75, 50, 85, 65].map(width => (
            <Bone key={width} width={`${width}%`} height={20} />
          ))}
        </div>
      )}
      <div className={styles.main}>
        <div className={styles.filters} aria-hidden="true">
          <Bone height={40} className={styles.search} />
          <Bone width={180} height={32} className={styles.wide} />
        </div>
        <p className={styles.count} />
        <Loading label="Loading apps" shape="tiles" lines={9} />
      </div>
    </div>
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
  const { visitor, error: unknown } = useMe();
  const tags = useLoad(
    async () => (visitor === false ? api.listTags() : undefined),
    [visitor],
    useKept<Tag[] | undefined>('tags'),
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
    useKept<KeptPages<App>>('apps'),
  );
  const filtered = Boolean(search || tag || liked || pinned);
  const favourites = useLoad(
    async () =>
      (await api.listApps({ newest: true, pinned: true, limit: PINNED })).items,
    [],
    useKept<App[]>('pinned'),
  );
  const shown = apps.items;
  const focusOnNew = useFocusOnNew(shown?.length);
  // What stands above or beside the apps is there when they are: nothing jumps.
  const ready =
    (shown || apps.error) &&
    (favourites.value || favourites.error) &&
    (visitor || tags.value || tags.error || unknown);
  const countOf = (n: number) => {
    if (apps.more) return `${n} apps shown`;
    return filtered && n
      ? `${count(n, 'app')} ${n === 1 ? 'matches' : 'match'}`
      : count(n, 'app');
  };
  const content = () => (
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
              aria-label="Sort by"
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
        {apps.error && <ErrorPanel error={apps.error} onRetry={apps.reload} />}
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
        <Text
          as="p"
          variant="body-small"
          color="secondary"
          role="status"
          className={styles.count}
        >
          {shown && !apps.loading && countOf(shown.length)}
        </Text>
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
              onPress={({ target }) => {
                focusOnNew(target);
                apps.more?.();
              }}
            >
              Show more apps
            </Button>
          </Flex>
        )}
      </div>
    </div>
  );
  return (
    <>
      <PageHeader
        home
        title=""
        description="Choose an app, run your own instance, and share it."
        customActions={visitor === false && <ImportLink variant="secondary" />}
      />
      <Container pb="12">
        {ready ? content() : <StoreLoading nav={!visitor} />}
      </Container>
    </>
  );
}
