import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Flex } from '@backstage/ui';
import { RiRefreshLine } from '@remixicon/react';
import { appStoreApiRef } from '../api';
import { useLoad } from '../hooks/useLoad';
import { Facts } from './AppFacts';
import { Loading } from './Loading';
import { ErrorPanel } from './ProblemPanel';
import { When } from './When';

/** What the cluster says of an instance's pod, in Kubernetes' words. */
export function PodStatusPanel(props: {
  instanceId: string;
  /** Changes with the instance. */ version: string;
}) {
  const { instanceId, version } = props;
  const api = useApi(appStoreApiRef);
  const { value, error, loading, reload } = useLoad(
    () => api.getInstanceStatus(instanceId),
    [instanceId, version],
  );
  if (!value && !error)
    return <Loading label="Loading the status" shape="facts" lines={4} />;
  return (
    <Flex direction="column" gap="4" align="start">
      {error && <ErrorPanel error={error} />}
      {value && (
        <Facts
          facts={[
            ['Status', value.status],
            ['Reason', value.reason],
            ['Message', value.message],
            [
              'Exit code',
              value.exitCode === undefined ? undefined : String(value.exitCode),
            ],
            ['Restarts', String(value.restartCount)],
            [
              'Last failure',
              value.lastFailure && <When at={value.lastFailure} />,
            ],
          ]}
        />
      )}
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiRefreshLine />}
        isDisabled={loading}
        onPress={reload}
      >
        Refresh
      </Button>
    </Flex>
  );
}
