/** An app on its entity page: what it is, as the store says it now, and the way to run it. */
import { useApi } from '@backstage/frontend-plugin-api';
import { EntityRefLink, useEntity } from '@backstage/plugin-catalog-react';
import {
  APP_ID_ANNOTATION,
  tagEntityRef,
  type App,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { ButtonLink, Card, CardBody, Flex, Text } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { Facts, RequirementFacts } from '../components/AppFacts';
import { AppIcon } from '../components/AppIcon';
import { Loading } from '../components/Loading';
import { Preconditions } from '../components/Preconditions';
import { ErrorPanel } from '../components/ProblemPanel';
import { RunPanel } from '../components/RunPanel';
import { StatusBadge } from '../components/StatusBadge';
import { UsualStart } from '../components/UsualStart';
import { useInstances } from '../hooks/useInstances';
import { useLoad } from '../hooks/useLoad';
import { paths } from '../routes';
import { SHORT_VISIBILITY } from '../words';
import styles from './entity.module.css';
import { VersionsOfApp } from './VersionsOfApp';

const LIFECYCLES = {
  ON_DEMAND: 'Each person runs their own instance',
  MANAGED: 'Its owner runs it for everybody',
  LINK: 'A link to another address',
};

function AppFacts(props: { app: App }) {
  const { app } = props;
  return (
    <Facts
      facts={[
        ['Version', `${app.version}${app.newest ? ', the newest' : ''}`],
        ['Name', app.name],
        ['Visible to', SHORT_VISIBILITY[app.visibility]],
        ['Lifecycle', LIFECYCLES[app.lifecycle]],
        ['Owner', app.owner && <EntityRefLink entityRef={app.owner} />],
        [
          'Tags',
          app.tags && app.tags.length > 0 && (
            <span className={styles.tags}>
              {app.tags.map(tag => (
                <EntityRefLink
                  key={tag.id}
                  entityRef={tagEntityRef(tag.name)}
                  title={tag.title}
                />
              ))}
            </span>
          ),
        ],
      ]}
    />
  );
}

/** An app version that the store's provider put into the catalog. */
export function AppEntityCard() {
  const { entity } = useEntity();
  return (
    <AppCard id={entity.metadata.annotations?.[APP_ID_ANNOTATION] ?? ''} />
  );
}

/** An app version by its id. */
export function AppCard(props: { id: string }) {
  const { id } = props;
  const api = useApi(appStoreApiRef);
  const { value: loaded, error } = useLoad(() => api.getApp(id), [id]);
  const [changed, setChanged] = useState<App>();
  const app = changed && changed.id === loaded?.id ? changed : loaded;
  const { instances, error: unread, update } = useInstances();
  if (error) return <ErrorPanel error={error} />;
  if (!app) return <Loading label="Loading" shape="facts" lines={6} />;
  const own = instances?.filter(instance => instance.appName === app.name);
  const [latest] = own ?? [];
  return (
    <Card role="region" aria-label="App">
      <CardBody>
        <Flex direction="column" gap="4">
          <Flex gap="4" align="start" className={styles.head}>
            <AppIcon title={app.title} path={app.icon} size={64} />
            <Flex direction="column" gap="2" style={{ minWidth: 0 }}>
              <Text as="h3" variant="title-small" weight="bold">
                {app.title}
              </Text>
              {app.description && <Text as="p">{app.description}</Text>}
              {latest && <StatusBadge instance={latest} />}
            </Flex>
          </Flex>
          <Flex gap="3" align="start" style={{ flexWrap: 'wrap' }}>
            <RunPanel
              app={app}
              own={(own ?? (unread && []))?.filter(
                instance => instance.appId === app.id,
              )}
              onInstance={update}
            />
            <ButtonLink variant="secondary" href={paths.app(app.id)}>
              Open in the App Store
            </ButtonLink>
          </Flex>
          {unread && !instances && <ErrorPanel error={unread} />}
          <Preconditions app={app} onApp={setChanged} />
          <AppFacts app={app} />
          {app.lifecycle !== 'LINK' && (
            <Flex direction="column" gap="2">
              <Text as="h4" variant="body-medium" weight="bold">
                Requirements
              </Text>
              <RequirementFacts app={app} />
              <UsualStart app={app} />
            </Flex>
          )}
          <VersionsOfApp app={app} />
        </Flex>
      </CardBody>
    </Card>
  );
}
