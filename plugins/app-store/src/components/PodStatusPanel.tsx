import type { InstanceCondition } from '@ai-app-store/backstage-plugin-app-store-common';
import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Flex } from '@backstage/ui';
import { RiRefreshLine } from '@remixicon/react';
import { appStoreApiRef } from '../api';
import { useLoad } from '../hooks/useLoad';
import { Facts } from './AppFacts';
import { DataTable, type DataColumn } from './DataTable';
import { Loading } from './Loading';
import { ErrorPanel } from './ProblemPanel';
import { When } from './When';

const COLUMNS: Array<DataColumn<InstanceCondition & { id: string }>> = [
  { label: 'Condition', lead: true, cell: ({ type }) => type },
  { label: 'Status', short: true, cell: ({ status }) => status },
  {
    label: 'Since',
    short: true,
    cell: ({ lastTransitionTime }) => <When at={lastTransitionTime} />,
  },
  { label: 'Reason', short: true, cell: ({ reason }) => reason },
  { label: 'Message', cell: ({ message }) => message },
];

/** What holds of an instance, and what the cluster says of its pod, in Kubernetes' words. */
export function PodStatusPanel(props: {
  instanceId: string;
  /** Changes with the instance. */
  version: string;
  conditions: InstanceCondition[];
}) {
  const { instanceId, version, conditions } = props;
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
      {conditions.length > 0 && (
        <DataTable
          label="Conditions"
          items={conditions.map(each => ({ ...each, id: each.type }))}
          columns={COLUMNS}
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
