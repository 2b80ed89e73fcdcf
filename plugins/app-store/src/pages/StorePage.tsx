import { useApi } from '@backstage/frontend-plugin-api';
import type { App } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  Container,
  Link,
  SearchField,
  Skeleton,
  Text,
} from '@backstage/ui';
import { useEffect, useRef, useState } from 'react';
import { appStoreApiRef } from '../api';
import { AppIcon } from '../components/AppIcon';
import { EmptyState } from '../components/EmptyState';
import { ImportLink } from '../components/ImportLink';
import { PageHeader } from '../components/PageHeader';
import { ErrorPanel } from '../components/ProblemPanel';
import { useChangeParams } from '../hooks/useChangeParams';
import { useLoad } from '../hooks/useLoad';
import { useMe } from '../hooks/useMe';
import { paths } from '../routes';
import styles from './StorePage.module.css';

const SETTLE_MS = 200;

function Tile(props: { app: App }) {
  const { app } = props;
  return (
    <li className={styles.tile}>
      <AppIcon title={app.title} path={app.icon} size={56} />
      <div className={styles.words}>
        <h3 className={styles.title}>
          <Link
            href={paths.app(app.id)}
            variant="title-x-small"
            color="primary"
            weight="bold"
            standalone
            className={styles.link}
          >
            {app.title}
          </Link>
        </h3>
        <Text
          as="p"
          variant="body-small"
          color="secondary"
          className={styles.description}
        >
          {app.description}
        </Text>
        {app.tags && app.tags.length > 0 && (
          <ul className={styles.tags} aria-label="Tags">
            {app.tags.map(tag => (
              <li key={tag.id}>
                <span
                  className={styles.swatch}
                  style={{ background: tag.color }}
                  aria-hidden="true"
                />
                {tag.title}
              </li>
            ))}
          </ul>
        )}
        {!app.runnability.runnable && app.lifecycle !== 'LINK' && (
          <Text as="p" variant="body-small" color="warning">
            Cannot be run here
          </Text>
        )}
      </div>
    </li>
  );
}

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

/** The store: what there is to run. The search is part of the address. */
export function StorePage() {
  const api = useApi(appStoreApiRef);
  const [params, change] = useChangeParams();
  const search = params.get('search') ?? '';
  const tag = params.get('tag') ?? '';
  const [typed, setTyped] = useState(search);
  const written = useRef(search);
  const { visitor } = useMe();
  const tags = useLoad(
    async () => (visitor === false ? api.listTags() : []),
    [visitor],
  );
  const apps = useLoad(
    () =>
      api.listAllApps({
        newest: true,
        search: search || undefined,
        tag: tag || undefined,
      }),
    [search, tag],
  );

  useEffect(() => {
    // Another address, by a link or by Back, wins over what was typed before.
    if (search !== written.current) {
      written.current = search;
      setTyped(search);
      return undefined;
    }
    if (typed === search) return undefined;
    const timer = setTimeout(() => {
      written.current = typed;
      change({ search: typed });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
    // `change` is new on each rendering and always means the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed, search]);

  const shown = apps.value;
  return (
    <>
      <PageHeader
        title="App Store"
        description="Pick an app, start your own instance, share it."
        customActions={visitor === false && <ImportLink variant="secondary" />}
      />
      <Container pb="12">
        <div className={styles.filters}>
          <SearchField
            aria-label="Search apps"
            placeholder="Search apps"
            value={typed}
            onChange={setTyped}
            className={styles.search}
          />
          {tags.value && tags.value.length > 0 && (
            <div
              className={styles.tagFilter}
              role="group"
              aria-label="Filter by tag"
            >
              {tags.value.map(t => (
                <Button
                  key={t.id}
                  size="small"
                  variant={tag === t.name ? 'primary' : 'secondary'}
                  aria-pressed={tag === t.name}
                  onPress={() => change({ tag: tag === t.name ? '' : t.name })}
                >
                  {t.title}
                </Button>
              ))}
            </div>
          )}
        </div>
        {apps.error && <ErrorPanel error={apps.error} />}
        {!shown && !apps.error && (
          <div
            className={styles.grid}
            aria-busy="true"
            aria-label="Loading apps"
          >
            {[0, 1, 2, 3].map(i => (
              <Skeleton key={i} height={120} />
            ))}
          </div>
        )}
        {shown && shown.length > 0 && (
          <ul className={styles.grid} aria-label="Apps">
            {shown.map(app => (
              <Tile key={app.id} app={app} />
            ))}
          </ul>
        )}
        {shown && shown.length === 0 && !apps.error && (
          <Empty
            filtered={Boolean(search || tag)}
            visitor={Boolean(visitor)}
            onClear={() => {
              setTyped('');
              change({ search: '', tag: '' });
            }}
          />
        )}
      </Container>
    </>
  );
}
