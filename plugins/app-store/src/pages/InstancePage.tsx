import {
  Container,
  Flex,
  Link,
  Skeleton,
  Tab,
  TabList,
  TabPanel,
  Tabs,
  Text,
  useBreakpoint,
} from '@backstage/ui';
import { useEffect, useState } from 'react';
import { useLocation, useParams } from 'react-router-dom';
import { DeadEnd } from '../components/DeadEnd';
import { EventList } from '../components/EventList';
import { InstanceActions } from '../components/InstanceActions';
import { LaunchProgress } from '../components/LaunchProgress';
import { LogPanel } from '../components/LogPanel';
import { PageHeader } from '../components/PageHeader';
import { ErrorPanel, ProblemPanel } from '../components/ProblemPanel';
import { StatusBadge } from '../components/StatusBadge';
import { useInstances } from '../hooks/useInstances';
import { paths } from '../routes';
import styles from './InstancePage.module.css';

/** After the last stage is seen, before the app is opened, in milliseconds. */
const LEAD_IN_MS = 400;

/** One instance: its launch as it goes on, its state, log and events. Leads in when a launch that began here is over. */
export function InstancePage() {
  const { id = '' } = useParams();
  const location = useLocation();
  const narrow = useBreakpoint().down('sm');
  const [launching, setLaunching] = useState(
    Boolean((location.state as { launched?: boolean } | null)?.launched),
  );
  const { instances, gone, error, live, update } = useInstances(id);
  const instance = instances?.find(i => i.id === id);
  const ready = instance?.status === 'DEPLOYED';

  useEffect(() => {
    if (!launching || !ready || !instance?.can.open) return undefined;
    const timer = setTimeout(() => {
      setLaunching(false);
      // The launch is over: coming back here shows the instance and does not lead in again.
      window.history.replaceState({}, '');
      window.location.assign(instance.url);
    }, LEAD_IN_MS);
    return () => clearTimeout(timer);
  }, [launching, ready, instance]);

  const breadcrumbs = [
    { label: 'App Store', href: paths.store },
    { label: 'My instances', href: paths.instances },
  ];
  if (gone)
    return (
      <DeadEnd title="This instance is gone" breadcrumbs={breadcrumbs}>
        It was terminated, or is not shared with you.
      </DeadEnd>
    );
  if (!instance) {
    return (
      <>
        <PageHeader title="Instance" breadcrumbs={breadcrumbs} />
        <Container>
          {error ? (
            <ErrorPanel error={error} />
          ) : (
            <Skeleton height={240} aria-label="Loading" />
          )}
        </Container>
      </>
    );
  }
  const actions = <InstanceActions instance={instance} onChange={update} />;
  const showsLaunch =
    instance.status === 'PENDING' || instance.status === 'FAILED' || launching;
  return (
    <>
      <PageHeader
        title={instance.appTitle}
        breadcrumbs={breadcrumbs}
        customActions={narrow ? undefined : actions}
      />
      <Container pb="12">
        <Flex direction="column" gap="5">
          {narrow && actions}
          <Flex gap="5" align="center" className={styles.facts}>
            <StatusBadge instance={instance} />
            <Text color="secondary">
              Version{' '}
              <Link href={paths.app(instance.appId)}>
                {instance.appVersion}
              </Link>
            </Text>
            {instance.owner && (
              <Text color="secondary">
                Owner {instance.owner.replace(/^user:default\//, '')}
              </Text>
            )}
            {instance.restartCount > 0 && (
              <Text color="secondary">
                Restarted {instance.restartCount} times
              </Text>
            )}
            {instance.suspendAfter && (
              <Text color="secondary">
                Pauses by itself{' '}
                {new Date(instance.suspendAfter).toLocaleString()}
              </Text>
            )}
            {!live && (
              <Text color="warning" role="status">
                Reconnecting…
              </Text>
            )}
          </Flex>
          {instance.status === 'DEPLOYED' && !launching && (
            <Text as="p">
              Open under{' '}
              <Link href={instance.url} target="_blank">
                {instance.url}
              </Link>
            </Text>
          )}
          {instance.problem && (
            <ProblemPanel
              problem={instance.problem}
              status={instance.status === 'FAILED' ? 'danger' : 'warning'}
            >
              {instance.problem.detail && (
                <pre className={styles.tail} aria-label="End of the log">
                  {instance.problem.detail}
                </pre>
              )}
            </ProblemPanel>
          )}
          {showsLaunch && <LaunchProgress instance={instance} />}
          {instance.status === 'SUSPENDED' && !instance.terminating && (
            <Text as="p">
              Paused. Its volume is kept; everything else begins anew when it is
              resumed.
            </Text>
          )}
          {(instance.can.logs || instance.can.status) && (
            <Tabs>
              <TabList>
                {instance.can.logs ? <Tab id="log">Log</Tab> : null}
                {instance.can.status ? <Tab id="events">Events</Tab> : null}
              </TabList>
              {instance.can.logs ? (
                <TabPanel id="log">
                  <div className={styles.panel}>
                    <LogPanel
                      instanceId={id}
                      run={`${instance.stages.accepted}/${
                        instance.restartCount
                      }/${instance.status === 'SUSPENDED'}`}
                    />
                  </div>
                </TabPanel>
              ) : null}
              {instance.can.status ? (
                <TabPanel id="events">
                  <div className={styles.panel}>
                    <EventList instanceId={id} version={instance.updatedAt} />
                  </div>
                </TabPanel>
              ) : null}
            </Tabs>
          )}
        </Flex>
      </Container>
    </>
  );
}
