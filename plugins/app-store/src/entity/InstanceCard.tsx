/** A declared instance: its status, and the way into it. */
import { useApi } from '@backstage/frontend-plugin-api';
import { Card, CardBody, CardHeader, Flex, Text } from '@backstage/ui';
import { useEffect } from 'react';
import { appStoreApiRef } from '../api';
import { Loading } from '../components/Loading';
import { OpenInstance } from '../components/OpenInstance';
import { ErrorPanel, ProblemPanel } from '../components/ProblemPanel';
import { StatusBadge } from '../components/StatusBadge';
import { When } from '../components/When';
import { useLoad } from '../hooks/useLoad';
import { SHORT_VISIBILITY } from '../words';
import styles from '../declarations/declarations.module.css';

const LOOK_MS = 5000;

export function InstanceCard(props: { id: string }) {
  const api = useApi(appStoreApiRef);
  const { id } = props;
  const {
    value: instance,
    error,
    loading,
    reload,
  } = useLoad(() => api.getInstance(id), [id]);
  useEffect(() => {
    // What is gone, or hidden, is not asked for again.
    if (loading || error) return undefined;
    const timer = setTimeout(reload, LOOK_MS);
    return () => clearTimeout(timer);
  }, [loading, error, reload, instance]);
  if (error && !instance) return <ErrorPanel error={error} />;
  if (!instance)
    return <Loading label="Loading the instance" shape="facts" lines={3} />;
  return (
    <Card role="region" aria-label="Instance">
      <CardHeader>
        <Text as="h3" variant="title-x-small" weight="bold">
          Instance
        </Text>
      </CardHeader>
      <CardBody>
        <Flex direction="column" gap="4">
          <Flex gap="3" align="center" style={{ flexWrap: 'wrap' }}>
            <StatusBadge instance={instance} />
            <OpenInstance
              instance={instance}
              size="small"
              about={instance.appTitle}
            />
          </Flex>
          {instance.problem && <ProblemPanel problem={instance.problem} />}
          <dl className={styles.facts}>
            <div>
              <dt>App</dt>
              <dd>
                {instance.appTitle} {instance.appVersion}
              </dd>
            </div>
            <div>
              <dt>Who can open it</dt>
              <dd>{SHORT_VISIBILITY[instance.visibility]}</dd>
            </div>
            <div>
              <dt>Address</dt>
              <dd>{instance.url}</dd>
            </div>
            <div>
              <dt>Created</dt>
              <dd>
                <When at={instance.createdAt} />
              </dd>
            </div>
          </dl>
        </Flex>
      </CardBody>
    </Card>
  );
}
