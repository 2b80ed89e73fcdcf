/** Finds what other replicas changed, and tells this one's listeners. */
import type { InstanceRepository } from '../database/InstanceRepository';
import type { InstanceFeed } from './InstanceFeed';

/** Clocks of replicas differ, and transactions commit out of order: this far back is looked at again, in milliseconds. */
const OVERLAP_MS = 10_000;

/** See the module's comment. */
export class ChangePoll {
  readonly #instances: InstanceRepository;
  readonly #feed: InstanceFeed;
  #since = Date.now();
  #seen = new Map<string, string>();

  constructor(options: { instances: InstanceRepository; feed: InstanceFeed }) {
    this.#instances = options.instances;
    this.#feed = options.feed;
  }

  /** One look. */
  async look(): Promise<void> {
    const from = this.#since - OVERLAP_MS;
    this.#since = Date.now();
    const rows = await this.#instances.changedSince(
      new Date(from).toISOString(),
    );
    for (const { id, updatedAt } of rows) {
      if (this.#seen.get(id) !== updatedAt) this.#feed.changed(id);
    }
    this.#seen = new Map(rows.map(row => [row.id, row.updatedAt]));
  }
}
