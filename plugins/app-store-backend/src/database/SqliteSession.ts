/**
 * An SQLite database is one process's alone: whoever locks anything holds a lock of the operating
 * system on a file beside it, which ends with the process. A database in memory needs none. Within
 * the process, stores of one database that follow each other have locks as on PostgreSQL.
 */
import makeKnex, { type Knex } from 'knex';
import type { DatabaseSession } from './DatabaseSession';

interface Holder {
  session: SqliteSession;
  shared: boolean;
}

/** Who holds what, of one database. */
type Locks = Map<string, Holder[]>;
const ofFiles = new Map<string, Locks>();
const inMemory = new WeakMap<Knex, Locks>();

function emptyIn<K>(
  all: { get(key: K): Locks | undefined; set(key: K, value: Locks): unknown },
  key: K,
): Locks {
  const locks = all.get(key) ?? new Map();
  all.set(key, locks);
  return locks;
}

/** The session of a store. */
export class SqliteSession implements DatabaseSession {
  readonly #file: string | undefined;
  readonly #locks: Locks;
  #lock: Knex | undefined;

  static create({ knex }: { knex: Knex }): SqliteSession {
    const { filename } = knex.client.config.connection ?? {};
    return filename && filename !== ':memory:'
      ? new SqliteSession(emptyIn(ofFiles, filename), `${filename}.lock`)
      : new SqliteSession(emptyIn(inMemory, knex));
  }

  private constructor(locks: Locks, file?: string) {
    this.#locks = locks;
    this.#file = file;
  }

  /** @returns false where another process has the database */
  async #lockFile(): Promise<boolean> {
    const others = [...this.#locks.values()].flat();
    if (!this.#file || this.#lock || others.length) return true;
    const lock = makeKnex({
      client: 'better-sqlite3',
      connection: { filename: this.#file },
      useNullAsDefault: true,
      pool: { min: 1, max: 1 },
    });
    try {
      await lock.raw('PRAGMA busy_timeout = 0');
      // https://www.sqlite.org/lockingv3.html
      await lock.raw('BEGIN EXCLUSIVE');
      this.#lock = lock;
      return true;
    } catch (error) {
      await lock.destroy();
      if (/database is locked/i.test((error as Error).message)) return false;
      throw error;
    }
  }

  async tryLock(
    name: string,
    { shared = false }: { shared?: boolean } = {},
  ): Promise<boolean> {
    if (!(await this.#lockFile())) return false;
    const holders = this.#locks.get(name) ?? [];
    if (holders.some(({ session }) => session === this)) return true;
    if (holders.some(holder => !shared || !holder.shared)) return false;
    this.#locks.set(name, [...holders, { session: this, shared }]);
    return true;
  }

  async unlock(name: string): Promise<void> {
    const others = (this.#locks.get(name) ?? []).filter(
      ({ session }) => session !== this,
    );
    if (others.length) this.#locks.set(name, others);
    else this.#locks.delete(name);
  }

  async isLocked(name: string): Promise<boolean> {
    return (this.#locks.get(name) ?? []).some(
      ({ session }) => session !== this,
    );
  }

  /** No other process has anything to tell. */
  onNotify(): void {}

  async close(): Promise<void> {
    for (const name of [...this.#locks.keys()]) await this.unlock(name);
    await this.#lock?.destroy();
    this.#lock = undefined;
  }
}
