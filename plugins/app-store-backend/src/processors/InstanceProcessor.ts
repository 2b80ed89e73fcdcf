/**
 * Brings the cluster to what the database says of each instance, and writes back
 * what it saw.
 *
 * Level-triggered: it may run twice, late, or in another replica, and the end is
 * the same. Woken by a change in this process and by the watch at once, by
 * a short poll for what others wrote, and by a slow resync; all end in
 * {@link InstanceProcessor.process}.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  LaunchStage,
  Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { LAUNCH_STAGES } from '@ai-app-store/backstage-plugin-app-store-common';
import { createHash } from 'node:crypto';
import type { InstanceQueue } from '../database/InstanceQueue';
import type { InstanceRecord } from '../database/instanceRows';
import { KubeError } from '../kubernetes/KubeApi';
import { FAILURE_PREFIX, withTold } from '../kubernetes/causes';
import {
  endedUnheard,
  notListening,
  observe,
  portOf,
  volumeLost,
  type Observation,
} from '../kubernetes/observe';
import type { DeletionGuard, Epoch } from '../recovery/Epoch';
import type { ChangeFeed } from '../service/ChangeFeed';
import type { StillMine } from './FencedObjects';
import { VolumeLost, type InstanceCluster } from './InstanceCluster';

/** How long a claim holds; longer than any call to the cluster may take. */
const LEASE_MS = 60_000;
const POLL_MS = 1000;
const RESYNC_MS = 5 * 60_000;
const CONCURRENCY = 8;
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 60_000;
/** Between two looks at objects that are being deleted. */
const REMOVAL_MS = 1000;
/** An app that runs and does not listen is spoken of after this long. */
const SLOW_AFTER_MS = 10_000;
/** Objects that lead to no pod for this long are applied again. */
const LOST_AFTER_MS = 15_000;
/** Between two looks whether deletions may go on after a restored backup. */
const HELD_LOOK_MS = 10_000;
/** Between two looks for a lost volume, which an admin may restore. */
const LOST_VOLUME_LOOK_MS = 30_000;
/** What was last seen of the cluster is not held to be true for longer than this. */
const UNREAD_AFTER_MS = 30_000;
const UNREAD_LOOK_MS = 5000;
const TAIL_LINES = 30;

const UNREADABLE: Problem = {
  code: 'CLUSTER_UNREADABLE',
  message:
    'The cluster does not answer, so that nothing is known of the instance. If it ran, it goes on.',
  owner: 'admin',
  remedy:
    'Its state is shown again once the cluster answers. An admin checks the Kubernetes API.',
};

/** See the module's comment. */
export class InstanceProcessor {
  readonly #queue: InstanceQueue;
  readonly #feed: ChangeFeed;
  readonly #epoch: DeletionGuard & Pick<Epoch, 'making'>;
  readonly #logger: LoggerService;
  readonly #now: () => Date;
  readonly #leaseMs: number;
  #cluster: InstanceCluster | undefined;
  readonly #queued = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #later = new Map<string, NodeJS.Timeout>();
  /** The cluster could not be read at the last look. */
  #unread = false;
  /** Instances of which nothing was read, and how long others have to read them first. */
  readonly #waits = new Map<string, number>();
  #stopped = false;

  constructor(options: {
    queue: InstanceQueue;
    feed: ChangeFeed;
    epoch: DeletionGuard & Pick<Epoch, 'making'>;
    logger: LoggerService;
    now?: () => Date;
    /** How long a claim of an instance holds, in milliseconds. @default 60000 */
    leaseMs?: number;
  }) {
    this.#queue = options.queue;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
    this.#feed = options.feed;
    this.#epoch = options.epoch;
    this.#logger = options.logger;
    this.#now = options.now ?? (() => new Date());
  }

