/** What of an instance was applied, as its row notes it. */
import type { InstanceRecord } from './instanceRows';

/** What `applied` says once the objects are in the cluster as they should be. */
export function appliedVersion(
  record: Pick<InstanceRecord, 'desired' | 'launch' | 'objectsDigest'>,
): string {
  const replicas = record.desired === 'running' ? 1 : 0;
  return `${replicas}/${record.launch}/${record.objectsDigest ?? ''}`;
}
