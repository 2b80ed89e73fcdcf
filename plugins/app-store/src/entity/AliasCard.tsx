/** A declared alias: its address, for those who may see it. */
import { useApi } from '@backstage/frontend-plugin-api';
import { Flex, Link, Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { CopyButton } from '../components/Copy';
import { Loading } from '../components/Loading';
import { Panel } from '../components/Panel';
import { ErrorPanel } from '../components/ProblemPanel';
import { useLoad } from '../hooks/useLoad';

export function AliasCard(props: { id: string }) {
  const { id } = props;
  const api = useApi(appStoreApiRef);
  const { value: alias, error } = useLoad(() => api.getAlias(id), [id]);
  return (
    <Panel title="Address">
      {error && <ErrorPanel error={error} />}
      {!alias && !error && (
        <Loading label="Loading the address" shape="text" lines={1} />
      )}
      {alias && (
        <Flex gap="1" align="center" style={{ flexWrap: 'wrap' }}>
          {alias.instanceId ? (
            <Link href={alias.url}>{alias.url}</Link>
          ) : (
            <Text color="secondary">{alias.url}, which leads nowhere yet</Text>
          )}
          <CopyButton text={alias.url} what={`address of ${alias.name}`} />
        </Flex>
      )}
    </Panel>
  );
}
