/** What of the reader's own fits a search: asked of the store, which knows it as it is now; it is in no index. */
import {
  appStoreApiRef,
  StatusBadge,
  useMe,
} from '@ai-app-store/backstage-plugin-app-store';
import type { AppStoreApi } from '@ai-app-store/backstage-plugin-app-store-common';
import { Link } from '@backstage/core-components';
import { useApi } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { useEffect, useState, type ReactNode } from 'react';
import { ResultList } from './ResultList';
import styles from './search.module.css';

/** As many of a kind as help; its page has all of them. */
const SHOWN = 5;

interface OwnResult {
  id: string;
  title: string;
  href: string;
  note: string;
  badge?: ReactNode;
}

interface Group {
  /** As the catalog calls it: what the filter of the page chooses. */
  kind: string;
  title: string;
  /** Visitors have none, and may not ask. */
  fullAccess?: boolean;
  find(api: AppStoreApi, search: string): Promise<OwnResult[]>;
}

const searchOn = (page: string, search: string) =>
  `/app-store/${page}?${new URLSearchParams({ search })}`;

const GROUPS: Group[] = [
  {
    kind: 'AppInstance',
    title: 'My instances',
    async find(api, search) {
      const { items } = await api.listInstances({
        scope: 'mine',
        search,
        limit: SHOWN,
      });
      return items.map(instance => ({
        id: instance.id,
        title: instance.appTitle,
        href: `/app-store/instances/${instance.id}`,
        note: `Instance · version ${instance.appVersion}`,
        badge: <StatusBadge instance={instance} />,
      }));
    },
  },
  {
    kind: 'AppAlias',
    title: 'My aliases',
    fullAccess: true,
    async find(api, search) {
      const { items } = await api.listAliases({
        scope: 'mine',
        search,
        limit: SHOWN,
      });
      return items.map(({ id, name, instanceTitle }) => ({
        id,
        title: name,
        href: searchOn('aliases', name),
        note: instanceTitle
          ? `Alias · leads to ${instanceTitle}`
          : 'Alias · leads to no instance',
      }));
    },
  },
  {
    kind: 'AppSecret',
    title: 'My secrets',
    fullAccess: true,
    async find(api, search) {
      const { items } = await api.listSecrets({
        visibility: 'PRIVATE',
        search,
        limit: SHOWN,
      });
      return items.map(({ id, name, keys }) => ({
        id,
        title: name,
        href: searchOn('secrets', name),
        note: `Secret · ${keys.length === 1 ? '1 key' : `${keys.length} keys`}`,
      }));
    },
  },
];

/**
 * What of the reader's own fits, by kinds.
 *
 * @param kind - the only one that is asked for; undefined for all
 */
export function useOwnResults(
  term: string,
  kind: unknown,
): Array<Group & { results: OwnResult[] }> {
  const api = useApi(appStoreApiRef);
  const { visitor } = useMe();
  const [found, setFound] = useState<Array<Group & { results: OwnResult[] }>>(
    [],
  );
  useEffect(() => {
    let current = true;
    const asked = term
      ? GROUPS.filter(
          group =>
            (kind === undefined || kind === group.kind) &&
            (visitor === false || !group.fullAccess),
        )
      : [];
    Promise.all(
      asked.map(async group => ({
        ...group,
        // What the search engine finds is shown all the same.
        results: await group.find(api, term).catch(() => []),
      })),
    ).then(groups => {
      if (current) setFound(groups.filter(({ results }) => results.length));
    });
    return () => {
      current = false;
    };
  }, [api, kind, term, visitor]);
  return found;
}

export function OwnResults(props: {
  groups: ReturnType<typeof useOwnResults>;
}) {
  return (
    <>
      {props.groups.map(({ title, results }) => (
        <section key={title} aria-label={title}>
          <Text as="h2" variant="body-medium" weight="bold">
            {title}
          </Text>
          <ResultList>
            {results.map(result => (
              <li key={result.id}>
                <Link to={result.href} className={styles.title}>
                  {result.title}
                </Link>
                <Text as="p" variant="body-small" color="secondary">
                  {result.note}
                </Text>
                {result.badge}
              </li>
            ))}
          </ResultList>
        </section>
      ))}
    </>
  );
}
