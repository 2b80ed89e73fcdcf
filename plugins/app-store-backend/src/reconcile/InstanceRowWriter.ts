/** What the processors write back to an instance's row. */
import { conditionsOf } from '../instances/conditions';
import type { InstanceRecord } from '../instances/instanceRows';
import { transitionOf } from '../instances/statusTransitions';
import type { StoreMetrics } from '../metrics/StoreMetrics';
import type { Claim, InstanceQueue } from './InstanceQueue';

/** What people do not see of a row. */
const UNSEEN: ReadonlySet<string> = new Set<keyof InstanceRecord>([
  'applied',
  'appliedObjects',
  'attempt',
  'claimUid',
  'steps',
]);

/** Writes what was seen, under the lease of a claim. */
export class InstanceRowWriter {
  readonly #queue: InstanceQueue;
  readonly #now: () => Date;
  readonly #metrics: Pick<StoreMetrics, 'moved'>;
  readonly #onStale: (id: string) => void;

  constructor(options: {
    queue: InstanceQueue;
    now: () => Date;
    metrics: Pick<StoreMetrics, 'moved'>;
    /** Told of an instance that was changed while it was looked at. */
    onStale: (id: string) => void;
  }) {
    this.#queue = options.queue;
    this.#now = options.now;
    this.#metrics = options.metrics;
    this.#onStale = options.onStale;
  }

  /**
   * Changes the row, and the record of the claim with it, where something differs.
   *
   * @throws Error for a status that is no transition's
   */
  async write(
    { record, token }: Claim,
    change: Partial<InstanceRecord>,
  ): Promise<void> {
    const transition = transitionOf(
      change.desired ?? record.desired,
      record.status,
      change.status ?? record.status,
    );
    const differing = (of: Partial<InstanceRecord>) =>
      (Object.keys(of) as Array<keyof InstanceRecord>).filter(
        key => JSON.stringify(of[key]) !== JSON.stringify(record[key]),
      );
    const now = this.#now();
    const conditions = conditionsOf(
      { ...record, ...change },
      record.conditions,
      now,
    );
    const all = { ...change, conditions };
    if (!differing(all).length) return;
    const shown = differing(all).some(key => !UNSEEN.has(key));
    const full = shown ? { ...all, updatedAt: now.toISOString() } : change;
    if (await this.#queue.observe(record, token, full, { shown })) {
      Object.assign(record, full);
      if (transition) this.#metrics.moved(transition);
    }
    // A person changed it meanwhile: what was seen does not count.
    else this.#onStale(record.id);
  }
}
