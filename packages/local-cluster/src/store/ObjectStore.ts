/**
 * What is kept of the cluster: every object, in one SQLite file, with one
 * increasing resource version for all of them.
 *
 * Guarantees: a write is on disk before it is seen; watchers see every write
 * once and in order; a second process cannot open the same file. Everything is
 * synchronous, so a read-modify-write in one turn of the event loop is atomic.
 */
import Database from 'better-sqlite3';
import { EventEmitter } from 'node:events';
import type { KubeObject } from '../types';
import { Bucket, keyOf, type IndexKeys } from './Bucket';
import { History } from './History';

/** One change, as watchers see it. */
export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  resource: string;
  object: KubeObject;
  /** The object before the change. */
  previous?: KubeObject;
  resourceVersion: number;
}

/** Of the file; raised where an earlier version of this package could not read it any more. */
const FORMAT = 1;
/** Characters of an object's JSON (etcd's `--max-request-bytes`). */
const SIZE_LIMIT = 1.5 * 1024 * 1024;
/** Indexes that every resource has. */
export const BY_OWNER = 'owner';
const ownersOf: IndexKeys = object =>
  (object.metadata.ownerReferences ?? []).map(({ uid }) => uid);

/**
 * Thrown where the state file belongs to another running process.
 *
 * @public
 */
export class StateLockedError extends Error {
  constructor(path: string) {
    super(`another process is using ${path}`);
    this.name = 'StateLockedError';
  }
}

/**
 * Thrown where the state file was written by a version of this package that keeps it in another way.
 *
 * @public
 */
export class StateFormatError extends Error {
  constructor(path: string, format: number) {
    super(
      `${path} was written by a newer version of the local cluster (format ${format}; this version reads ${FORMAT}): use that version, or another directory`,
    );
    this.name = 'StateFormatError';
  }
}

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
  readonly #db: Database.Database;
  readonly #buckets = new Map<string, Bucket>();
  readonly #events = new EventEmitter();
  readonly #put: Database.Statement;
  readonly #remove: Database.Statement;
  readonly #setVersion: Database.Statement;
  readonly #write: (statement: () => void, version: number) => void;
  readonly #history: History;
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
    try {
      return new ObjectStore(path, read);
    } catch (error) {
      if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY'))
        throw new StateLockedError(path);
      throw error;
    }
  }

  private constructor(
    path: string,
    read: (resource: string, object: KubeObject) => KubeObject,
  ) {
    this.#db = new Database(path, { timeout: 500 });
    this.#db.pragma('locking_mode = EXCLUSIVE');
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
    const format = this.#db.pragma('user_version', { simple: true }) as number;
    if (format > FORMAT) {
      this.#db.close();
      throw new StateFormatError(path, format);
    }
    if (format < FORMAT) this.#db.pragma(`user_version = ${FORMAT}`);
    this.#db.exec(`
      CREATE TABLE IF NOT EXISTS objects (
        resource TEXT NOT NULL,
        key TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (resource, key)
      );
      CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
    `);
    this.#put = this.#db.prepare(
      'INSERT INTO objects (resource, key, body) VALUES (?, ?, ?) ON CONFLICT (resource, key) DO UPDATE SET body = excluded.body',
    );
    this.#remove = this.#db.prepare(
      'DELETE FROM objects WHERE resource = ? AND key = ?',
    );
    this.#setVersion = this.#db.prepare(
      "INSERT INTO counters (name, value) VALUES ('resourceVersion', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    this.#write = this.#db.transaction(
      (statement: () => void, version: number) => {
        statement();
        this.#setVersion.run(version);
      },
    );
    const rows = this.#db.prepare('SELECT * FROM objects').all() as Array<{
      resource: string;
      key: string;
      body: string;
    }>;
    for (const row of rows)
      this.#bucket(row.resource).set(
        row.key,
        read(row.resource, JSON.parse(row.body)),
      );
    const version = this.#db
      .prepare("SELECT value FROM counters WHERE name = 'resourceVersion'")
      .get() as { value: number } | undefined;
    this.#resourceVersion = version?.value ?? 2;
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
   * @throws CompactedError where that is too long ago
   */
  listAt(
    resource: string,
    namespace: string | undefined,
    resourceVersion: number,
  ): KubeObject[] {
    if (resourceVersion < Math.max(this.#compacted, this.#history.oldest))
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
    this.#write(() => this.#put.run(resource, key, body), version);
    bucket.set(key, stored);
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
    this.#write(() => this.#remove.run(resource, key), version);
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
      0,
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
    this.#db.close();
  }
}
