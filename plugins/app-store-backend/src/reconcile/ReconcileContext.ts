/** What the steps of a reconciliation stand on. */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { DeletionGuard, Epoch } from '../epoch/Epoch';
import type { InstanceCluster } from '../kubernetes/InstanceCluster';
import type { Finding } from '../kubernetes/observe/Finding';
import type { LastLogs } from '../instances/lastLogs/LastLogs';
import type { StoreMetrics } from '../metrics/StoreMetrics';
import type { InstanceQueue } from './InstanceQueue';
import type { InstanceRowWriter } from './InstanceRowWriter';
import type { Silence } from './Silence';

/** Shared by all steps. */
export interface ReconcileContext {
  queue: InstanceQueue;
  rows: InstanceRowWriter;
  cluster: InstanceCluster;
  epoch: DeletionGuard & Pick<Epoch, 'making'>;
  silence: Silence;
  logger: LoggerService;
  now: () => Date;
  metrics: StoreMetrics;
  /** Keeps what instances wrote last. */
  lastLogs: Pick<LastLogs, 'ended' | 'keep'>;
}

/** Between two looks while the cluster was not listed yet, in milliseconds. */
export const UNLISTED_MS = 500;
/** The cause that only the instance's owner can decide about. */
export const LOST = 'VOLUME_LOST';

/** The shortest of some times. */
export function soonest(...ms: Array<number | undefined>): number | undefined {
  const known = ms.filter((each): each is number => each !== undefined);
  return known.length ? Math.min(...known) : undefined;
}

/** A finding as a row has it. */
export function problemWithEvidence(
  finding: Finding | undefined,
): Problem | undefined {
  return finding && { ...finding.problem, evidence: finding.evidence };
}
