/** Finds what other replicas changed, and tells this one's listeners. */
import type { AliasRepository } from '../database/AliasRepository';
import type { InstanceRepository } from '../database/InstanceRepository';
import type { ChangeFeed } from './ChangeFeed';

/** Clocks of replicas differ, and transactions commit out of order: this far back is looked at again, in milliseconds. */
const OVERLAP_MS = 10_000;

/** See the module's comment. */
export class ChangePoll {
  readonly #instances: InstanceRepository;
  readonly #aliases: AliasRepository;
  readonly #feed: ChangeFeed;
  readonly #aliasFeed: ChangeFeed;
  #since = Date.now();
  #seen = new Map<string, string>();
  #seenAliases = new Set<string>();

  constructor(options: {
    instances: InstanceRepository;
    aliases: AliasRepository;
    feed: ChangeFeed;
    aliasFeed: ChangeFeed;
  }) {
    this.#instances = options.instances;
    this.#aliases = options.aliases;
    this.#feed = options.feed;
    this.#aliasFeed = options.aliasFeed;
  }

  /** One look. */
  async look(): Promise<void> {
    const from = new Date(this.#since - OVERLAP_MS).toISOString();
    this.#since = Date.now();
    const rows = await this.#instances.changedSince(from);
    for (const { id, updatedAt } of rows) {
      if (this.#seen.get(id) !== updatedAt) this.#feed.changed(id);
    }
    this.#seen = new Map(rows.map(row => [row.id, row.updatedAt]));
    // Their history, since a deleted alias has no row of its own.
    const changes = await this.#aliases.changedSince(from);
    for (const { id, name } of changes)
      if (!this.#seenAliases.has(id)) this.#aliasFeed.changed(name);
    this.#seenAliases = new Set(changes.map(({ id }) => id));
  }
}
