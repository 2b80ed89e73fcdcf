import { MarkdownContent } from '@backstage/core-components';
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  App,
  AppInstance,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  ButtonLink,
  Card,
  CardBody,
  CardHeader,
  Container,
  Flex,
  Grid,
  Link,
  Select,
  Skeleton,
  Text,
} from '@backstage/ui';
import { RiExternalLinkLine, RiPlayLine } from '@remixicon/react';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { appStoreApiRef } from '../api';
import { AppIcon, usePicture } from '../components/AppIcon';
import { InstanceActions } from '../components/InstanceActions';
import { PageHeader } from '../components/PageHeader';
import { ErrorPanel, ProblemPanel } from '../components/ProblemPanel';
import { StatusBadge } from '../components/StatusBadge';
import { useAction } from '../hooks/useAction';
import { useInstances } from '../hooks/useInstances';
import { useLoad } from '../hooks/useLoad';
import { paths } from '../routes';
import { INSTANCE_VISIBILITIES } from '../words';
import styles from './AppPage.module.css';

/** Pictures from elsewhere are not loaded: they would tell their host who reads. */
function noRemoteImages(uri: string): string {
  return /^(data:image\/(png|jpeg);|blob:)/.test(uri) ? uri : '';
}

function Screenshot(props: { path: string; title: string; index: number }) {
  const url = usePicture(props.path);
  return url ? (
    <img
      className={styles.screenshot}
      src={url}
      alt={`Screenshot ${props.index + 1} of ${props.title}`}
      loading="lazy"
    />
  ) : (
    <Skeleton height={180} />
  );
}

/** Whether the app is an address elsewhere, with nothing to start. */
const isLink = (app: App) => app.lifecycle === 'LINK';

/** The button that fits the situation (specification, section 10). */
function RunPanel(props: { app: App; own: AppInstance[] }) {
  const { app, own } = props;
  const api = useApi(appStoreApiRef);
  const navigate = useNavigate();
  const [visibility, setVisibility] = useState<Visibility>('PRIVATE');
  const [busy, act] = useAction();
  const run = () =>
    act(async () => {
      const instance = await api.runApp(app.id, { visibility });
      navigate(paths.instance(instance.id), { state: { launched: true } });
    });
  if (isLink(app))
    return (
      <ButtonLink
        variant="primary"
        href={app.linkAddress!}
        target="_blank"
        rel="noopener noreferrer"
        iconStart={<RiExternalLinkLine />}
      >
        Visit
      </ButtonLink>
    );
  if (app.lifecycle === 'MANAGED' && !app.can.run && app.runnability.runnable)
    return (
      <Text as="p" color="secondary">
        A managed app: its owner runs it for everybody, and shares its address.
      </Text>
    );
  const current = own.find(
    instance =>
      !instance.terminating &&
      ['PENDING', 'DEPLOYED', 'FAILED'].includes(instance.status),
  );
  return (
    <Flex direction="column" gap="3">
      <Flex gap="3" align="end" className={styles.run}>
        {current && (
          <ButtonLink variant="primary" href={paths.instance(current.id)}>
            Go to instance
          </ButtonLink>
        )}
        <Button
          variant={current ? 'secondary' : 'primary'}
          iconStart={<RiPlayLine />}
          isDisabled={!app.can.run}
          isPending={busy}
          onPress={run}
        >
          {current ? 'Run another' : 'Run'}
        </Button>
        <Select
          label="Who may open it"
          size="small"
          options={INSTANCE_VISIBILITIES}
          value={visibility}
          onChange={key => setVisibility(String(key) as Visibility)}
        />
      </Flex>
      {app.runnability.problems.map(problem => (
        <ProblemPanel
          key={problem.message}
          problem={problem}
          status="warning"
        />
      ))}
      {app.runnability.runnable && !app.can.run && (
        <Text as="p" color="secondary">
          You may not run this app.
        </Text>
      )}
    </Flex>
  );
}

