/**
 * Whose an instance is, which never changes: so that each change of an instance is
 * read by those whom it concerns, however many people look on.
 */
import type { InstanceRepository } from '../../database/InstanceRepository';

/** Owners that are remembered. */
const LIMIT = 20_000;

/** See the module's comment. */
export class InstanceOwners {
  readonly #instances: InstanceRepository;
  readonly #known = new Map<string, Promise<string | undefined>>();

  constructor(options: { instances: InstanceRepository }) {
    this.#instances = options.instances;
  }

  /** The owner's ref; undefined where there is no such instance. */
  async of(id: string): Promise<string | undefined> {
    const known = this.#known.get(id) ?? this.#instances.ownerOf(id);
    this.#known.set(id, known);
    // The oldest goes first: a Map keeps the order in which it was filled.
    if (this.#known.size > LIMIT)
      this.#known.delete(this.#known.keys().next().value!);
    try {
      const owner = await known;
      if (owner === undefined) this.#known.delete(id);
      return owner;
    } catch {
      // The database is away: it is asked again the next time.
      this.#known.delete(id);
      return undefined;
    }
  }
}
