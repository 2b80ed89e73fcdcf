/** The reader's own instances that fit a search: asked of the store, which knows them as they are now; they are in no index. */
import {
  appStoreApiRef,
  StatusBadge,
} from '@ai-app-store/backstage-plugin-app-store';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { Link } from '@backstage/core-components';
import { useApi } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { useEffect, useState } from 'react';
import { ResultList } from './ResultList';
import styles from './search.module.css';

/** As many as help; the page of instances has all of them. */
const SHOWN = 5;

export function OwnInstances(props: { term: string }) {
  const { term } = props;
  const api = useApi(appStoreApiRef);
  const [found, setFound] = useState<AppInstance[]>([]);
  useEffect(() => {
    let current = true;
    api.listInstances({ scope: 'mine', search: term, limit: SHOWN }).then(
      ({ items }) => current && setFound(items),
      // What the search engine finds is shown all the same.
      () => current && setFound([]),
    );
    return () => {
      current = false;
    };
  }, [api, term]);
  if (!found.length) return null;
  return (
    <section aria-label="My instances">
      <Text as="h2" variant="body-medium" weight="bold">
        My instances
      </Text>
      <ResultList>
        {found.map(instance => (
          <li key={instance.id}>
            <Link
              to={`/app-store/instances/${instance.id}`}
              className={styles.title}
            >
              {instance.appTitle}
            </Link>
            <Text as="p" variant="body-small" color="secondary">
              Instance · version {instance.appVersion}
            </Text>
            <StatusBadge instance={instance} />
          </li>
        ))}
      </ResultList>
    </section>
  );
}
