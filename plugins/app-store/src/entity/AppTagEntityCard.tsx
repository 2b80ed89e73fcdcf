/** A tag on its entity page: the apps that bear it, one version of each name. */
import { EntityRefLink, useEntity } from '@backstage/plugin-catalog-react';
import { Flex, Link, Text } from '@backstage/ui';
import { Panel } from '../components/Panel';
import { paths } from '../routes';
import styles from './entity.module.css';

export function AppTagEntityCard() {
  const { entity } = useEntity();
  const refs = Array.isArray(entity.spec?.apps)
    ? entity.spec!.apps.map(String)
    : [];
  const name = String(entity.spec?.name ?? '');
  return (
    <Panel
      title="Apps with this tag"
      mark={
        <span
          className={styles.color}
          style={{ background: String(entity.spec?.color ?? '') }}
          aria-hidden="true"
        />
      }
    >
      <Flex direction="column" gap="4">
        {refs.length ? (
          <ul className={styles.apps}>
            {refs.map(ref => (
              <li key={ref}>
                <EntityRefLink entityRef={ref} defaultKind="App" />
              </li>
            ))}
          </ul>
        ) : (
          <Text as="p" color="secondary">
            No app has this tag.
          </Text>
        )}
        <Link href={`${paths.store}?tag=${encodeURIComponent(name)}`}>
          Show in the App Store
        </Link>
      </Flex>
    </Panel>
  );
}
