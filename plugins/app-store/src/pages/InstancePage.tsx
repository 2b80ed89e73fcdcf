import {
  Container,
  Flex,
  Tab,
  TabList,
  TabPanel,
  Tabs,
  Text,
  useBreakpoint,
} from '@backstage/ui';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { useState } from 'react';
import { useLocation, useParams } from 'react-router-dom';
import { DeadEnd } from '../components/DeadEnd';
import { LastLog } from '../components/LastLog';
import { Evidence } from '../components/Evidence';
import { EventList } from '../components/EventList';
import { InstanceActions } from '../components/InstanceActions';
import { InstanceAliases } from '../components/InstanceAliases';
import { InstanceFacts } from '../components/InstanceFacts';
import { StaleSecrets } from '../components/InstanceList';
import { LaunchProgress } from '../components/LaunchProgress';
import { LaunchReceiptPanel } from '../components/LaunchReceiptPanel';
import { LogPanel } from '../components/LogPanel';
import { Bone, Loading } from '../components/Loading';
import { PageHeader } from '../components/PageHeader';
import { PodStatusPanel } from '../components/PodStatusPanel';
import { ErrorPanel, ProblemPanel } from '../components/ProblemPanel';
import { StatusBadge } from '../components/StatusBadge';
import { useChangeParams } from '../hooks/useChangeParams';
import { useInstances } from '../hooks/useInstances';
import { useLeadIn } from '../hooks/useOpenApp';
import { paths } from '../routes';
import styles from './InstancePage.module.css';

const BREADCRUMBS = [{ label: 'My instances', href: paths.instances }];

/** What the reader may look into; the chosen tab is part of the address. */
function Details(props: { instance: AppInstance }) {
  const { instance } = props;
  const { id, can } = instance;
  const [params, change] = useChangeParams();
  const tabs = [
    can.logs && {
      id: 'log',
      title: 'Log',
      // What is left of it is its volume.
      panel:
        instance.terminating && instance.status === 'SUSPENDED' ? (
          <LastLog instanceId={id} />
        ) : (
          <LogPanel
            instanceId={id}
            run={`${instance.stages.accepted}/${instance.restartCount}/${
              instance.status === 'SUSPENDED'
            }`}
            instance={instance}
          />
        ),
    },
    can.status && {
      id: 'events',
      title: 'Events',
      panel: <EventList instanceId={id} version={instance.updatedAt} />,
    },
    can.status && {
      id: 'status',
      title: 'Status',
      panel: (
        <PodStatusPanel
          instanceId={id}
          version={instance.updatedAt}
          conditions={instance.conditions ?? []}
        />
      ),
    },
    can.status && {
      id: 'launch',
      title: 'Launch',
      panel: (
        <LaunchReceiptPanel
          instanceId={id}
          version={`${instance.updatedAt}/${instance.stage}`}
        />
      ),
    },
    can.alias && {
      id: 'aliases',
      title: 'Aliases',
      panel: <InstanceAliases instance={instance} />,
    },
  ].filter((tab): tab is Exclude<typeof tab, false> => Boolean(tab));
  if (!tabs.length) return null;
  const chosen =
    tabs.find(tab => tab.id === params.get('tab'))?.id ?? tabs[0].id;
  return (
    <Tabs
      selectedKey={chosen}
      onSelectionChange={key =>
        change({ tab: key === tabs[0].id ? '' : String(key) })
      }
    >
      <TabList aria-label="Details">
        {tabs.map(tab => (
          <Tab key={tab.id} id={tab.id}>
            {tab.title}
          </Tab>
        ))}
      </TabList>
      {tabs.map(tab => (
        <TabPanel key={tab.id} id={tab.id}>
          <div className={styles.panel}>{tab.panel}</div>
        </TabPanel>
      ))}
    </Tabs>
  );
}

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

  useLeadIn({
    address: launching && instance?.can.open ? instance.url : undefined,
    near: instance?.stage === 'starting',
    ready,
    onLeave: () => {
      setLaunching(false);
      // The launch is over: coming back here shows the instance and does not lead in again.
      window.history.replaceState({}, '');
    },
  });

  if (gone)
    return (
      <DeadEnd
        title="Instance not found"
        breadcrumbs={BREADCRUMBS}
        more={<LastLog instanceId={id} />}
      >
        It was terminated, or it is not shared with you.
      </DeadEnd>
    );
  if (!instance) {
    return (
      <>
        <PageHeader title="Instance" breadcrumbs={BREADCRUMBS} />
        <Container>
          {error ? (
            <ErrorPanel error={error} />
          ) : (
            <Flex direction="column" gap="5">
              <Bone width={90} height={18} />
              <Loading label="Loading the instance" shape="facts" lines={8} />
            </Flex>
          )}
        </Container>
      </>
    );
  }
  const actions = <InstanceActions instance={instance} onChange={update} />;
  const showsLaunch =
    !instance.terminating &&
    !instance.suspending &&
    (instance.status === 'PENDING' ||
      (instance.status === 'FAILED' && !instance.restarting) ||
      launching);
  return (
    <>
      <PageHeader
        title={instance.appTitle}
        breadcrumbs={BREADCRUMBS}
        customActions={narrow ? undefined : actions}
      />
      <Container pb="12">
        <Flex direction="column" gap="5">
          {narrow && actions}
          <Flex gap="5" align="center" className={styles.facts}>
            {/* Said when it changes: whoever suspended it hears that it is. */}
            <span role="status">
              <StatusBadge instance={instance} />
            </span>
            {!live && (
              <Text color="warning" role="status">
                Reconnecting …
              </Text>
            )}
          </Flex>
          {instance.terminating && instance.purgeAfter && (
            <Text as="p">
              Terminated. Its volume is still kept, so you can restore the
              instance. It comes back suspended, with its aliases.
            </Text>
          )}
          {instance.problem && !instance.terminating && (
            <ProblemPanel
              problem={instance.problem}
              status={instance.status === 'FAILED' ? 'danger' : 'warning'}
            >
              <Evidence items={instance.problem.evidence} />
              {instance.problem.detail && (
                // Whoever uses the keyboard scrolls it, too.
                <section
                  // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
                  tabIndex={0}
                  className={styles.tail}
                  aria-label="End of the log"
                >
                  <pre>{instance.problem.detail}</pre>
                </section>
              )}
            </ProblemPanel>
          )}
          <StaleSecrets instance={instance} />
          {showsLaunch && <LaunchProgress instance={instance} />}
          {instance.suspending && (
            <Text as="p">
              Suspending. The app is told to end, and has some seconds for it.
            </Text>
          )}
          {instance.notice && <Text as="p">{instance.notice}</Text>}
          {instance.status === 'SUSPENDED' && !instance.terminating && (
            <Text as="p">
              Suspended. Its volume is kept. All other data is lost when you
              resume it.
            </Text>
          )}
          <InstanceFacts instance={instance} />
          {!(instance.terminating && instance.purgeAfter) && (
            <Details instance={instance} />
          )}
        </Flex>
      </Container>
    </>
  );
}
