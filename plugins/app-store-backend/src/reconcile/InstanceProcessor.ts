/**
 * Has each instance looked at when there is a reason to: woken by the outbox and by the watch at
 * once; `backgroundTasks.ts` has it look for what is due, and now and then at everything.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { DeletionGuard, Epoch } from '../epoch/Epoch';
import type { InstanceCluster } from '../kubernetes/InstanceCluster';
import type { LastLogs } from '../instances/lastLogs/LastLogs';
import type { InstanceRecord } from '../instances/instanceRows';
import { NO_METRICS, type StoreMetrics } from '../metrics/StoreMetrics';
import type { Claim, InstanceQueue } from './InstanceQueue';
import { isAsSeen } from './isAsSeen';
import { InstanceReconciler } from './InstanceReconciler';
import { Silence } from './Silence';
import { Timers } from './Timers';

/** How long a claim holds without being renewed: whoever dies is followed after this. */
const LEASE_MS = 6000;
/** Times in which a claim is renewed while the work goes on. */
const RENEWALS = 3;
const CONCURRENCY = 8;
/** Between two tries of work that failed for a reason of ours. */
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 60_000;
/** Rows of one read. */
const PAGE = 500;

/** Whether its row says something that only the cluster knows. */
const waitsForCluster = ({ desired, status }: InstanceRecord) =>
  desired === 'running' ||
  desired === 'terminated' ||
  (desired === 'suspended' && status !== 'SUSPENDED');

/** Works through the queue of instances. */
export class InstanceProcessor {
  readonly #queue: InstanceQueue;
  readonly #epoch: DeletionGuard & Pick<Epoch, 'making'>;
  readonly #logger: LoggerService;
  readonly #now: () => Date;
  readonly #metrics: StoreMetrics;
  readonly #leaseMs: number;
  #reconciler: InstanceReconciler | undefined;
  #silence: Silence | undefined;
  #cluster: InstanceCluster | undefined;
  #forget = () => {};
  /** Woken, and whether what woke them is known to this process alone. */
  readonly #lastLogs: Pick<LastLogs, 'ended' | 'keep'>;
  readonly #queued = new Map<string, { seenHere: boolean }>();
  #claiming = false;
  /** How many claims are asked for. */
  #asked = 0;
  #moreDue = false;
  readonly #running = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  readonly #later = new Timers();
  /** The cluster could not be read at the last look. */
  #unread = false;
  #stopped = false;

