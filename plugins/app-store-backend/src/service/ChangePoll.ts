/** Finds what other replicas changed, and tells this one's listeners. */
import type { AliasRepository } from '../database/AliasRepository';
import type { AppRepository } from '../database/AppRepository';
import type { InstanceRepository } from '../database/InstanceRepository';
import type { TagRepository } from '../database/TagRepository';
import type { ChangeFeed } from './ChangeFeed';

/** Clocks of replicas differ, and transactions commit out of order: this far back is looked at again, in milliseconds. */
const OVERLAP_MS = 10_000;

/** Instances of which it is asked at each look whether they are still there. */
const ASKED = 500;

/** See the module's comment. */
export class ChangePoll {
  readonly #instances: InstanceRepository;
  readonly #aliases: AliasRepository;
  readonly #feed: ChangeFeed;
  readonly #aliasFeed: ChangeFeed;
  readonly #apps: AppRepository;
  readonly #appFeed: ChangeFeed;
  readonly #tags: TagRepository;
  readonly #tagFeed: ChangeFeed;
  #since = Date.now();
  #seen = new Map<string, string>();
  /** All that were there, those first that were not asked for the longest. */
  #known: Set<string> | undefined;
  readonly #ending = new Set<string>();
  #seenAliases = new Set<string>();
  #seenApps = new Map<string, string>();
  #tagState: string | undefined;

  constructor(options: {
    instances: InstanceRepository;
    aliases: AliasRepository;
    feed: ChangeFeed;
    aliasFeed: ChangeFeed;
    apps: AppRepository;
    appFeed: ChangeFeed;
    tags: TagRepository;
    tagFeed: ChangeFeed;
  }) {
    this.#instances = options.instances;
    this.#aliases = options.aliases;
    this.#feed = options.feed;
    this.#aliasFeed = options.aliasFeed;
    this.#apps = options.apps;
    this.#appFeed = options.appFeed;
    this.#tags = options.tags;
    this.#tagFeed = options.tagFeed;
  }

  /**
   * What is gone has no row that says so: whether it is still there is asked. Of what
   * is known to end at each look, of everything else in turn, since an end may come
   * and go between two looks.
   */
  async #lookForGone(known: Set<string>): Promise<void> {
    const asked = new Set([...this.#ending].slice(0, ASKED));
    for (const id of known) {
      if (asked.size >= ASKED) break;
      asked.add(id);
    }
    if (!asked.size) return;
    const there = await this.#instances.existing([...asked]);
    for (const id of asked) {
      const ending = this.#ending.delete(id);
      known.delete(id);
      if (there.has(id)) {
        // Asked again after the others.
        known.add(id);
        if (ending) this.#ending.add(id);
      } else this.#feed.changed(id);
    }
  }

  /** One look. */
  async look(): Promise<void> {
    const from = new Date(this.#since - OVERLAP_MS).toISOString();
    const began = Date.now();
    const rows = await this.#instances.changedSince(from);
    for (const { id, updatedAt } of rows) {
      if (this.#seen.get(id) !== updatedAt) this.#feed.changed(id);
    }
    this.#seen = new Map(rows.map(row => [row.id, row.updatedAt]));
    this.#known ??= new Set(await this.#instances.allIds());
    for (const { id, ending } of rows) {
      this.#known.add(id);
      if (ending) this.#ending.add(id);
      else this.#ending.delete(id);
    }
    await this.#lookForGone(this.#known);
    // Their history, since a deleted alias has no row of its own.
    const changes = await this.#aliases.changedSince(from);
    for (const { id, name } of changes)
      if (!this.#seenAliases.has(id)) this.#aliasFeed.changed(name);
    this.#seenAliases = new Set(changes.map(({ id }) => id));
    const apps = await this.#apps.changedSince(from);
    for (const { id, updatedAt } of apps)
      if (this.#seenApps.get(id) !== updatedAt) this.#appFeed.changed(id);
    this.#seenApps = new Map(apps.map(app => [app.id, app.updatedAt]));
    const tagState = await this.#tags.state();
    if (this.#tagState !== undefined && tagState !== this.#tagState)
      this.#tagFeed.changed('*');
    this.#tagState = tagState;
    // What could not be read is read by the next look.
    this.#since = began;
  }
}
