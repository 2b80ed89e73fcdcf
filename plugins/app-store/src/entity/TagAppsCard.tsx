/** The apps with a declared tag, one version of each name. */
import { useApi } from '@backstage/frontend-plugin-api';
import { Flex, Link, Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { Loading } from '../components/Loading';
import { Panel } from '../components/Panel';
import { ErrorPanel } from '../components/ProblemPanel';
import { useLoad } from '../hooks/useLoad';
import { paths } from '../routes';
import { AppLines } from './AppLines';

/** As many as help; the store has all of them. */
const SHOWN = 10;

export function TagAppsCard(props: { name: string }) {
  const { name } = props;
  const api = useApi(appStoreApiRef);
  const { value: found, error } = useLoad(
    () => api.listApps({ tag: name, newest: true, limit: SHOWN }),
    [name],
  );
  return (
    <Panel title="Apps with this tag">
      <Flex direction="column" gap="4">
        {error && <ErrorPanel error={error} />}
        {!found && !error && (
          <Loading label="Loading apps" shape="rows" lines={1} />
        )}
        {found && found.items.length === 0 && (
          <Text as="p" color="secondary">
            No app has this tag.
          </Text>
        )}
        {found && found.items.length > 0 && <AppLines apps={found.items} />}
        {found?.nextCursor && (
          <Link href={`${paths.store}?tag=${encodeURIComponent(name)}`}>
            All apps with this tag
          </Link>
        )}
      </Flex>
    </Panel>
  );
}
