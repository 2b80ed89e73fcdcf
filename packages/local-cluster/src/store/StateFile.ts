/** The SQLite file that holds all objects of a cluster, as JSON, and the last resource version. */
import Database from 'better-sqlite3';

/** Of the file; raised where an earlier version of this package could not read it any more. */
const FORMAT = 1;
/** How long another process that tries at the same moment is waited for, in milliseconds. */
const WAIT_MS = 500;
const IN_MEMORY = ':memory:';
/** The resource version of a file that is new. */
const FIRST_VERSION = 2;

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

/** An object as it is kept. */
interface Row {
  resource: string;
  key: string;
  body: string;
}

/**
 * Takes a state file for this process, by a lock on an empty file beside it: of two that try at once one has it. The
 * kernel gives it back when the process ends, however that is.
 *
 * @returns what gives it back
 * @throws SqliteError where another process has it
 */
function lock(path: string): () => void {
  if (path === IN_MEMORY) return () => {};
  const db = new Database(`${path}.lock`, { timeout: WAIT_MS });
  try {
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    db.close();
    throw error;
  }
  return () => db.close();
}

/** A state file that this process has for itself. */
export class StateFile {
  readonly #db: Database.Database;
  readonly #unlock: () => void;
  readonly #put: Database.Statement;
  readonly #remove: Database.Statement;
  readonly #setVersion: Database.Statement;
  readonly #write: (statement: () => void, version: number) => void;

  /**
   * Opens or makes one.
   *
   * @param path - the file, or `:memory:`
   * @throws StateLockedError where another process has it, StateFormatError where a newer version wrote it
   */
  static open(path: string): StateFile {
    const closers: Array<() => void> = [];
    try {
      closers.push(lock(path));
      const db = new Database(path, { timeout: WAIT_MS });
      closers.push(() => db.close());
      // First, so that a file of a newer version stays as it is.
      const format = db.pragma('user_version', { simple: true }) as number;
      if (format > FORMAT) throw new StateFormatError(path, format);
      return new StateFile(db, closers[0]);
    } catch (error) {
      closers.reverse().forEach(close => close());
      // An earlier version of this package takes no lock beside the file.
      const { code } = error as { code?: string };
      throw code?.startsWith('SQLITE_BUSY')
        ? new StateLockedError(path)
        : error;
    }
  }

  private constructor(db: Database.Database, unlock: () => void) {
    this.#db = db;
    this.#unlock = unlock;
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma(`user_version = ${FORMAT}`);
    db.exec(`
      CREATE TABLE IF NOT EXISTS objects (
        resource TEXT NOT NULL,
        key TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (resource, key)
      );
      CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
    `);
    this.#put = db.prepare(
      'INSERT INTO objects (resource, key, body) VALUES (?, ?, ?) ON CONFLICT (resource, key) DO UPDATE SET body = excluded.body',
    );
    this.#remove = db.prepare(
      'DELETE FROM objects WHERE resource = ? AND key = ?',
    );
    this.#setVersion = db.prepare(
      "INSERT INTO counters (name, value) VALUES ('resourceVersion', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    this.#write = db.transaction((statement: () => void, version: number) => {
      statement();
      this.#setVersion.run(version);
    });
  }

  /** All that it holds. */
  rows(): Row[] {
    return this.#db.prepare('SELECT * FROM objects').all() as Row[];
  }

  /** The last resource version. */
  version(): number {
    const row = this.#db
      .prepare("SELECT value FROM counters WHERE name = 'resourceVersion'")
      .get() as { value: number } | undefined;
    return row?.value ?? FIRST_VERSION;
  }

  /** @throws SqliteError where it cannot be written: on a full disk */
  put({ resource, key, body }: Row, version: number): void {
    this.#write(() => this.#put.run(resource, key, body), version);
  }

  /** @throws SqliteError as {@link put} */
  remove({ resource, key }: Omit<Row, 'body'>, version: number): void {
    this.#write(() => this.#remove.run(resource, key), version);
  }

  close(): void {
    this.#db.close();
    this.#unlock();
  }
}
