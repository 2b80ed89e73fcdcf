import { MarkdownContent } from '@backstage/core-components';
import { useApi } from '@backstage/frontend-plugin-api';
import {
  compareVersions,
  type App,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Container,
  Flex,
  Grid,
  Select,
  Tab,
  TabList,
  TabPanel,
  Tabs,
  Text,
} from '@backstage/ui';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { appStoreApiRef } from '../api';
import { AppActions, Preferences } from '../components/AppActions';
import { AboutFacts, RequirementFacts } from '../components/AppFacts';
import { AppIcon } from '../components/AppIcon';
import { AllInstances, OwnInstances } from '../components/AppInstances';
import { AppOptions } from '../components/AppOptions';
import { Bone, Loading } from '../components/Loading';
import { noRemoteImages } from '../components/Markdown';
import { OfferNote } from '../components/OfferNote';
import { PageHeader } from '../components/PageHeader';
import { Preconditions } from '../components/Preconditions';
import { Panel } from '../components/Panel';
import { ErrorPanel } from '../components/ProblemPanel';
import { RunPanel } from '../components/RunPanel';
import { Screenshots } from '../components/Screenshots';
import { TagChips } from '../components/TagChips';
import { TransferDialog } from '../components/TransferDialog';
import { UsualStart } from '../components/UsualStart';
import { useChangeParams } from '../hooks/useChangeParams';
import { useMe } from '../hooks/useCached';
import { useInstances } from '../hooks/useInstances';
import { useLoad } from '../hooks/useLoad';
import { paths } from '../routes';
import styles from './AppPage.module.css';

/** The versions of an app that the reader sees, the newest first; another one is another page. */
function Versions(props: { app: App }) {
  const { app } = props;
  const api = useApi(appStoreApiRef);
  const navigate = useNavigate();
  const { value = [app] } = useLoad(
    () => api.listAllApps({ name: app.name }),
    [app.name, app.version],
  );
  // Another's private version is seen by its address, and stands in no list.
  const all = value.some(each => each.id === app.id) ? value : [app, ...value];
  const sorted = [...all].sort((a, b) => compareVersions(b.version, a.version));
  return (
    <Select
      aria-label="Version"
      size="small"
      className={styles.version}
      options={sorted.map((each, i) => ({
        value: each.id,
        label: `${each.version}${i === 0 ? ' (newest)' : ''}`,
      }))}
      value={app.id}
      onChange={id => id && navigate(paths.app(String(id)))}
    />
  );
}

function Instances(props: {
  app: App;
  own: Parameters<typeof OwnInstances>[0];
}) {
  const [params, change] = useChangeParams();
  const { visitor } = useMe();
  return (
    <Tabs
      selectedKey={
        params.get('tab') === 'all' && visitor === false ? 'all' : 'mine'
      }
      onSelectionChange={key => change({ tab: key === 'all' ? 'all' : '' })}
    >
      <TabList aria-label="Instances">
        <Tab id="mine">My instances</Tab>
        {/* Visitors see their own instances only (specification 3.4). */}
        {visitor === false ? <Tab id="all">All instances</Tab> : null}
      </TabList>
      <TabPanel id="mine">
        <div className={styles.panel}>
          <OwnInstances {...props.own} />
        </div>
      </TabPanel>
      {visitor === false ? (
        <TabPanel id="all">
          <div className={styles.panel}>
            <AllInstances app={props.app} />
          </div>
        </TabPanel>
      ) : null}
    </Tabs>
  );
}

/** The page before anything is there, in its own shape. */
function AppLoading() {
  return (
    <Grid.Root columns={{ initial: '1', md: '12' }} gap="6">
      <Grid.Item colSpan={{ initial: '1', md: '8' }} className={styles.column}>
        <Flex direction="column" gap="6">
          <Flex gap="5" align="start">
            <Bone width={80} height={80} className={styles.iconLoading} />
            <Loading label="Loading the app" shape="button" />
          </Flex>
          <Bone width="11rem" height={32} />
          <Loading label="Loading its instances" shape="rows" lines={1} />
          <Loading label="Loading the description" shape="text" lines={5} />
        </Flex>
      </Grid.Item>
      <Grid.Item colSpan={{ initial: '1', md: '4' }} className={styles.column}>
        <Loading label="Loading the details" shape="facts" lines={8} />
      </Grid.Item>
    </Grid.Root>
  );
}

