/**
 * One look at one instance: brings its objects to what the row says, and writes back what the
 * cluster shows.
 *
 * Level-triggered: it may run twice, late, or in another replica, and the end is the same. What
 * the cluster refuses is tried again at its time, whatever wakes the instance in between; what it
 * shows is read all the same.
 */
import {
  LAUNCH_STAGES,
  type LaunchStage,
  type Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { DeletionGuard, Epoch } from '../epoch/Epoch';
import { objectsDigest } from '../instances/instanceObjectRows';
import type { InstanceRecord } from '../instances/instanceRows';
import type { StillMine } from '../kubernetes/client/FencedObjects';
import {
  VolumeLost,
  type InstanceCluster,
} from '../kubernetes/InstanceCluster';
import { observeInstance } from '../kubernetes/InstanceDiagnosis';
import type { InstanceObjects } from '../kubernetes/manifests/instanceObjects';
import { problemOf } from '../kubernetes/observe/causes';
import { diagnoseEnding } from '../kubernetes/observe/ending';
import type { Refusal } from '../kubernetes/observe/Facts';
import type { Finding } from '../kubernetes/observe/Finding';
import { refusalFinding } from '../kubernetes/observe/rules/refusal';
import type { ObjectKind } from '../kubernetes/view/mark';
import { failedAttempt, isConflict } from './attempts';
import type { Claim, InstanceQueue } from './InstanceQueue';
import type { Silence } from './Silence';

/** Between two looks at objects that are being deleted, should the watch not tell. */
const REMOVAL_MS = 10_000;
/** Between two looks while the cluster was not listed yet. */
const UNLISTED_MS = 500;
/** Between two looks whether deletions may go on after a restored backup. */
const HELD_LOOK_MS = 10_000;
/** Between two looks for a lost volume, which an admin may restore. */
const LOST_VOLUME_LOOK_MS = 30_000;
/** What `applied` says once everything was told to be deleted, or all but the volume. */
const DELETED = { all: 'deleted', butVolume: 'deleted but its volume' };
const LOST = 'VOLUME_LOST';

/** Works on claimed instances. */
export class InstanceReconciler {
  readonly #queue: InstanceQueue;
  readonly #cluster: InstanceCluster;
  readonly #epoch: DeletionGuard & Pick<Epoch, 'making'>;
  readonly #silence: Silence;
  readonly #logger: LoggerService;
  readonly #now: () => Date;
  readonly #onStale: (id: string) => void;

  constructor(options: {
    queue: InstanceQueue;
    cluster: InstanceCluster;
    epoch: DeletionGuard & Pick<Epoch, 'making'>;
    silence: Silence;
    logger: LoggerService;
    now: () => Date;
    /** Told of an instance that was changed while it was looked at. */
    onStale: (id: string) => void;
  }) {
    this.#queue = options.queue;
    this.#cluster = options.cluster;
    this.#epoch = options.epoch;
    this.#silence = options.silence;
    this.#logger = options.logger;
    this.#now = options.now;
    this.#onStale = options.onStale;
  }

  /** @returns milliseconds until another look is needed, if one is */
  async reconcile(claim: Claim): Promise<number | undefined> {
    const { record } = claim;
    switch (record.desired) {
      case 'released':
        return undefined;
      case 'terminated':
        this.#silence.forget(record.id);
        return this.#end(claim);
      case 'suspended':
        this.#silence.forget(record.id);
        return this.#suspend(claim);
      default:
        return soonest(await this.#bring(claim), await this.#observe(claim));
    }
  }

  /**
   * Brings the instance's objects to what the row says, where they are not there already and it is
   * time to try.
   */
  async #bring(claim: Claim): Promise<number | undefined> {
    const { record } = claim;
    const wanted = appliedVersion(record);
    const drifted = this.#drift(record);
    const isNew = record.applied !== wanted || !record.appliedObjects;
    if (!isNew && !drifted.length) {
      await this.#write(claim, { attempt: undefined });
      return undefined;
    }
    const waitMs = this.#waitMs(record, wanted);
    if (waitMs > 0) return waitMs;
    try {
      return await this.#apply(claim, isNew ? undefined : drifted);
    } catch (error) {
      return this.#failed(claim, wanted, error as Error);
    }
  }

  /** A suspended instance misses no volume: whether it is there is asked when it is resumed. */
  #drift({ id, desired, appliedObjects }: InstanceRecord): ObjectKind[] {
    return this.#cluster
      .drift(id, appliedObjects)
      .filter(
        kind => desired === 'running' || kind !== 'PersistentVolumeClaim',
      );
  }

  /** How long what was refused still waits; the API may have come back since. */
  #waitMs({ attempt }: InstanceRecord, wanted: string): number {
    const now = this.#now().getTime();
    // A silent API is asked again once it answers.
    if (this.#silence.isUnread) return REMOVAL_MS;
    return attempt?.of === wanted ? attempt.retryAt - now : 0;
  }

  async #failed(claim: Claim, of: string, error: Error): Promise<number> {
    if (error.name === 'LeaseLost') throw error;
    const { record } = claim;
    const now = this.#now().getTime();
    const attempt = failedAttempt({
      before: record.attempt,
      of,
      error,
      now,
      random: Math.random(),
    });
    const again = attempt.retryAt - now;
    if (!isConflict(error))
      this.#logger.warn(
        `instance ${record.id}: ${error.message}; again in ${Math.round(
          again,
        )} ms`,
      );
    await this.#write(claim, { attempt });
    return again;
  }

  /** @throws Error where the row went meanwhile */
  async #objectsOf({ id }: InstanceRecord): Promise<InstanceObjects> {
    const objects = await this.#queue.objectsOf(id);
    if (!objects) throw new Error('it is gone from the database');
    return objects;
  }

  /** @param drifted - kinds to repair; all are applied where it is absent */
  async #apply(
    claim: Claim,
    drifted: ObjectKind[] | undefined,
  ): Promise<number | undefined> {
    const { record, token } = claim;
    if (drifted)
      this.#logger.info(`instance ${record.id}: repairs ${drifted.join(', ')}`);
    const objects = await this.#objectsOf(record);
    const stillMine = () => this.#queue.holds(record, token);
    const apply = async (): Promise<number | undefined> => {
      const runs = record.desired === 'running';
      const claimWritten = await this.#claimOf(claim, objects, stillMine, {
        // Made with the first look, also where that one came after a suspension.
        needed: runs || !record.applied,
      });
      if (claimWritten === 'lost') return LOST_VOLUME_LOOK_MS;
      const written = await this.#cluster.apply(
        { ...record, objects },
        runs ? 1 : 0,
        stillMine,
        drifted,
      );
      await this.#write(claim, {
        applied: appliedVersion({
          ...record,
          // What the release before this one wrote has no digest, or another one's.
          objectsDigest: objectsDigest(JSON.stringify(objects)),
        }),
        appliedObjects: {
          ...record.appliedObjects,
          ...claimWritten,
          ...written,
        },
        attempt: undefined,
      });
      return undefined;
    };
    // What is made outlives a backup that does not know it.
    const makes = !record.applied || (objects.claim && !record.claimUid);
    return makes ? this.#epoch.making('cluster', apply) : apply();
  }

  /** Makes the instance's volume the first time. @returns `lost` where it was there and is gone */
  async #claimOf(
    claim: Claim,
    objects: InstanceObjects,
    stillMine: StillMine,
    { needed }: { needed: boolean },
  ) {
    const { record } = claim;
    if (!needed || !objects.claim) return {};
    try {
      const found = (await this.#cluster.ensureClaim(
        { ...record, objects },
        stillMine,
      ))!;
      await this.#write(claim, {
        claimUid: found.metadata!.uid,
        ...(record.problem?.code === LOST ? { problem: undefined } : {}),
      });
      return this.#cluster.noteWritten(record.id, [
        { ...found, kind: 'PersistentVolumeClaim' },
      ]);
    } catch (error) {
      if (!(error instanceof VolumeLost)) throw error;
      await this.#write(claim, {
        status: 'FAILED',
        problem: problemOf(LOST, error.claimName),
        endpoint: undefined,
      });
      return 'lost' as const;
    }
  }

  /** Its pod may take its grace period; the slot was given back when suspension was asked for. */
  async #suspend(claim: Claim): Promise<number | undefined> {
    const { record } = claim;
    const again = await this.#bring(claim);
    // Somebody has to decide first.
    if (record.problem?.code === LOST) return again;
    const attempt = refusalOf(record);
    if (this.#silence.isUnread) return again;
    if (!this.#cluster.isListed) return UNLISTED_MS;
    if (!this.#cluster.hasPods(record.id) && !attempt) {
      await this.#write(claim, {
        status: 'SUSPENDED',
        problem: undefined,
        notice: undefined,
      });
      return again;
    }
    const ending = this.#diagnoseEnding(record, attempt);
    await this.#write(claim, {
      status: this.#cluster.hasPods(record.id) ? 'PENDING' : 'SUSPENDED',
      problem: problemWithEvidence(ending.finding),
    });
    return soonest(again, ending.againInMs);
  }

  #diagnoseEnding(record: InstanceRecord, refusal: Refusal | undefined) {
    return diagnoseEnding({
      now: this.#now(),
      since: new Date(record.updatedAt),
      pods: this.#cluster.allPods(record.id),
      workloads: [],
      refusal,
      log: () => '',
    });
  }

  /** Deletes what is left of a terminated instance; the watch says when it is gone. */
  async #end(claim: Claim): Promise<number | undefined> {
    const { record, token } = claim;
    if (await this.#epoch.isHeld('cluster')) return HELD_LOOK_MS;
    const keepClaim = record.purgeAfter !== undefined;
    const told = keepClaim ? DELETED.butVolume : DELETED.all;
    const waitMs = this.#waitMs(record, told);
    if (waitMs > 0) return waitMs;
    // Told once, it is waited for.
    if (
      record.applied === told &&
      this.#cluster.synced &&
      !this.#cluster.seemsGone(record.id, { keepClaim })
    ) {
      const ending = this.#diagnoseEnding(record, undefined);
      await this.#write(claim, {
        problem: problemWithEvidence(ending.finding),
      });
      return soonest(REMOVAL_MS, ending.againInMs);
    }
    let gone: boolean;
    try {
      gone = await this.#cluster.remove(
        { ...record, objects: await this.#objectsOf(record) },
        { keepClaim },
        () => this.#queue.holds(record, token),
      );
    } catch (error) {
      const again = await this.#failed(claim, told, error as Error);
      const refused = refusalOf(record);
      if (refused)
        await this.#write(claim, {
          problem: problemWithEvidence(refusalFinding(refused)),
        });
      return again;
    }
    if (!gone) {
      await this.#write(claim, { applied: told, attempt: undefined });
      return this.#cluster.seemsGone(record.id, { keepClaim }) ? 0 : REMOVAL_MS;
    }
    if (keepClaim)
      await this.#write(claim, {
        desired: 'released',
        status: 'SUSPENDED',
        applied: undefined,
        appliedObjects: undefined,
        attempt: undefined,
        problem: undefined,
      });
    else await this.#queue.remove(record.id, token);
    return undefined;
  }

  async #observe(claim: Claim): Promise<number | undefined> {
    const { record } = claim;
    const cluster = this.#cluster;
    const now = this.#now();
    const { unread } = this.#silence;
    if (unread) {
      // Another replica may read the cluster: it looks first, and leaves nothing to do here.
      if (this.#silence.leave(record.id)) return 0;
      // Its address stays: whoever is in goes on, if it runs.
      await this.#write(claim, {
        status: 'UNKNOWN',
        problem: unreadProblem(unread),
      });
      return undefined;
    }
    this.#silence.forget(record.id);
    // What was not seen yet may be there.
    if (!cluster.isListed) return UNLISTED_MS;
    // Nothing else is looked for: its volume is not there.
    if (record.problem?.code === LOST && !cluster.hasPods(record.id))
      return undefined;
    const facts = cluster.facts(record.id, record.launch);
    const seen = await observeInstance(
      cluster.output,
      record,
      {
        ...facts,
        now,
        since: new Date(record.stages.accepted ?? record.updatedAt),
        refusal: refusalOf(record),
        known: record.problem,
        imageOf: facts.pods.some(pod => pod.spec?.initContainers?.length)
          ? 'admin'
          : 'author',
      },
      () => this.#queue.secretNamesOf(record.id),
    );
    const address = seen.ready ? cluster.endpoint(record.id) : undefined;
    const endpoint = facts.pods.some(
      pod => pod.metadata?.uid === address?.podUid,
    )
      ? address
      : undefined;
    // Ready means that people can get in: the address has to be known too.
    const waitsForAddress = seen.status === 'DEPLOYED' && !endpoint;
    const status = waitsForAddress ? 'PENDING' : seen.status;
    const stage: LaunchStage = waitsForAddress ? 'starting' : seen.stage;
    await this.#write(claim, {
      status,
      stage,
      stages: reached(record, stage, now),
      problem: problemWithEvidence(seen.finding),
      notice: seen.notice,
      endpoint,
      restartCount: seen.restartCount,
    });
    return seen.againInMs;
  }

  async #write(
    { record, token }: Claim,
    change: Partial<InstanceRecord>,
  ): Promise<void> {
    const differs = (Object.keys(change) as Array<keyof InstanceRecord>).filter(
      key => JSON.stringify(change[key]) !== JSON.stringify(record[key]),
    );
    if (!differs.length) return;
    const shown = differs.some(key => !UNSEEN.has(key));
    const full = shown
      ? { ...change, updatedAt: this.#now().toISOString() }
      : change;
    if (await this.#queue.observe(record, token, full, { shown }))
      Object.assign(record, full);
    // A person changed it meanwhile: what was seen does not count.
    else this.#onStale(record.id);
  }
}

/** What people do not see of a row. */
const UNSEEN: ReadonlySet<string> = new Set<keyof InstanceRecord>([
  'applied',
  'appliedObjects',
  'attempt',
  'claimUid',
]);

/** What the last attempt to apply the objects was refused for. */
function refusalOf({ attempt }: InstanceRecord): Refusal | undefined {
  // What is refused once may have been a moment's matter.
  return attempt && (attempt.count > 1 || isLasting(attempt.refusal?.code))
    ? attempt.refusal
    : undefined;
}

/** Not the server's own trouble, which mostly passes. */
function isLasting(code: number | undefined): boolean {
  return code !== undefined && code >= 400 && code < 500 && code !== 429;
}

function soonest(...ms: Array<number | undefined>): number | undefined {
  const known = ms.filter((each): each is number => each !== undefined);
  return known.length ? Math.min(...known) : undefined;
}

function problemWithEvidence(
  finding: Finding | undefined,
): Problem | undefined {
  return finding && { ...finding.problem, evidence: finding.evidence };
}

function unreadProblem({
  since,
  error,
}: NonNullable<Silence['unread']>): Problem {
  // Refused is not silent.
  if (error && error.code >= 400 && error.code < 500)
    return problemWithEvidence(
      refusalFinding({
        code: error.code,
        reason: error.reason,
        message: error.message,
        details: error.details,
      }),
    )!;
  return problemOf('CLUSTER_UNREADABLE', new Date(since).toISOString());
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