  constructor(options: {
    queue: InstanceQueue;
    epoch: DeletionGuard & Pick<Epoch, 'making'>;
    logger: LoggerService;
    now?: () => Date;
    /** @default tells nobody */
    metrics?: StoreMetrics;
    /** @default keeps none */
    lastLogs?: Pick<LastLogs, 'ended' | 'keep'>;
    /** How long a claim of an instance holds without being renewed, in milliseconds. @default 6000 */
    leaseMs?: number;
  }) {
    this.#queue = options.queue;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
    this.#epoch = options.epoch;
    this.#logger = options.logger;
    this.#now = options.now ?? (() => new Date());
    this.#metrics = options.metrics ?? NO_METRICS;
    this.#lastLogs = options.lastLogs ?? {
      ended: async () => {},
      keep: async () => {},
    };
  }

  /** Begins to work. */
  start(cluster: InstanceCluster): void {
    this.#silence = new Silence({ cluster, now: this.#now });
    this.#reconciler = new InstanceReconciler({
      queue: this.#queue,
      cluster,
      epoch: this.#epoch,
      silence: this.#silence,
      logger: this.#logger,
      now: this.#now,
      metrics: this.#metrics,
      lastLogs: this.#lastLogs,
      onStale: id => this.wake(id),
    });
    this.#cluster = cluster;
    this.#forget = cluster.onAnswer(() => {
      this.#silence?.end();
      // What failed since it did not answer waits no longer.
      for (const id of this.#failures.keys()) this.wake(id);
      this.noticeSilence()
        .then(() => this.#makeDue(({ attempt }) => Boolean(attempt)))
        .then(() => this.claimDue())
        .catch(this.#tell);
    });
    this.resync()
      .then(() => this.claimDue())
      .catch(this.#tell);
  }

  /** Has all instances looked at where the cluster went silent, or speaks again. */
  async noticeSilence(): Promise<void> {
    if (!this.#silence || this.#silence.isUnread === this.#unread) return;
    await this.#makeDue(waitsForCluster);
    this.#unread = !this.#unread;
  }

  /**
   * Has those instances looked at that are not as the cluster shows them, in whichever replica has
   * time for them; compared in memory.
   */
  async resync(): Promise<void> {
    await this.#makeDue(row => !row.attempt && !isAsSeen(row, this.#cluster!));
  }

  async #makeDue(which: (row: InstanceRecord) => boolean): Promise<void> {
    let after: string | undefined;
    for (;;) {
      const rows = await this.#queue.page(after, PAGE);
      await this.#queue.makeDue(
        rows.filter(which).map(({ id }) => id),
        Date.now(),
      );
      if (rows.length < PAGE) return;
      after = rows[rows.length - 1].id;
    }
  }

  /**
   * Has an instance looked at now, or once more where it is being looked at. Nothing before the
   * start, which compares all with what was listed.
   *
   * @param seenHere - false for what the row itself says: another replica that works on it reads that, too
   */
  wake(id: string, seenHere = true): void {
    if (this.#stopped || !this.#reconciler) return;
    this.#queued.set(id, {
      seenHere: seenHere || (this.#queued.get(id)?.seenHere ?? false),
    });
    this.#pump();
  }

  #wakeAfter(id: string, ms: number, seenHere = true): void {
    if (!this.#stopped) this.#later.set(id, ms, () => this.wake(id, seenHere));
  }

  get #free(): number {
    return CONCURRENCY - this.#running.size - this.#asked;
  }

  /** Claims what was woken, several at once, as far as there is room. */
  #pump(): void {
    if (this.#claiming || this.#stopped) return;
    const ids = [...this.#queued.keys()]
      .filter(id => !this.#running.has(id))
      .slice(0, this.#free);
    if (!ids.length) return;
    const woken = new Map(ids.map(id => [id, this.#queued.get(id)!]));
    ids.forEach(id => this.#queued.delete(id));
    this.#claiming = true;
    this.#asked += ids.length;
    this.#claim(woken)
      .catch(error => {
        this.#tell(error);
        // No row says that these were woken.
        woken.forEach(({ seenHere }, id) =>
          this.#wakeAfter(id, RETRY_FIRST_MS, seenHere),
        );
      })
      .finally(() => {
        this.#claiming = false;
        this.#asked -= ids.length;
        this.#goOn();
      });
  }

  readonly #tell = (error: Error) =>
    this.#logger.warn(`instance processor: ${error.message}`);

  /** There may be room again. */
  #goOn(): void {
    this.#pump();
    if (!this.#moreDue) return;
    this.#moreDue = false;
    this.claimDue().catch(this.#tell);
  }

  async #claim(woken: Map<string, { seenHere: boolean }>): Promise<void> {
    const ready: string[] = [];
    for (const id of woken.keys()) if (await this.#isReady(id)) ready.push(id);
    if (!ready.length) return;
    const claims = await this.#queue.claim(ready, Date.now(), this.#leaseMs);
    const claimed = new Set(claims.map(({ record }) => record.id));
    claims.forEach(claim => this.#begin(claim));
    const missed = ready.filter(id => !claimed.has(id));
    await this.#leave(missed.filter(id => woken.get(id)!.seenHere));
  }

  /** Claims what is due, from whichever replica it comes. */
  async claimDue(): Promise<void> {
    const limit = this.#free;
    if (this.#stopped) return;
    if (limit <= 0) {
      this.#moreDue = true;
      return;
    }
    this.#asked += limit;
    try {
      const claims = await this.#queue.claimDue(
        Date.now(),
        this.#leaseMs,
        limit,
        // Another replica has its time to read the cluster first.
        this.#silence!.waiting,
      );
      claims.forEach(claim => this.#begin(claim));
      this.#moreDue = claims.length === limit;
    } finally {
      this.#asked -= limit;
      this.#goOn();
    }
  }

  /** Another replica is at it, or the row is gone: in the former case its result may be older than what was seen here. */
  async #leave(ids: string[]): Promise<void> {
    const there = new Set(await this.#queue.makeDue(ids, Date.now()));
    ids.filter(id => !there.has(id)).forEach(id => this.#silence!.forget(id));
  }

  #begin(claim: Claim): void {
    const { id } = claim.record;
    const work = this.#work(claim)
      .catch(error => this.#logger.warn(`instance ${id}: ${error.message}`))
      .finally(() => {
        this.#running.delete(id);
        this.#goOn();
      });
    this.#running.set(id, work);
  }

  /** Ends after the work under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#forget();
    this.#later.clear();
    this.#queued.clear();
    await Promise.all(this.#running.values());
  }

  /** One look at one instance. */
  async process(id: string): Promise<void> {
    if (!(await this.#isReady(id))) return;
    const [claim] = await this.#queue.claim([id], Date.now(), this.#leaseMs);
    await (claim ? this.#work(claim) : this.#leave([id]));
  }

  /** False where another replica has its time to read the cluster first. */
  async #isReady(id: string): Promise<boolean> {
    const silence = this.#silence!;
    const ms = silence.remainingMs(id);
    if (ms === undefined) return true;
    // The cluster is read again, here or by another replica.
    if (!silence.isUnread) {
      silence.forget(id);
      return true;
    }
    if (ms > 0) {
      this.#wakeAfter(id, ms);
      return false;
    }
    if (await this.#queue.isDue(id, Date.now())) return true;
    silence.forget(id);
    return false;
  }

  async #work(claim: Claim): Promise<void> {
    const { id } = claim.record;
    const reconciler = this.#reconciler!;
    let again: number | undefined;
    const renewal = setInterval(() => {
      this.#queue
        .renew(id, claim.token, Date.now() + this.#leaseMs)
        .catch(error => this.#logger.warn(`instance ${id}: ${error.message}`));
    }, this.#leaseMs / RENEWALS);
    try {
      again = await reconciler.reconcile(claim);
      this.#failures.delete(id);
    } catch (error) {
      const failures = (this.#failures.get(id) ?? 0) + 1;
      this.#failures.set(id, failures);
      again = Math.min(RETRY_FIRST_MS * 2 ** (failures - 1), RETRY_LAST_MS);
      this.#logger.warn(
        `instance ${id}: ${(error as Error).message}; again in ${again} ms`,
      );
    } finally {
      clearInterval(renewal);
    }
    await this.#queue.release(
      id,
      claim.token,
      again === undefined ? undefined : Date.now() + Math.ceil(again),
    );
    if (again !== undefined) this.#wakeAfter(id, again);
  }
}
