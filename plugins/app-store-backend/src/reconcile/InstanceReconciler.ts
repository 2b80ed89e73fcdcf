/**
 * One look at one instance: brings its objects to what the row says, and writes back what the
 * cluster shows.
 *
 * Level-triggered: it may run twice, late, or in another replica, and the end is the same.
 */
import {
  LAUNCH_STAGES,
  type LaunchStage,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { DeletionGuard, Epoch } from '../epoch/Epoch';
import { objectsDigest } from '../instances/instanceObjectRows';
import type { InstanceRecord } from '../instances/instanceRows';
import type { StillMine } from '../kubernetes/client/FencedObjects';
import {
  VolumeLost,
  type InstanceCluster,
} from '../kubernetes/InstanceCluster';
import type { InstanceObjects } from '../kubernetes/manifests/instanceObjects';
import { problemOf } from '../kubernetes/observe/causes';
import { observe } from '../kubernetes/observe/observe';
import { clusterProblem, isInvalid } from './clusterProblem';
import { firstCause } from './firstCause';
import type { Claim, InstanceQueue } from './InstanceQueue';
import type { Silence } from './Silence';

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

/** Works on claimed instances. */
export class InstanceReconciler {
  readonly #queue: InstanceQueue;
  readonly #cluster: InstanceCluster;
  readonly #epoch: DeletionGuard & Pick<Epoch, 'making'>;
  readonly #silence: Silence;
  readonly #now: () => Date;
  readonly #onStale: (id: string) => void;

  constructor(options: {
    queue: InstanceQueue;
    cluster: InstanceCluster;
    epoch: DeletionGuard & Pick<Epoch, 'making'>;
    silence: Silence;
    now: () => Date;
    /** Told of an instance that was changed while it was looked at. */
    onStale: (id: string) => void;
  }) {
    this.#queue = options.queue;
    this.#cluster = options.cluster;
    this.#epoch = options.epoch;
    this.#silence = options.silence;
    this.#now = options.now;
    this.#onStale = options.onStale;
  }

  /** Says of an instance that its objects were refused again and again. */
  async report({ record, token }: Claim, error: Error): Promise<void> {
    const problem = clusterProblem(error);
    if (record.desired !== 'running') return;
    await this.#write(record, token, {
      problem,
      // Nobody waits for what no waiting brings.
      ...(isInvalid(error) ? { status: 'FAILED' as const } : {}),
    });
  }

  /** @returns milliseconds until another look is needed, if one is */
  async reconcile({ record, token }: Claim): Promise<number | undefined> {
    const cluster = this.#cluster;
    const stillMine = () => this.#queue.holds(record, token);
    if (record.desired !== 'running') this.#silence.forget(record.id);
    if (record.desired === 'released') return undefined;
    if (record.desired === 'terminated') {
      if (await this.#epoch.isHeld('cluster')) return HELD_LOOK_MS;
      const keepClaim = record.purgeAfter !== undefined;
      const objects = await this.#objectsOf(record);
      if (
        !(await cluster.remove(
          { ...record, objects },
          { keepClaim },
          stillMine,
        ))
      )
        return REMOVAL_MS;
      if (keepClaim)
        await this.#write(record, token, {
          desired: 'released',
          status: 'SUSPENDED',
          applied: undefined,
        });
      else await this.#queue.remove(record.id, token);
      return undefined;
    }
    const wanted = appliedVersion(record);
    if (record.applied !== wanted || this.#isLost(record)) {
      const objects = await this.#objectsOf(record);
      const bring = () => this.#bring(record, objects, token, stillMine);
      // What is made outlives a backup that does not know it.
      const makes = !record.applied || (objects.claim && !record.claimUid);
      if (!(await (makes ? this.#epoch.making('cluster', bring) : bring())))
        return LOST_VOLUME_LOOK_MS;
    }
    if (record.desired === 'suspended') {
      // The slot was given back when suspension was asked for; the pod may take its grace period.
      return undefined;
    }
    return this.#observe(record, token);
  }

  /** @throws Error where the row went meanwhile */
  async #objectsOf({ id }: InstanceRecord): Promise<InstanceObjects> {
    const objects = await this.#queue.objectsOf(id);
    if (!objects) throw new Error('it is gone from the database');
    return objects;
  }

  /** Makes or changes the instance's objects. @returns false where its volume is lost */
  async #bring(
    record: InstanceRecord,
    objects: InstanceObjects,
    token: string,
    stillMine: StillMine,
  ): Promise<boolean> {
    const runs = record.desired === 'running';
    // Made with the first look, also where that one came after a suspension.
    const needsVolume = runs || !record.applied;
    if (
      needsVolume &&
      !(await this.#hasVolume(record, objects, token, stillMine))
    )
      return false;
    await this.#cluster.apply({ ...record, objects }, runs ? 1 : 0, stillMine);
    const applied = appliedVersion({
      ...record,
      // What the release before this one wrote has no digest, or another one's.
      objectsDigest: objectsDigest(JSON.stringify(objects)),
    });
    await this.#write(record, token, { applied });
    return true;
  }

  /** Makes the instance's volume the first time. @returns false where it was there and is gone */
  async #hasVolume(
    record: InstanceRecord,
    objects: InstanceObjects,
    token: string,
    stillMine: StillMine,
  ): Promise<boolean> {
    try {
      const claimUid = await this.#cluster.ensureClaim(
        { ...record, objects },
        stillMine,
      );
      await this.#write(record, token, { claimUid });
      return true;
    } catch (error) {
      if (!(error instanceof VolumeLost)) throw error;
      await this.#write(record, token, {
        status: 'FAILED',
        problem: problemOf('VOLUME_LOST', error.claimName),
        endpoint: undefined,
      });
      return false;
    }
  }

  /** Its objects were applied, and there is no pod of it: somebody removed them. */
  #isLost(record: InstanceRecord): boolean {
    const cluster = this.#cluster;
    return (
      record.desired === 'running' &&
      cluster.synced &&
      !cluster.hasPods(record.id) &&
      this.#now().getTime() - Date.parse(record.updatedAt) > LOST_AFTER_MS
    );
  }

  async #observe(
    record: InstanceRecord,
    token: string,
  ): Promise<number | undefined> {
    const cluster = this.#cluster;
    const now = this.#now();
    if (this.#silence.isUnread) {
      // Another replica may read the cluster: it looks first, and leaves nothing to do here.
      if (this.#silence.leave(record.id)) return 0;
      // Its address stays: whoever is in goes on, if it runs.
      await this.#write(record, token, {
        status: 'UNKNOWN',
        problem: problemOf('CLUSTER_UNREADABLE'),
      });
      return undefined;
    }
    this.#silence.forget(record.id);
    const seen = observe(cluster.pod(record.id), now, SLOW_AFTER_MS);
    const endpoint = seen.ready ? cluster.endpoint(record.id) : undefined;
    // Ready means that people can get in: the address has to be known too.
    const waitsForAddress = seen.status === 'DEPLOYED' && !endpoint;
    const status = waitsForAddress ? 'PENDING' : seen.status;
    const stage: LaunchStage = waitsForAddress ? 'starting' : seen.stage;
    const problem = seen.problem && (await firstCause(cluster, record, seen));
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

  async #write(
    record: InstanceRecord,
    token: string,
    change: Partial<InstanceRecord>,
  ): Promise<void> {
    const differs = (Object.keys(change) as Array<keyof InstanceRecord>).some(
      key => JSON.stringify(change[key]) !== JSON.stringify(record[key]),
    );
    if (!differs) return;
    const shown = Object.keys(change).some(
      key => key !== 'applied' && key !== 'claimUid',
    );
    const full = shown
      ? { ...change, updatedAt: this.#now().toISOString() }
      : change;
    if (await this.#queue.observe(record, token, full, { shown }))
      Object.assign(record, full);
    // A person changed it meanwhile: what was seen does not count.
    else this.#onStale(record.id);
  }
}

/** What `applied` says once the objects are in the cluster as they should be. */
export function appliedVersion(
  record: Pick<InstanceRecord, 'desired' | 'launch' | 'objectsDigest'>,
): string {
  const replicas = record.desired === 'running' ? 1 : 0;
  return `${replicas}/${record.launch}/${record.objectsDigest ?? ''}`;
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
