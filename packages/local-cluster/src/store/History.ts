/** The newest changes of all resources, for watches and lists of an older resource version. */
import type { StoreEvent } from './ObjectStore';

/** As many changes as are kept, and the characters of their JSON. */
const LIMIT = 10_000;
const SIZE_LIMIT = 32 * 1024 * 1024;

/** Keeps changes until there are twice as many as the limits: a write costs the same however long it is. */
export class History {
  readonly #byResource = new Map<string, StoreEvent[]>();
  /** Of all resources, the oldest first. */
  #kept: Array<{ version: number; size: number }> = [];
  #size = 0;
  #oldest: number;

  /** @param version - the resource version after which changes are kept */
  constructor(version: number) {
    this.#oldest = version;
  }

  /** The oldest resource version after which all changes are known. */
  get oldest(): number {
    return this.#oldest;
  }

  /** @param size - the characters that it adds to what is held */
  add(event: StoreEvent, size: number): void {
    const { resource, resourceVersion } = event;
    const events = this.#byResource.get(resource);
    if (events) events.push(event);
    else this.#byResource.set(resource, [event]);
    this.#kept.push({ version: resourceVersion, size });
    this.#size += size;
    if (this.#kept.length > LIMIT * 2 || this.#size > SIZE_LIMIT * 2)
      this.forget(this.#excess());
  }

  /** The newest version that is too much. */
  #excess(): number {
    let at = this.#kept.length;
    let size = 0;
    while (at > 0 && this.#kept.length - at < LIMIT) {
      size += this.#kept[at - 1].size;
      if (size > SIZE_LIMIT) break;
      at--;
    }
    return this.#kept[Math.max(at - 1, 0)].version;
  }

  /** Changes of a resource after a version that is still known. */
  since(resource: string, resourceVersion: number): StoreEvent[] {
    const events = this.#byResource.get(resource) ?? [];
    let at = events.length;
    while (at > 0 && events[at - 1].resourceVersion > resourceVersion) at--;
    return events.slice(at);
  }

  /** Forgets what was up to a version. */
  forget(version: number): void {
    if (version <= this.#oldest) return;
    this.#oldest = version;
    this.#kept = this.#kept.filter(each => each.version > version);
    this.#size = this.#kept.reduce((sum, { size }) => sum + size, 0);
    for (const [resource, events] of this.#byResource)
      this.#byResource.set(
        resource,
        events.filter(({ resourceVersion }) => resourceVersion > version),
      );
  }
}
