/** The first step: an instance's objects become what its row says. */
import { objectsDigest } from '../instances/instanceObjectRows';
import { appliedVersion } from '../instances/appliedVersion';
import type { InstanceRecord } from '../instances/instanceRows';
import { launchBegan, stepsOf } from '../instances/launches/launchBegan';
import type { StillMine } from '../kubernetes/client/FencedObjects';
import { VolumeLost } from '../kubernetes/InstanceWorkload';
import type { InstanceObjects } from '../kubernetes/manifests/instanceObjects';
import { problemOf } from '../kubernetes/observe/causes';
import type { ObjectKind } from '../kubernetes/view/mark';
import type { Attempts } from './Attempts';
import type { Claim } from './InstanceQueue';
import { LOST, type ReconcileContext } from './ReconcileContext';

/** Between two looks for a lost volume, which an admin may restore, in milliseconds. */
const LOST_VOLUME_LOOK_MS = 30_000;

/** Applies what is new, and repairs what drifted. */
export class ObjectsStep {
  readonly #o: ReconcileContext & { attempts: Attempts };

  constructor(options: ReconcileContext & { attempts: Attempts }) {
    this.#o = options;
  }

  /**
   * Brings the instance's objects to what the row says, where they are not there already and it is
   * time to try.
   */
  async bring(claim: Claim): Promise<number | undefined> {
    const { record } = claim;
    const admittedMs = this.#o.now().getTime();
    const wanted = appliedVersion(record);
    await this.#adoptBaseline(claim, wanted);
    const drifted = this.#drift(record);
    const isNew = record.applied !== wanted || !record.appliedObjects;
    if (!isNew && !drifted.length) {
      await this.#o.rows.write(claim, { attempt: undefined });
      return undefined;
    }
    const waitMs = this.#o.attempts.waitMs(record, wanted);
    if (waitMs > 0) return waitMs;
    try {
      return await this.#apply(claim, isNew ? undefined : drifted, admittedMs);
    } catch (error) {
      return this.#o.attempts.failed(claim, wanted, error as Error);
    }
  }

  /** What the release before this one applied is taken as it is, without a call. */
  async #adoptBaseline(claim: Claim, wanted: string): Promise<void> {
    const { record } = claim;
    if (record.applied !== wanted || record.appliedObjects) return;
    const appliedObjects = this.#o.cluster.baseline(record.id);
    if (appliedObjects) await this.#o.rows.write(claim, { appliedObjects });
  }

  /** A suspended instance misses no volume: whether it is there is asked when it is resumed. */
  #drift({ id, desired, appliedObjects }: InstanceRecord): ObjectKind[] {
    return this.#o.cluster
      .drift(id, appliedObjects)
      .filter(
        kind => desired === 'running' || kind !== 'PersistentVolumeClaim',
      );
  }

  /** @param drifted - kinds to repair; all are applied where it is absent */
  async #apply(
    claim: Claim,
    drifted: ObjectKind[] | undefined,
    admittedMs: number,
  ): Promise<number | undefined> {
    const { record, token } = claim;
    if (drifted)
      this.#o.logger.info(
        `instance ${record.id}: repairs ${drifted.join(', ')}`,
      );
    const objects = await this.#o.queue.requireObjects(record.id);
    const stillMine = () => this.#o.queue.holds(record, token);
    const apply = async (): Promise<number | undefined> => {
      const runs = record.desired === 'running';
      const claimWritten = await this.#claimOf(claim, objects, stillMine, {
        // Made with the first look, also where that one came after a suspension.
        needed: runs || !record.applied,
      });
      if (claimWritten === 'lost') return LOST_VOLUME_LOOK_MS;
      const written = await this.#o.cluster.writer.apply(
        { ...record, objects },
        runs ? 1 : 0,
        stillMine,
        drifted,
      );
      if (drifted) this.#o.metrics.repaired(drifted);
      await this.#o.rows.write(claim, {
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
        steps: this.#appliedSteps(record, admittedMs),
      });
      return undefined;
    };
    // What is made outlives a backup that does not know it.
    const makes = !record.applied || (objects.claim && !record.claimUid);
    return makes ? this.#o.epoch.making('cluster', apply) : apply();
  }

  /** Of a launch, not of a suspension or a repair. */
  #appliedSteps(
    record: InstanceRecord,
    admittedMs: number,
  ): InstanceRecord['steps'] {
    const steps = stepsOf(record);
    // One that was ready before was launched by the release before this one.
    if (
      record.desired !== 'running' ||
      steps.applied !== undefined ||
      record.stages.ready
    )
      return record.steps;
    const beganMs = launchBegan(record).getTime();
    return {
      queued: Math.max(0, admittedMs - beganMs),
      applied: Math.max(0, this.#o.now().getTime() - beganMs),
      ...steps,
    };
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
      const found = (await this.#o.cluster.writer.ensureClaim(
        { ...record, objects },
        stillMine,
      ))!;
      await this.#o.rows.write(claim, {
        claimUid: found.metadata!.uid,
        ...(record.problem?.code === LOST ? { problem: undefined } : {}),
      });
      return this.#o.cluster.writer.noteWritten(record.id, [
        { ...found, kind: 'PersistentVolumeClaim' },
      ]);
    } catch (error) {
      if (!(error instanceof VolumeLost)) throw error;
      await this.#o.rows.write(claim, {
        status: 'FAILED',
        problem: problemOf(LOST, error.claimName),
        endpoint: undefined,
      });
      return 'lost' as const;
    }
  }
}
