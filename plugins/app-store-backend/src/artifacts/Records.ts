/**
 * Small files beside the bundles, by name: what the store has to find again without its database.
 * Each is there whole or not at all.
 */
import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from './ObjectStore';

const ROOT = 'records/';

/** Small named files beside the bundles. */
export class Records {
  readonly #objects: ObjectStore;

  static create(objects: ObjectStore): Records {
    return new Records(objects);
  }

  private constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  put(name: string, data: Buffer): Promise<void> {
    return this.#objects.put(`${ROOT}${name}`, data);
  }

  async get(name: string): Promise<Buffer | undefined> {
    const found = await this.#objects.get(`${ROOT}${name}`);
    return found && buffer(found.stream);
  }

  remove(name: string): Promise<void> {
    return this.#objects.delete(`${ROOT}${name}`);
  }

  /** Names that begin with a folder's, `apps/`. */
  async list(folder: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { key } of this.#objects.list(`${ROOT}${folder}`))
      names.push(key.slice(ROOT.length));
    return names;
  }
}
