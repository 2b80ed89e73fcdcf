/**
 * Keeps a replica from starting beside another one where each would have bundles that the other
 * does not see: whoever has a directory of its own holds a lock alone, all others share it. The
 * lock ends with the process that holds it.
 */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSession } from '../database/DatabaseSession';
import type { SettingsRepository } from '../database/SettingsRepository';

const LOCK = 'bundles';
/** The setting that says who holds it, for the sentence that refuses another one. */
const HOLDER = 'replica';

/** All in milliseconds. */
export interface ReplicaTimes {
  /** A predecessor may be about to end; a new one waits for this long. */
  giveUpMs: number;
  /** Between two tries. */
  pollMs: number;
}

const TIMES: ReplicaTimes = { giveUpMs: 9000, pollMs: 250 };

function refusal(holder: string | undefined): Error {
  const { host = 'a host that is not known', startedAt = 'an unknown time' } =
    JSON.parse(holder ?? '{}');
  return new Error(
    `another replica of the app store (on ${host}, started ${startedAt}) is using this database, and the directory of appStore.bundles.directory is one replica's alone. In a rolling update the old one has to end before the new one starts: use the strategy Recreate. To run several, keep bundles in a bucket (appStore.bundles.s3), or in a directory that all of them see (and say so: appStore.bundles.shared: true), all of them alike`,
  );
}

/**
 * Enters this process among the replicas, until its session of the database ends.
 *
 * @param options.alone - whether its bundles are where no other replica sees them
 * @throws Error saying what to do, where another one lives beside which it may not be
 */
export async function joinReplicas(options: {
  session: DatabaseSession;
  settings: SettingsRepository;
  alone: boolean;
  times?: ReplicaTimes;
}): Promise<void> {
  const { session, settings, alone, times = TIMES } = options;
  const began = performance.now();
  while (!(await session.tryLock(LOCK, { shared: !alone }))) {
    if (performance.now() - began > times.giveUpMs)
      throw refusal(await settings.get(HOLDER));
    await sleep(times.pollMs);
  }
  await settings.set(
    HOLDER,
    JSON.stringify({ host: hostname(), startedAt: new Date().toISOString() }),
  );
}

/** Makes room for the next one. */
export async function leaveReplicas(session: DatabaseSession): Promise<void> {
  await session.unlock(LOCK);
}
