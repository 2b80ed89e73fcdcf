/** The last steps: a suspended instance whose pod ends, and a terminated one of which nothing stays. */
import { appliedVersion } from '../instances/appliedVersion';
import type { InstanceRecord } from '../instances/instanceRows';
import { diagnoseEnding } from '../kubernetes/observe/ending';
import type { Refusal } from '../kubernetes/observe/Facts';
import { refusalFinding } from '../kubernetes/observe/rules/refusal';
import type { Attempts } from './Attempts';
import { refusalOf } from './backOff';
import type { Claim } from './InstanceQueue';
import type { ObjectsStep } from './ObjectsStep';
import {
  LOST,
  problemWithEvidence,
  soonest,
  UNLISTED_MS,
  type ReconcileContext,
} from './ReconcileContext';
import { unreadProblem } from './unreadProblem';

/** Between two looks at objects that are being deleted, should the watch not tell, in milliseconds. */
const REMOVAL_MS = 10_000;
/** Between two looks whether deletions may go on after a restored backup, in milliseconds. */
const HELD_LOOK_MS = 10_000;
/** What `applied` begins with once everything was told to be deleted, or all but the volume; the time follows. */
const DELETED = { all: 'deleted', butVolume: 'deleted but its volume' };

/** Ends pods, and deletes objects. */
export class EndingStep {
  readonly #o: ReconcileContext & { attempts: Attempts; objects: ObjectsStep };

  constructor(
    options: ReconcileContext & { attempts: Attempts; objects: ObjectsStep },
  ) {
    this.#o = options;
  }

  /** Its pod may take its grace period; the slot was given back when suspension was asked for. */
  async suspend(claim: Claim): Promise<number | undefined> {
    const { record } = claim;
    // Once: what is told to end has no more to say.
    if (record.applied !== appliedVersion(record)) await this.#keepLog(record);
    const again = await this.#o.objects.bring(claim);
    // Somebody has to decide first.
    if (record.problem?.code === LOST) return again;
    const attempt = refusalOf(record);
    if (this.#o.silence.isUnread)
      return record.status === 'SUSPENDED'
        ? again
        : soonest(again, await this.#tellUnread(claim));
    if (!this.#o.cluster.isListed) return UNLISTED_MS;
    if (!this.#o.cluster.hasPods(record.id) && !attempt) {
      await this.#o.rows.write(claim, {
        status: 'SUSPENDED',
        problem: undefined,
        notice: undefined,
      });
      return again;
    }
    const ending = this.#diagnoseEnding(record, attempt);
    await this.#o.rows.write(claim, {
      status: this.#o.cluster.hasPods(record.id) ? 'PENDING' : 'SUSPENDED',
      problem: problemWithEvidence(ending.finding),
    });
    return soonest(again, ending.againInMs);
  }

  /**
   * The cluster does not say how far it is.
   *
   * @returns 0 where another replica, which may read it, looks first
   */
  async #tellUnread(claim: Claim): Promise<number | undefined> {
    if (this.#o.silence.leave(claim.record.id)) return 0;
    await this.#o.rows.write(claim, {
      problem: unreadProblem(this.#o.silence.unread!),
    });
    return undefined;
  }

  #diagnoseEnding(record: InstanceRecord, refusal: Refusal | undefined) {
    return diagnoseEnding({
      now: this.#o.now(),
      since: new Date(record.updatedAt),
      pods: this.#o.cluster.allPods(record.id),
      workloads: [],
      refusal,
      log: () => '',
    });
  }

  async #keepLog(record: InstanceRecord): Promise<void> {
    const now = this.#o.now();
    if (this.#o.cluster.hasPods(record.id))
      await this.#o.lastLogs.keep(record, this.#o.cluster, now);
    else if (record.desired === 'terminated')
      await this.#o.lastLogs.ended(record, now);
  }

  /** Everything was told to go a short time ago. */
  #wasTold({ applied }: InstanceRecord, told: string): boolean {
    const [what, at] = applied?.split('/') ?? [];
    return what === told && this.#o.now().getTime() - Number(at) < REMOVAL_MS;
  }

  /** Deletes what is left of a terminated instance; the watch says when it is gone. */
  async end(claim: Claim): Promise<number | undefined> {
    const { record, token } = claim;
    if (this.#o.silence.isUnread) {
      const again = await this.#tellUnread(claim);
      if (again !== undefined) return again;
    }
    const keepClaim = record.purgeAfter !== undefined;
    const told = keepClaim ? DELETED.butVolume : DELETED.all;
    const waitMs = this.#o.attempts.waitMs(record, told);
    if (waitMs > 0) return waitMs;
    // Told once, it is waited for; now and then it is told again.
    if (
      this.#wasTold(record, told) &&
      this.#o.cluster.synced &&
      !this.#o.cluster.seemsGone(record.id, { keepClaim })
    ) {
      const ending = this.#diagnoseEnding(record, undefined);
      await this.#o.rows.write(claim, {
        problem: problemWithEvidence(ending.finding),
      });
      return soonest(REMOVAL_MS, ending.againInMs);
    }
    if (await this.#o.epoch.isHeld('cluster')) return HELD_LOOK_MS;
    // Once: what is told to go again has no more to say.
    if (!record.applied?.startsWith(told)) await this.#keepLog(record);
    let gone: boolean;
    try {
      gone = await this.#o.cluster.writer.remove(
        { ...record, objects: await this.#o.queue.requireObjects(record.id) },
        { keepClaim },
        () => this.#o.queue.holds(record, token),
      );
    } catch (error) {
      const again = await this.#o.attempts.failed(claim, told, error as Error);
      const refused = refusalOf(record);
      if (refused)
        await this.#o.rows.write(claim, {
          problem: problemWithEvidence(refusalFinding(refused)),
        });
      return again;
    }
    if (!gone) {
      await this.#o.rows.write(claim, {
        applied: `${told}/${this.#o.now().getTime()}`,
        attempt: undefined,
        problem: problemWithEvidence(
          this.#diagnoseEnding(record, undefined).finding,
        ),
      });
      return this.#o.cluster.seemsGone(record.id, { keepClaim })
        ? 0
        : REMOVAL_MS;
    }
    if (keepClaim)
      await this.#o.rows.write(claim, {
        desired: 'released',
        status: 'SUSPENDED',
        applied: undefined,
        appliedObjects: undefined,
        attempt: undefined,
        problem: undefined,
      });
    else await this.#o.queue.remove(record.id, token);
    return undefined;
  }
}
