/** The versions of an app that the reader sees, newest first. */
import { useApi } from '@backstage/frontend-plugin-api';
import {
  compareVersions,
  type App,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Flex, Link, Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { When } from '../components/When';
import { useLoad } from '../hooks/useLoad';
import { paths } from '../routes';
import { SHORT_VISIBILITY } from '../words';
import styles from './entity.module.css';

/** Versions that are listed; the store's own page has all. */
const SHOWN = 5;

export function VersionsOfApp(props: { app: App }) {
  const { app } = props;
  const api = useApi(appStoreApiRef);
  const { value: page } = useLoad(
    () => api.listApps({ name: app.name, limit: 50 }),
    [app.name, app.version],
  );
  const versions = page?.items.sort((a, b) =>
    compareVersions(b.version, a.version),
  );
  // It is a version itself.
  if (!versions || versions.length < 2) return null;
  return (
    <Flex direction="column" gap="2">
      <Text as="h4" variant="body-medium" weight="bold">
        Versions
      </Text>
      <ul className={styles.apps}>
        {versions.slice(0, SHOWN).map(each => (
          <li key={each.id}>
            <Link href={paths.app(each.id)}>{each.version}</Link>{' '}
            <Text as="span" variant="body-small" color="secondary">
              {SHORT_VISIBILITY[each.visibility]},{' '}
              <When at={each.createdAt} day />
            </Text>
          </li>
        ))}
      </ul>
      {(versions.length > SHOWN || page?.nextCursor) && (
        <Link href={paths.app(app.id)}>All versions</Link>
      )}
    </Flex>
  );
}
