/**
 * Whose an instance is, which never changes: so that each change of an instance is
 * read by those whom it concerns, however many people look on.
 */
import { LRUCache } from 'lru-cache';
import type { InstanceRepository } from './InstanceRepository';

/** Owners that are remembered. */
const LIMIT = 20_000;

/** Remembers the owner of each instance. */
export class InstanceOwners {
  /** What is not there, or could not be read, is asked for again the next time. */
  readonly #known: LRUCache<string, string>;

  constructor({ instances }: { instances: InstanceRepository }) {
    this.#known = new LRUCache({
      max: LIMIT,
      fetchMethod: id => instances.ownerOf(id),
    });
  }

  /** The owner's ref; undefined where there is no such instance, or the database is away. */
  async of(id: string): Promise<string | undefined> {
    return this.#known.fetch(id).catch(() => undefined);
  }
}