  /** Begins to work. */
  start(cluster: InstanceCluster): void {
    this.#cluster = cluster;
    const every = (ms: number, work: () => Promise<unknown>) => {
      const timer = setInterval(
        () =>
          work().catch(error =>
            this.#logger.warn(`instance processor: ${error.message}`),
          ),
        ms,
      );
      this.#timers.add(timer);
    };
    every(POLL_MS, async () =>
      (await this.#queue.listDue(Date.now(), 100)).forEach(id => this.wake(id)),
    );
    every(RESYNC_MS, () => this.#queue.makeAllDue(Date.now()));
    every(UNREAD_LOOK_MS, async () => {
      if (this.#isUnread() === this.#unread) return;
      await this.#queue.makeAllDue(Date.now());
      this.#unread = !this.#unread;
    });
    this.#queue.makeAllDue(0).then(
      () => this.#pump(),
      error => this.#logger.warn(`instance processor: ${error.message}`),
    );
  }

  /** Has an instance looked at now; a call while it is being looked at brings another look. */
  wake(id: string): void {
    if (this.#stopped) return;
    this.#queued.add(id);
    this.#pump();
  }

  #wakeAfter(id: string, ms: number): void {
    clearTimeout(this.#later.get(id));
    this.#later.set(
      id,
      setTimeout(() => {
        this.#later.delete(id);
        this.wake(id);
      }, ms),
    );
  }

  #pump(): void {
    if (!this.#cluster) return;
    for (const id of this.#queued) {
      if (this.#running.size >= CONCURRENCY) return;
      if (this.#running.has(id)) continue;
      this.#queued.delete(id);
      const work = this.process(id)
        .catch(error => this.#logger.warn(`instance ${id}: ${error.message}`))
        .finally(() => {
          this.#running.delete(id);
          this.#pump();
        });
      this.#running.set(id, work);
    }
  }

  /** Ends after the work under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timers.forEach(timer => clearInterval(timer));
    this.#later.forEach(timer => clearTimeout(timer));
    this.#queued.clear();
    await Promise.all(this.#running.values());
  }

  /** One look at one instance. */
  async process(id: string): Promise<void> {
    const waitsUntil = this.#waits.get(id);
    // The cluster is read again, here or by another replica: the next silence is another one.
    if (waitsUntil !== undefined && !this.#isUnread()) this.#waits.delete(id);
    else if (waitsUntil !== undefined) {
      const ms = waitsUntil - this.#now().getTime();
      if (ms > 0) {
        this.#wakeAfter(id, ms);
        return;
      }
      if (!(await this.#queue.isDue(id, Date.now()))) {
        this.#waits.delete(id);
        return;
      }
    }
    const claim = await this.#queue.claim(id, Date.now(), this.#leaseMs);
    if (!claim) {
      // Another replica is at it, or the row is gone; if it is the former, its result may be older than what woke us.
      if (await this.#queue.exists(id))
        await this.#queue.makeDue(id, Date.now());
      else this.#waits.delete(id);
      return;
    }
    const { record, token } = claim;
    let again: number | undefined;
    try {
      again = await this.#reconcile(record, token);
      this.#failures.delete(id);
    } catch (error) {
      const failures = (this.#failures.get(id) ?? 0) + 1;
      this.#failures.set(id, failures);
      again = Math.min(RETRY_FIRST_MS * 2 ** (failures - 1), RETRY_LAST_MS);
      this.#logger.warn(
        `instance ${id}: ${(error as Error).message}; again in ${again} ms`,
      );
      if (failures > 2) await this.#report(record, token, error as Error);
    }
    await this.#queue.release(
      id,
      token,
      again === undefined ? undefined : Date.now() + again,
    );
    if (again !== undefined) this.#wakeAfter(id, again);
  }

  async #report(
    record: InstanceRecord,
    token: string,
    error: Error,
  ): Promise<void> {
    const problem = clusterProblem(error);
    if (record.desired !== 'running') return;
    await this.#write(record, token, {
      problem,
      // Nobody waits for what no waiting brings.
      ...(isInvalid(error) ? { status: 'FAILED' as const } : {}),
    });
  }

  /** @returns milliseconds until another look is needed, if one is */
  async #reconcile(
    record: InstanceRecord,
    token: string,
  ): Promise<number | undefined> {
    const cluster = this.#cluster!;
    const stillMine = () => this.#queue.holds(record, token);
    if (record.desired !== 'running') this.#waits.delete(record.id);
    if (record.desired === 'released') return undefined;
    if (record.desired === 'terminated') {
      if (await this.#epoch.isHeld('cluster')) return HELD_LOOK_MS;
      const keepClaim = record.purgeAfter !== undefined;
      if (!(await cluster.remove(record, { keepClaim }, stillMine)))
        return REMOVAL_MS;
      if (keepClaim)
        await this.#write(record, token, {
          desired: 'released',
          status: 'SUSPENDED',
          applied: undefined,
        });
      else if (await this.#queue.remove(record.id, token))
        this.#feed.changed(record.id);
      return undefined;
    }
    const wanted = appliedMark(record);
    if (record.applied !== wanted || this.#isLost(record)) {
      const bring = () => this.#bring(record, token, stillMine);
      // What is made outlives a backup that does not know it.
      const makes =
        !record.applied || (record.objects.claim && !record.claimUid);
      if (!(await (makes ? this.#epoch.making('cluster', bring) : bring())))
        return LOST_VOLUME_LOOK_MS;
    }
    if (record.desired === 'suspended') {
      // The slot was given back when suspension was asked for; the pod may take its grace period.
      return undefined;
    }
    return this.#observe(record, token);
  }

  /** Makes or changes the instance's objects. @returns false where its volume is lost */
  async #bring(
    record: InstanceRecord,
    token: string,
    stillMine: StillMine,
  ): Promise<boolean> {
    const runs = record.desired === 'running';
    // Made with the first look, also where that one came after a suspension.
    const needsVolume = runs || !record.applied;
    if (needsVolume && !(await this.#hasVolume(record, token, stillMine)))
      return false;
    await this.#cluster!.apply(record, runs ? 1 : 0, stillMine);
    await this.#write(record, token, { applied: appliedMark(record) });
    return true;
  }

  /** Makes the instance's volume the first time. @returns false where it was there and is gone */
  async #hasVolume(
    record: InstanceRecord,
    token: string,
    stillMine: StillMine,
  ): Promise<boolean> {
    try {
      const claimUid = await this.#cluster!.ensureClaim(record, stillMine);
      await this.#write(record, token, { claimUid });
      return true;
    } catch (error) {
      if (!(error instanceof VolumeLost)) throw error;
      await this.#write(record, token, {
        status: 'FAILED',
        problem: volumeLost(error.claimName),
        endpoint: undefined,
      });
      return false;
    }
  }

  /** Its objects were applied, and there is no pod of it: somebody removed them. */
  #isLost(record: InstanceRecord): boolean {
    const cluster = this.#cluster!;
    return (
      record.desired === 'running' &&
      cluster.synced &&
      !cluster.hasPods(record.id) &&
      this.#now().getTime() - Date.parse(record.updatedAt) > LOST_AFTER_MS
    );
  }

  #isUnread(): boolean {
    return this.#cluster!.unreadMs(this.#now().getTime()) > UNREAD_AFTER_MS;
  }

  async #observe(
    record: InstanceRecord,
    token: string,
  ): Promise<number | undefined> {
    const cluster = this.#cluster!;
    const now = this.#now();
    if (this.#isUnread()) {
      // Another replica may read the cluster: it looks first, and leaves nothing to do here.
      if (!this.#waits.has(record.id)) {
        this.#waits.set(record.id, now.getTime() + UNREAD_LOOK_MS);
        return 0;
      }
      this.#waits.delete(record.id);
      // Its address stays: whoever is in goes on, if it runs.
      await this.#write(record, token, {
        status: 'UNKNOWN',
        problem: UNREADABLE,
      });
      return undefined;
    }
    this.#waits.delete(record.id);
    const seen = observe(cluster.pod(record.id), now, SLOW_AFTER_MS);
    const endpoint = seen.ready ? cluster.endpoint(record.id) : undefined;
    // Ready means that people can get in: the address has to be known too.
    const waitsForAddress = seen.status === 'DEPLOYED' && !endpoint;
    const status = waitsForAddress ? 'PENDING' : seen.status;
    const stage: LaunchStage = waitsForAddress ? 'starting' : seen.stage;
    const problem = seen.problem && (await this.#explain(record, seen));
    await this.#write(record, token, {
      status,
      stage,
      stages: reached(record, stage, now),
      problem,
      endpoint,
      restartCount: seen.restartCount,
    });
    // A slow start becomes a problem without any event, and an app that ended is well again.
    return stage === 'starting' && !seen.problem
      ? SLOW_AFTER_MS
      : seen.settlesInMs;
  }

  /** Finds the cause in the failing container's own words. */
  async #explain(record: InstanceRecord, seen: Observation): Promise<Problem> {
    const problem = seen.problem!;
    const { failing } = seen;
    if (!failing) return problem;
    const known = record.problem;
    if (
      known?.code === problem.code &&
      known.detail &&
      record.restartCount === seen.restartCount
    )
      return known;
    const cluster = this.#cluster!;
    const events =
      problem.code === 'NOT_LISTENING' || failing.unheardSince
        ? await cluster.events(record)
        : [];
    const unheard = endedUnheard(seen, known, events);
    // What was found first says more than that it was ended for it.
    if (unheard && known?.code === 'NOT_LISTENING') return known;
    if (unheard || problem.code === 'NOT_LISTENING') {
      const hint = /\((the container listens on port [\d, ]+)\)/.exec(
        events.find(e => e.reason === 'Unhealthy')?.message ?? '',
      )?.[1];
      return {
        ...notListening(portOf(cluster.pod(record.id)), hint),
        detail:
          (await cluster.tail(
            record,
            failing.container,
            failing.previous,
            TAIL_LINES,
          )) || undefined,
      };
    }
    // The first restart follows at once: the process that failed may be the one before by now.
    const tails: string[] = [];
    for (const previous of [failing.previous, !failing.previous]) {
      tails.push(
        await cluster.tail(record, failing.container, previous, TAIL_LINES),
      );
      if (tails.some(text => text.includes(FAILURE_PREFIX))) break;
    }
    const tail =
      tails.find(text => text.includes(FAILURE_PREFIX)) ??
      tails.find(Boolean) ??
      '';
    return withTold(problem, tail);
  }

  async #write(
    record: InstanceRecord,
    token: string,
    change: Partial<InstanceRecord>,
  ): Promise<void> {
    const differs = (Object.keys(change) as Array<keyof InstanceRecord>).some(
      key => JSON.stringify(change[key]) !== JSON.stringify(record[key]),
    );
    if (!differs) return;
    const visible = Object.keys(change).some(
      key => key !== 'applied' && key !== 'claimUid',
    );
    const full = visible
      ? { ...change, updatedAt: this.#now().toISOString() }
      : change;
    if (await this.#queue.observe(record, token, full)) {
      Object.assign(record, full);
      if (visible) this.#feed.changed(record.id);
    } else this.wake(record.id);
  }
}