/** One app: what it is, what it needs, the way to run it, and what runs of it. */
export function AppPage() {
  const { id = '' } = useParams();
  const api = useApi(appStoreApiRef);
  const [params, change] = useChangeParams();
  const [changed, setChanged] = useState<App>();
  const loaded = useLoad(() => api.getApp(id), [id]);
  const { instances, error: unread, update } = useInstances();
  // What an action answered is newer than what was loaded before it.
  const [app] = [changed, loaded.value]
    .filter((each): each is App => each?.id === id)
    .sort((a, b) => b.revision - a.revision);
  // What runs of it stands above its pictures: nothing jumps where both come at once.
  if (!app || (app.lifecycle !== 'LINK' && !instances && !unread))
    return (
      <>
        <PageHeader
          title={app?.title ?? 'App'}
          description={app?.description}
        />
        <Container>
          {loaded.error && !app ? (
            <ErrorPanel error={loaded.error} />
          ) : (
            <AppLoading />
          )}
        </Container>
      </>
    );
  const link = app.lifecycle === 'LINK';
  const own = instances?.filter(instance => instance.appName === app.name);
  const dialog = params.get('dialog');
  const close = () => change({ dialog: '' });
  return (
    <>
      <PageHeader
        title={app.title}
        description={app.description}
        customActions={<Preferences app={app} onApp={setChanged} />}
      />
      <Container pb="12">
        <Grid.Root columns={{ initial: '1', md: '12' }} gap="6">
          <Grid.Item
            colSpan={{ initial: '1', md: '8' }}
            className={styles.column}
          >
            <Flex direction="column" gap="6">
              <Flex gap="5" align="start" className={styles.head}>
                <AppIcon title={app.title} path={app.icon} size={80} />
                <RunPanel
                  app={app}
                  own={(own ?? (unread && []))?.filter(
                    instance => instance.appId === app.id,
                  )}
                  onInstance={update}
                />
              </Flex>
              <Preconditions app={app} onApp={setChanged} />
              {app.remarks?.map(remark => (
                <Text key={remark} as="p" variant="body-small">
                  {remark}
                </Text>
              ))}
              <Flex gap="3" align="center" className={styles.head}>
                <Versions app={app} />
                <AppActions
                  app={app}
                  onOptions={() => change({ dialog: 'options' })}
                  onTransfer={() => change({ dialog: 'transfer' })}
                />
              </Flex>
              <OfferNote
                app={app}
                onWithdrawn={() => setChanged({ ...app, offer: undefined })}
              />
              {app.tags && <TagChips tags={app.tags} />}
              {!link && (
                <Instances
                  app={app}
                  own={{ own, error: unread, onChange: update }}
                />
              )}
              <Screenshots paths={app.screenshots} title={app.title} />
              {app.longDescription && (
                <section aria-label="About" className={styles.about}>
                  <MarkdownContent
                    content={app.longDescription}
                    linkTarget="_blank"
                    transformImageUri={noRemoteImages}
                  />
                </section>
              )}
            </Flex>
          </Grid.Item>
          <Grid.Item
            colSpan={{ initial: '1', md: '4' }}
            className={styles.column}
          >
            <Flex direction="column" gap="4">
              <Panel title="About">
                <AboutFacts app={app} />
              </Panel>
              {!link && (
                <Panel title="Requirements">
                  <RequirementFacts app={app} />
                  <UsualStart app={app} />
                </Panel>
              )}
              {app.parameters.length > 0 && (
                <Panel title="Parameters">
                  <ul className={styles.asked}>
                    {app.parameters.map(parameter => (
                      <li key={parameter.name}>
                        {parameter.title}
                        {parameter.required && ' (required)'}
                        {parameter.description && (
                          <Text as="p" variant="body-small" color="secondary">
                            {parameter.description}
                          </Text>
                        )}
                      </li>
                    ))}
                  </ul>
                </Panel>
              )}
            </Flex>
          </Grid.Item>
        </Grid.Root>
        {dialog === 'options' && app.can.update && (
          <AppOptions
            key={app.id}
            app={app}
            onClose={close}
            onChange={setChanged}
          />
        )}
        {dialog === 'transfer' && app.can.transfer && (
          <TransferDialog app={app} onClose={close} onDone={setChanged} />
        )}
      </Container>
    </>
  );
}
