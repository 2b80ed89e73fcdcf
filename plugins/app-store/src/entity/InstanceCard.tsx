/** A declared instance: its status as it is now, and the way into it. */
import { Flex, Text } from '@backstage/ui';
import { InstanceFacts } from '../components/InstanceFacts';
import { Loading } from '../components/Loading';
import { OpenInstance } from '../components/OpenInstance';
import { Panel } from '../components/Panel';
import { ErrorPanel, ProblemPanel } from '../components/ProblemPanel';
import { StatusBadge } from '../components/StatusBadge';
import { useInstances } from '../hooks/useInstances';

export function InstanceCard(props: { id: string }) {
  const { id } = props;
  const { instances, gone, error } = useInstances(id);
  const instance = instances?.find(each => each.id === id);
  if (gone)
    return (
      <Panel title="Instance">
        <Text as="p" color="secondary" role="status">
          It was terminated, or it is not shared with you.
        </Text>
      </Panel>
    );
  if (!instance)
    return error ? (
      <ErrorPanel error={error} />
    ) : (
      <Loading label="Loading the instance" shape="facts" lines={3} />
    );
  return (
    <Panel title="Instance">
      <Flex direction="column" gap="4">
        <Flex gap="3" align="center" style={{ flexWrap: 'wrap' }}>
          <span role="status">
            <StatusBadge instance={instance} />
          </span>
          <OpenInstance
            instance={instance}
            size="small"
            about={instance.appTitle}
          />
        </Flex>
        {instance.problem && <ProblemPanel problem={instance.problem} />}
        <InstanceFacts instance={instance} />
      </Flex>
    </Panel>
  );
}