/** What `applied` says once the objects are in the cluster as they should be. */
export function appliedMark(
  record: Pick<InstanceRecord, 'desired' | 'launch' | 'objects'>,
): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(record.objects))
    .digest('hex')
    .slice(0, 32);
  return `${record.desired === 'running' ? 1 : 0}/${record.launch}/${digest}`;
}

/** The stages with the time of this one, and of those that went by unseen. */
function reached(
  record: InstanceRecord,
  stage: LaunchStage,
  now: Date,
): InstanceRecord['stages'] {
  const stages = { ...record.stages };
  for (const earlier of LAUNCH_STAGES.slice(
    0,
    LAUNCH_STAGES.indexOf(stage) + 1,
  ))
    stages[earlier] ??= now.toISOString();
  return stages;
}

/** 422: the objects themselves are not valid. */
function isInvalid(error: Error): boolean {
  return error instanceof KubeError && error.code === 422;
}

function clusterProblem(error: Error): Problem {
  // What an admin configured and Kubernetes does not take.
  if (
    isInvalid(error) &&
    /NetworkPolicy|ephemeral-\d|nodeSelector|tolerations|affinity/.test(
      error.message,
    )
  )
    return {
      code: 'CLUSTER_REFUSED',
      message: `What the store is configured with is not valid in the cluster: ${error.message}`,
      owner: 'admin',
      remedy:
        'An admin corrects appStore.kubernetes, the runtime version or the launch profile, and redeploys the instance.',
    };
  if (isInvalid(error))
    return {
      code: 'CLUSTER_REFUSED',
      message: `What the app asks for is not valid in the cluster: ${error.message}`,
      owner: 'author',
      remedy:
        "The app's author corrects its app.toml and publishes a new version.",
    };
  return {
    code: 'CLUSTER_REFUSED',
    message: `The cluster did not accept the instance: ${error.message}`,
    owner: 'admin',
    remedy:
      'It is tried again by itself. An admin checks the quota, the policies and the reachability of the namespace.',
  };
}
