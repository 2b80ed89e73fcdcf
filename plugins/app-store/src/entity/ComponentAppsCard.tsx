/** Apps of the store that belong to a component: those that its annotation names. */
import { useApi } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import {
  COMPONENT_APPS_ANNOTATION,
  type App,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Flex, Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { Loading } from '../components/Loading';
import { Panel } from '../components/Panel';
import { ErrorPanel } from '../components/ProblemPanel';
import { useLoad } from '../hooks/useLoad';
import { AppLines } from './AppLines';

export function ComponentAppsCard() {
  const { entity } = useEntity();
  const api = useApi(appStoreApiRef);
  const annotation =
    entity.metadata.annotations?.[COMPONENT_APPS_ANNOTATION] ?? '';
  const names = annotation
    .split(',')
    .map(name => name.trim())
    .filter(Boolean);
  const { value: found, error } = useLoad(
    () =>
      Promise.all(
        names.map(async name => {
          const { items } = await api.listApps({
            name,
            newest: true,
            limit: 1,
          });
          return { name, app: items[0] as App | undefined };
        }),
      ),
    [annotation],
  );
  const missing = found?.filter(({ app }) => !app).map(({ name }) => name);
  return (
    <Panel title="Apps of this component">
      <Flex direction="column" gap="4">
        {error && <ErrorPanel error={error} />}
        {!found && !error && (
          <Loading label="Loading apps" shape="rows" lines={1} />
        )}
        {found && (
          <AppLines apps={found.flatMap(({ app }) => (app ? [app] : []))} />
        )}
        {missing && missing.length > 0 && (
          <Text as="p" color="secondary">
            Not in the store, or not for you: {missing.join(', ')}.
          </Text>
        )}
      </Flex>
    </Panel>
  );
}
