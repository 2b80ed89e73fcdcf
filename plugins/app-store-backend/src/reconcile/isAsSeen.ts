/** Whether an instance has to be looked at; compared in memory. */
import type { InstanceRecord } from '../instances/instanceRows';
import type { InstanceCluster } from '../kubernetes/InstanceCluster';

/** Nothing is to be done about it, and nothing new to be said of it. */
export function isAsSeen(
  { id, desired, status, problem, endpoint, appliedObjects }: InstanceRecord,
  cluster: Pick<InstanceCluster, 'drift' | 'endpoint' | 'hasPods' | 'synced'>,
): boolean {
  if (desired === 'released') return true;
  if (!cluster.synced || problem || !appliedObjects) return false;
  if (cluster.drift(id, appliedObjects).length) return false;
  if (desired === 'suspended')
    return status === 'SUSPENDED' && !cluster.hasPods(id);
  return (
    desired === 'running' &&
    status === 'DEPLOYED' &&
    JSON.stringify(endpoint) === JSON.stringify(cluster.endpoint(id))
  );
}
