/** A declared alias: its address, for those who may see it. */
import { useApi } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { AliasAddress, NO_INSTANCE } from '../components/AliasAddress';
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
      {alias && <AliasAddress alias={alias} />}
      {alias && !alias.instanceId && (
        <Text as="p" color="secondary">
          {NO_INSTANCE}
        </Text>
      )}
    </Panel>
  );
}