function Facts(props: { app: App }) {
  const { app } = props;
  const { requirements: needs } = app;
  // A link starts nothing, so it asks for nothing of the cluster.
  const pod: Array<[string, string | undefined]> = [
    ['Runtime', needs.runtime],
    ['Memory', needs.memoryLimit],
    ['CPU', needs.cpuLimit],
    ['GPUs', needs.gpuCount ? String(needs.gpuCount) : undefined],
    [
      'Volume',
      needs.volumeSize && `${needs.volumeSize} at ${needs.volumeMount}`,
    ],
    ['Secrets', needs.secrets.join(', ') || undefined],
    ['System packages', needs.osPackages.join(', ') || undefined],
    ['Can be run here', app.runnability.runnable ? 'Yes' : 'No'],
  ];
  const rows: Array<[string, string | undefined]> = [
    ['Version', app.version],
    ['Name', app.name],
    ['Owner', app.owner?.replace(/^user:default\//, '')],
    ['Imported', new Date(app.createdAt).toLocaleString()],
    ...(isLink(app) ? [] : pod),
  ];
  return (
    <dl className={styles.facts}>
      {rows.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** One app: what it is, what it needs, and the way to run it. */
export function AppPage() {
  const { id = '' } = useParams();
  const api = useApi(appStoreApiRef);
  const { value: app, error } = useLoad(() => api.getApp(id), [id]);
  const versions = useLoad(
    async () => (app ? api.listAllApps({ name: app.name }) : []),
    [app?.name],
  );
  const { instances = [], update } = useInstances();
  if (error) {
    return (
      <>
        <PageHeader
          title="App"
          breadcrumbs={[{ label: 'App Store', href: paths.store }]}
        />
        <Container>
          <ErrorPanel error={error} />
        </Container>
      </>
    );
  }
  if (!app) {
    return (
      <>
        <PageHeader
          title="App"
          breadcrumbs={[{ label: 'App Store', href: paths.store }]}
        />
        <Container>
          <Skeleton height={300} aria-label="Loading" />
        </Container>
      </>
    );
  }
  const own = instances.filter(instance => instance.appName === app.name);
  return (
    <>
      <PageHeader
        title={app.title}
        breadcrumbs={[{ label: 'App Store', href: paths.store }]}
        description={app.description}
        tags={app.tags?.map(tag => ({
          label: tag.title,
          href: `${paths.store}?tag=${tag.name}`,
        }))}
      />
      <Container pb="12">
        <Grid.Root columns={{ initial: '1', md: '12' }} gap="6">
          <Grid.Item
            colSpan={{ initial: '1', md: '8' }}
            className={styles.column}
          >
            <Flex direction="column" gap="6">
              <Flex gap="5" align="start">
                <AppIcon title={app.title} path={app.icon} size={80} />
                <RunPanel app={app} own={own} />
              </Flex>
              {own.length > 0 && (
                <section aria-label="My instances of this app">
                  <Text as="h3" variant="title-x-small" weight="bold">
                    My instances
                  </Text>
                  <ul className={styles.instances}>
                    {own.map(instance => (
                      <li key={instance.id}>
                        <StatusBadge instance={instance} />
                        <Link href={paths.instance(instance.id)}>
                          {instance.appVersion}, started{' '}
                          {new Date(instance.createdAt).toLocaleString()}
                        </Link>
                        <InstanceActions
                          instance={instance}
                          listed
                          onChange={update}
                        />
                      </li>
                    ))}
                  </ul>
                </section>
              )}
              {app.screenshots.length > 0 && (
                <section
                  className={styles.screenshots}
                  aria-label="Screenshots"
                >
                  {app.screenshots.map((path, index) => (
                    <Screenshot
                      key={path}
                      path={path}
                      title={app.title}
                      index={index}
                    />
                  ))}
                </section>
              )}
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
              <Card>
                <CardHeader>
                  <Text as="h3" variant="title-x-small" weight="bold">
                    {isLink(app) ? 'About' : 'Requirements'}
                  </Text>
                </CardHeader>
                <CardBody>
                  <Facts app={app} />
                </CardBody>
              </Card>
              <Card>
                <CardHeader>
                  <Text as="h3" variant="title-x-small" weight="bold">
                    Versions
                  </Text>
                </CardHeader>
                <CardBody>
                  <ul className={styles.versions}>
                    {(versions.value ?? []).map(version => (
                      <li key={version.id}>
                        {version.id === app.id ? (
                          <strong>{version.version} (this one)</strong>
                        ) : (
                          <Link href={paths.app(version.id)}>
                            {version.version}
                          </Link>
                        )}
                        {version.newest && ' newest'}
                      </li>
                    ))}
                  </ul>
                </CardBody>
              </Card>
            </Flex>
          </Grid.Item>
        </Grid.Root>
      </Container>
    </>
  );
}
