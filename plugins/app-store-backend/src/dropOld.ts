/** What is no longer kept. */
import { LAST_LOGS_KEPT_MS } from './instances/lastLogs/LastLogRepository';
import type { Repositories } from './wiring/repositories';
import type { Services } from './wiring/services';

const DAY_MS = 24 * 60 * 60_000;
/** Whoever was away for longer reads all anew. */
const CHANGES_KEPT_MS = DAY_MS;
/** Launches are compared with those of this time. */
const LAUNCHES_KEPT_MS = 90 * DAY_MS;

/** Drops audit records, answers to repeated requests, changes, launches and logs that are too old. */
export async function dropOld(
  now: Date,
  {
    services,
    repositories,
  }: {
    services: Pick<Services, 'auditReader' | 'idempotency'>;
    repositories: Pick<Repositories, 'outbox' | 'launches' | 'lastLogs'>;
  },
): Promise<void> {
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString();
  await services.auditReader.dropOld(now);
  await services.idempotency.dropExpired();
  await repositories.outbox.dropBefore(before(CHANGES_KEPT_MS));
  await repositories.launches.dropBefore(before(LAUNCHES_KEPT_MS));
  await repositories.lastLogs.dropBefore(before(LAST_LOGS_KEPT_MS));
}
