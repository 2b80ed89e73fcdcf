/** When the launch of an instance was asked for. */
import type { InstanceRecord } from '../instanceRows';

/** Rows that were made after the loss of a database have no stages. */
export function launchBegan({
  stages,
  createdAt,
}: Pick<InstanceRecord, 'stages' | 'createdAt'>): Date {
  return new Date(stages.accepted ?? createdAt);
}
