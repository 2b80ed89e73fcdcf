/**
 * What is kept of the cluster: every object, in one SQLite file, with one
 * increasing resource version for all of them.
 *
 * Guarantees: a write is in the file before it is seen, so that it outlives this process (not a
 * power cut, for which nothing waits for the disk); watchers see every write
 * once and in order; a second process cannot open the same file. Everything is
 * synchronous, so a read-modify-write in one turn of the event loop is atomic.
 */
import { EventEmitter } from 'node:events';
import type { KubeObject } from '../types';
import { Bucket, keyOf, type IndexKeys } from './Bucket';
import { History } from './History';
import { StateFile } from './StateFile';

/** One change, as watchers see it. */
export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  resource: string;
  object: KubeObject;
  /** The object before the change. */
  previous?: KubeObject;
  resourceVersion: number;
}

/** Characters of an object's JSON (etcd's `--max-request-bytes`). */
const SIZE_LIMIT = 1.5 * 1024 * 1024;
/** Indexes that every resource has. */
export const BY_OWNER = 'owner';
const ownersOf: IndexKeys = object =>
  (object.metadata.ownerReferences ?? []).map(({ uid }) => uid);

/** Thrown where an object is larger than etcd takes. */
export class ObjectTooLargeError extends Error {
  constructor() {
    super('etcdserver: request is too large');
  }
}

/** Thrown where a resource version is no longer in the history. */
export class CompactedError extends Error {}

/** Keeps all objects in one SQLite file, with one increasing resource version, and tells watchers of each write. */
export class ObjectStore {
  readonly #file: StateFile;
  readonly #buckets = new Map<string, Bucket>();
  readonly #events = new EventEmitter();
  readonly #history: History;
  /** Characters of the JSON of objects. */
  readonly #sizes = new WeakMap<KubeObject, number>();
  #resourceVersion: number;
  /** A list of an older version cannot be read. */
  #compacted = 0;

  /**
   * Opens or makes the state file.
   *
   * @param path - the file, or `:memory:`
   * @param read - what an object is that an earlier version may have kept; as it was kept by default
   * @throws StateLockedError where another process holds it, StateFormatError where a newer version wrote it
   */
  static open(
    path: string,
    read: (resource: string, object: KubeObject) => KubeObject = (_, object) =>
      object,
  ): ObjectStore {
    const file = StateFile.open(path);
    try {
      return new ObjectStore(file, read);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  private constructor(
    file: StateFile,
    read: (resource: string, object: KubeObject) => KubeObject,
  ) {
    this.#file = file;
    for (const { resource, key, body } of file.rows()) {
      const object = read(resource, JSON.parse(body));
      this.#sizes.set(object, body.length);
      this.#bucket(resource).set(key, object);
    }
    this.#resourceVersion = file.version();
    this.#history = new History(this.#resourceVersion);
    this.#events.setMaxListeners(0);
  }

  #bucket(resource: string): Bucket {
    let bucket = this.#buckets.get(resource);
    if (!bucket) {
      bucket = new Bucket();
      bucket.index(BY_OWNER, ownersOf);
      this.#buckets.set(resource, bucket);
    }
    return bucket;
  }

  /** The resource version of the last write. */
  get resourceVersion(): number {
    return this.#resourceVersion;
  }

  /** The oldest resource version that a watch can start from. */
  get oldestWatchable(): number {
    return this.#history.oldest;
  }

  get(
    resource: string,
    namespace: string | undefined,
    name: string,
  ): KubeObject | undefined {
    return this.#bucket(resource).get(keyOf(namespace, name));
  }

  /** All objects of a resource, by namespace and name. */
  list(resource: string, namespace?: string): KubeObject[] {
    return this.#bucket(resource).list(namespace);
  }

  count(resource: string): number {
    return this.#bucket(resource).size;
  }

  /**
   * What a list was at a resource version.
   *
   * @throws CompactedError where that is too long ago, or to come
   */
  listAt(
    resource: string,
    namespace: string | undefined,
    resourceVersion: number,
  ): KubeObject[] {
    const oldest = Math.max(this.#compacted, this.#history.oldest);
    // A version to come is one of a state that was replaced.
    if (resourceVersion < oldest || resourceVersion > this.#resourceVersion)
      throw new CompactedError();
    const now = new Map(
      this.list(resource, namespace).map(object => [
        keyOf(object.metadata.namespace, object.metadata.name),
        object,
      ]),
    );
    const since = this.since(resource, resourceVersion);
    if (!since.length) return [...now.values()];
    for (const { object, previous } of since.reverse()) {
      const { namespace: its, name } = object.metadata;
      if (namespace !== undefined && its !== namespace) continue;
      if (previous) now.set(keyOf(its, name), previous);
      else now.delete(keyOf(its, name));
    }
    return [...now]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  /** Has objects of a resource found by what `keysOf` says; see {@link indexed}. */
  index(resource: string, name: string, keysOf: IndexKeys): void {
    this.#bucket(resource).index(name, keysOf);
  }

  indexed(resource: string, name: string, value: string): KubeObject[] {
    return this.#bucket(resource).indexed(name, value);
  }

  /**
   * Writes an object under the next resource version and returns it.
   *
   * @throws ObjectTooLargeError
   */
  put(resource: string, object: KubeObject): KubeObject {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const bucket = this.#bucket(resource);
    const previous = bucket.get(key);
    const version = this.#resourceVersion + 1;
    const stored: KubeObject = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version) },
    };
    const body = JSON.stringify(stored);
    if (body.length > SIZE_LIMIT) throw new ObjectTooLargeError();
    this.#file.put({ resource, key, body }, version);
    bucket.set(key, stored);
    this.#sizes.set(stored, body.length);
    this.#publish(
      {
        type: previous ? 'MODIFIED' : 'ADDED',
        resource,
        object: stored,
        previous,
        resourceVersion: version,
      },
      body.length,
    );
    return stored;
  }

  /** Removes an object; the event carries it under the version of its removal. */
  remove(resource: string, object: KubeObject): KubeObject {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const version = this.#resourceVersion + 1;
    this.#file.remove({ resource, key }, version);
    this.#bucket(resource).delete(key);
    const last: KubeObject = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version) },
    };
    this.#publish(
      {
        type: 'DELETED',
        resource,
        object: last,
        previous: object,
        resourceVersion: version,
      },
      // What nobody else holds any more.
      this.#sizes.get(object) ?? 0,
    );
    return last;
  }

  /** @param size - the characters that it adds to the history */
  #publish(event: StoreEvent, size: number): void {
    this.#resourceVersion = event.resourceVersion;
    this.#history.add(event, size);
    this.#events.emit(event.resource, event);
  }

  /** Lists are read at this version or a newer one from now on; watches still start from what is in the history (as etcd's compaction leaves the watch cache alone). */
  compact(): void {
    this.#compacted = this.#resourceVersion;
  }

  /** Forgets the history. */
  forget(): void {
    this.#history.forget(this.#resourceVersion);
  }

  /** Events of a resource after a version that is still in the history. */
  since(resource: string, resourceVersion: number): StoreEvent[] {
    return this.#history.since(resource, resourceVersion);
  }

  /** Calls back on every change of a resource; returns how to stop. */
  subscribe(
    resource: string,
    listener: (event: StoreEvent) => void,
  ): () => void {
    this.#events.on(resource, listener);
    return () => this.#events.off(resource, listener);
  }

  close(): void {
    this.#events.removeAllListeners();
    this.#file.close();
  }
}
