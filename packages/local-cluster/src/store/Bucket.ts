/** The objects of one resource: by key, in order, by namespace, and by whatever is looked up often. */
import type { KubeObject } from '../types';
import { SortedKeys } from './SortedKeys';

/** `namespace/name`. */
export function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

/** What an object is found under. */
export type IndexKeys = (object: KubeObject) => string[];

/** Objects under keys of an index. */
class Index {
  readonly #keysOf: IndexKeys;
  readonly #found = new Map<string, Map<string, KubeObject>>();

  constructor(keysOf: IndexKeys) {
    this.#keysOf = keysOf;
  }

  remove(key: string, object: KubeObject): void {
    for (const value of this.#keysOf(object)) {
      const found = this.#found.get(value);
      found?.delete(key);
      if (!found?.size) this.#found.delete(value);
    }
  }

  add(key: string, object: KubeObject): void {
    for (const value of this.#keysOf(object)) {
      let found = this.#found.get(value);
      if (!found) {
        found = new Map();
        this.#found.set(value, found);
      }
      found.set(key, object);
    }
  }

  get(value: string): KubeObject[] {
    return [...(this.#found.get(value)?.values() ?? [])];
  }
}

/** The objects of one resource. */
export class Bucket {
  readonly #objects = new Map<string, KubeObject>();
  readonly #keys = new SortedKeys();
  readonly #indexes = new Map<string, Index>();

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  get size(): number {
    return this.#objects.size;
  }

  set(key: string, object: KubeObject): void {
    const before = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) {
      if (before) index.remove(key, before);
      index.add(key, object);
    }
    if (before) return;
    this.#keys.add(key);
  }

  delete(key: string): void {
    const before = this.#objects.get(key);
    if (!before) return;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) index.remove(key, before);
    this.#keys.delete(key);
  }

  /** All, or those of a namespace, in the order of their keys: `a-b/x` comes before `a/y`. */
  list(namespace?: string): KubeObject[] {
    const keys = this.#keys.startingWith(
      namespace === undefined ? '' : keyOf(namespace, ''),
    );
    return keys.map(key => this.#objects.get(key)!);
  }

  index(name: string, keysOf: IndexKeys): void {
    if (this.#indexes.has(name)) return;
    const index = new Index(keysOf);
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) index.add(key, object);
  }

  indexed(name: string, value: string): KubeObject[] {
    return this.#indexes.get(name)?.get(value) ?? [];
  }
}
