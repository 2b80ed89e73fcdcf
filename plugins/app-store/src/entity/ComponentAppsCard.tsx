/** Apps of the store that belong to a component: those that its annotation names. */
import { useApi } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import {
  COMPONENT_APPS_ANNOTATION,
  type App,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { ButtonLink, Flex, Link, Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { AppIcon } from '../components/AppIcon';
import { Loading } from '../components/Loading';
import { Panel } from '../components/Panel';
import { ErrorPanel } from '../components/ProblemPanel';
import { useLoad } from '../hooks/useLoad';
import { paths } from '../routes';
import styles from './entity.module.css';

function AppLine(props: { app: App }) {
  const { app } = props;
  return (
    <li className={styles.app}>
      <AppIcon title={app.title} path={app.icon} size={40} />
      <div className={styles.name}>
        <Link href={paths.app(app.id)}>{app.title}</Link>
        <Text as="p" variant="body-small" color="secondary">
          {app.version}
          {app.description && ` · ${app.description}`}
        </Text>
      </div>
      <ButtonLink
        size="small"
        variant="secondary"
        href={paths.app(app.id)}
        aria-label={`Open ${app.title} in the App Store`}
      >
        Open
      </ButtonLink>
    </li>
  );
}

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
          <ul className={styles.apps}>
            {found.map(
              ({ name, app }) => app && <AppLine key={name} app={app} />,
            )}
          </ul>
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
