/** The reader's own instances that fit a search: asked of the store, which knows them as they are now; they are in no index. */
import { appStoreApiRef } from '@ai-app-store/backstage-plugin-app-store';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { Link } from '@backstage/core-components';
import { useApi } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { useEffect, useState } from 'react';
import styles from './search.module.css';

/** As many as help; the page of instances has all of them. */
const SHOWN = 5;

const STATUS: Record<AppInstance['status'], string> = {
  DEPLOYED: 'running',
  PENDING: 'starting',
  SUSPENDED: 'suspended',
  FAILED: 'failed',
  UNKNOWN: 'unknown',
};

export function OwnInstances(props: { term: string; onPick?: () => void }) {
  const { term, onPick } = props;
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
      <ul className={styles.results}>
        {found.map(instance => (
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- the link in it has the keys
          <li key={instance.id} onClick={onPick}>
            <Link
              to={`/app-store/instances/${instance.id}`}
              className={styles.title}
            >
              {instance.appTitle}
            </Link>
            <Text as="p" variant="body-small" color="secondary">
              Instance · version {instance.appVersion} ·{' '}
              {STATUS[instance.status]}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}
