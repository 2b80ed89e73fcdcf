/** Instances are what their rows say, and the queue keeps up. */
import type { InstanceRecord } from '../../instances/instanceRows';
import type { InstanceCluster } from '../../kubernetes/InstanceCluster';
import { objectName } from '../../kubernetes/manifests/labels';
import type { InstanceQueue } from '../../reconcile/InstanceQueue';
import { counted, shown, UNKNOWN, type Check } from '../Check';

/** Rows of one read. */
const PAGE = 500;
/** What is due for longer waits too long, in milliseconds. */
const LATE_MS = 30_000;

async function* rowsOf(queue: InstanceQueue): AsyncGenerator<InstanceRecord> {
  let after: string | undefined;
  for (;;) {
    const rows = await queue.page(after, PAGE);
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows[rows.length - 1].id;
  }
}

export function driftCheck(options: {
  queue: InstanceQueue;
  cluster: InstanceCluster;
}): Check {
  const { queue, cluster } = options;
  const drifted = async () => {
    const found: Array<{ id: string; kinds: string[] }> = [];
    for await (const { id, desired, appliedObjects } of rowsOf(queue)) {
      if (desired !== 'running' && desired !== 'suspended') continue;
      const kinds = cluster.drift(id, appliedObjects);
      if (kinds.length) found.push({ id, kinds });
    }
    return found;
  };
  return {
    id: 'drift',
    title: 'Objects in the cluster are as the store applied them',
    async look() {
      if (!cluster.synced) return UNKNOWN;
      const found = await drifted();
      if (!found.length) return { state: 'OK', message: 'Nothing differs.' };
      return {
        state: 'WARNING',
        message: `Objects of ${counted(
          found.length,
          'instance',
        )} differ from what was applied.`,
        remedy:
          'The store repairs them automatically within seconds. If they stay, somebody else keeps changing them.',
        evidence: shown(
          found.map(({ id, kinds }) => ({
            source: `Instance ${id}`,
            message: `${kinds.join(', ')} of ${objectName(id)}`,
          })),
        ),
      };
    },
    async repair(dryRun) {
      const found = await drifted();
      if (!dryRun)
        await queue.makeDue(
          found.map(({ id }) => id),
          Date.now(),
        );
      return found.map(({ id, kinds }) => ({
        name: `Instance ${id}`,
        action: `apply ${kinds.join(', ')}`,
      }));
    },
  };
}

export function refusedCheck(queue: InstanceQueue): Check {
  const refused = async () => {
    const found: InstanceRecord[] = [];
    // What somebody else wrote to meanwhile is tried again at once, and was not refused.
    for await (const row of rowsOf(queue))
      if (row.attempt?.count) found.push(row);
    return found;
  };
  return {
    id: 'refused',
    title: 'The cluster takes what the store applies',
    async look() {
      const found = await refused();
      if (!found.length) return { state: 'OK', message: 'Nothing is refused.' };
      return {
        state: 'FAILED',
        message: `What belongs to ${counted(
          found.length,
          'instance',
        )} could not be applied.`,
        remedy:
          'Correct the cause below. The store tries again automatically, or at once with a repair.',
        evidence: shown(
          found.map(({ id, attempt }) => ({
            source: `Instance ${id}`,
            message: `${
              attempt!.refusal?.message ?? 'the API did not answer'
            } (${counted(attempt!.count, 'time')}, again in ${Math.max(
              0,
              Math.round((attempt!.retryAt - Date.now()) / 1000),
            )} s)`,
          })),
        ),
      };
    },
    async repair(dryRun) {
      const found = await refused();
      if (!dryRun) await queue.retryNow(found.map(({ id }) => id));
      return found.map(({ id }) => ({
        name: `Instance ${id}`,
        action: 'try again now',
      }));
    },
  };
}

export function queueCheck(queue: InstanceQueue): Check {
  return {
    id: 'queue',
    title: 'Changes reach the cluster in time',
    async look() {
      const now = Date.now();
      const { due, oldestAt } = await queue.backlog(now);
      const waits = oldestAt === undefined ? 0 : now - oldestAt;
      if (waits <= LATE_MS)
        return {
          state: 'OK',
          message: due
            ? `To be looked at: ${counted(due, 'instance')}.`
            : 'Nothing waits.',
        };
      return {
        state: 'WARNING',
        message: `To be looked at: ${counted(
          due,
          'instance',
        )}. The oldest of these changes waits for ${Math.round(
          waits / 1000,
        )} s.`,
        remedy:
          'Check the log of the store for errors, and the load of the database. More replicas work through it faster.',
      };
    },
  };
}
