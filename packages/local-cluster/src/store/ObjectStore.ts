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

/** One change, as watchers see it. */
export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  resource: string;
  object: KubeObject;
  /** The object before the change. */
  previous?: KubeObject;
  resourceVersion: number;
}

/** Events kept for watches that resume from an older resource version. */
const HISTORY_LIMIT = 10_000;

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

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

/** Keeps all objects in one SQLite file, with one increasing resource version, and tells watchers of each write. */
export class ObjectStore {
  readonly #db: Database.Database;
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #history: StoreEvent[] = [];
  readonly #events = new EventEmitter();
  readonly #put: Database.Statement;
  readonly #remove: Database.Statement;
  readonly #setVersion: Database.Statement;
  #resourceVersion: number;
  #oldest: number;

  /**
   * Opens or makes the state file.
   *
   * @param path - the file, or `:memory:`
   * @throws StateLockedError where another process holds it
   */
  static open(path: string): ObjectStore {
    try {
      return new ObjectStore(path);
    } catch (error) {
      if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY'))
        throw new StateLockedError(path);
      throw error;
    }
  }

  private constructor(path: string) {
    this.#db = new Database(path, { timeout: 500 });
    this.#db.pragma('locking_mode = EXCLUSIVE');
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
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
    const rows = this.#db.prepare('SELECT * FROM objects').all() as Array<{
      resource: string;
      key: string;
      body: string;
    }>;
    for (const row of rows)
      this.#bucket(row.resource).set(row.key, JSON.parse(row.body));
    const version = this.#db
      .prepare("SELECT value FROM counters WHERE name = 'resourceVersion'")
      .get() as { value: number } | undefined;
    this.#resourceVersion = version?.value ?? 1;
    this.#oldest = this.#resourceVersion;
    this.#events.setMaxListeners(0);
  }

  #bucket(resource: string): Map<string, KubeObject> {
    let bucket = this.#objects.get(resource);
    if (!bucket) {
      bucket = new Map();
      this.#objects.set(resource, bucket);
    }
    return bucket;
  }

  /** The resource version of the last write. */
  get resourceVersion(): number {
    return this.#resourceVersion;
  }

  /** The oldest resource version that a watch can start from. */
  get oldestWatchable(): number {
    return this.#oldest;
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
    const all = [...this.#bucket(resource).entries()];
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    return all
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  /** Writes an object under the next resource version and returns it. */
  put(resource: string, object: KubeObject): KubeObject {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const previous = this.#bucket(resource).get(key);
    const version = this.#resourceVersion + 1;
    const stored: KubeObject = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version) },
    };
    this.#db.transaction(() => {
      this.#put.run(resource, key, JSON.stringify(stored));
      this.#setVersion.run(version);
    })();
    this.#bucket(resource).set(key, stored);
    this.#publish({
      type: previous ? 'MODIFIED' : 'ADDED',
      resource,
      object: stored,
      previous,
      resourceVersion: version,
    });
    return stored;
  }

  /** Removes an object; the event carries it under the version of its removal. */
  remove(resource: string, object: KubeObject): KubeObject {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const version = this.#resourceVersion + 1;
    this.#db.transaction(() => {
      this.#remove.run(resource, key);
      this.#setVersion.run(version);
    })();
    this.#bucket(resource).delete(key);
    const last: KubeObject = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version) },
    };
    this.#publish({
      type: 'DELETED',
      resource,
      object: last,
      previous: object,
      resourceVersion: version,
    });
    return last;
  }

  #publish(event: StoreEvent): void {
    this.#resourceVersion = event.resourceVersion;
    this.#history.push(event);
    if (this.#history.length > HISTORY_LIMIT) {
      this.#oldest = this.#history.shift()!.resourceVersion;
    }
    this.#events.emit(event.resource, event);
  }

  /** Events of a resource after a version that is still in the history. */
  since(resource: string, resourceVersion: number): StoreEvent[] {
    return this.#history.filter(
      event =>
        event.resource === resource && event.resourceVersion > resourceVersion,
    );
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
