/**
 * A connection of its own to PostgreSQL, outside of the pool: advisory locks of a session and
 * `LISTEN` belong to one connection. Where it breaks, it is made again, and what was held is
 * taken again unless somebody else was first. A dead connection can look like a living one:
 * it is asked every few seconds.
 *
 * A pooler between the store and PostgreSQL has to pool sessions, not transactions.
 * https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import {
  setImmediate as nextTurn,
  setTimeout as sleep,
} from 'node:timers/promises';
import { CHANNEL } from './channel';
import type { DatabaseSession } from './DatabaseSession';

const RECONNECT_MS = 1000;
/** How often the connection is asked, and how long an answer may take, in milliseconds. */
const PULSE = { everyMs: 10_000, answerMs: 5_000 };
/** A machine that vanished is noticed by PostgreSQL after about ten seconds, and its locks end. */
const KEEPALIVES =
  'set tcp_keepalives_idle = 4; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3';

/** What is used of a `pg` client. */
interface Connection {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ rows: Array<Record<string, unknown>> }>;
  on(event: string, listener: (...args: never[]) => void): void;
}

/** Advisory locks have numbers for names, 64 bits, and are of a database: schemas of it have their own. */
function numberOf(schema: string, name: string): string {
  return createHash('sha256')
    .update(`ai-app-store session:${schema}:${name}`)
    .digest()
    .readBigInt64BE()
    .toString();
}

/** The session of this process. */
export class PostgresSession implements DatabaseSession {
  readonly #knex: Knex;
  readonly #logger: LoggerService;
  readonly #pulse: typeof PULSE;
  /** Locks that this connection holds. */
  readonly #held = new Map<string, { shared: boolean }>();
  /** Locks that a broken connection held, and that were not taken again yet. */
  readonly #lostLocks = new Map<string, { shared: boolean }>();
  readonly #listeners: Array<() => void> = [];
  /** A connection takes one query at a time. */
  readonly #oneAtATime = pLimit(1);
  #connecting: Promise<Connection> | undefined;
  #schema = '';
  #closed = false;

  static create(options: {
    knex: Knex;
    logger: LoggerService;
    pulse?: typeof PULSE;
  }): PostgresSession {
    const { knex, logger, pulse = PULSE } = options;
    return new PostgresSession(knex, logger, pulse);
  }

  private constructor(knex: Knex, logger: LoggerService, pulse: typeof PULSE) {
    this.#knex = knex;
    this.#logger = logger;
    this.#pulse = pulse;
  }

  /** One connection, made when it is needed. */
  #connection(): Promise<Connection> {
    if (this.#connecting) return this.#connecting;
    const connecting = this.#connect().catch(error => {
      if (this.#connecting === connecting) this.#connecting = undefined;
      throw error;
    });
    this.#connecting = connecting;
    return connecting;
  }

  async #connect(): Promise<Connection> {
    const connection: Connection =
      await this.#knex.client.acquireRawConnection();
    const made = this.#connecting;
    const timer = setInterval(async () => {
      if (!(await this.#answers(connection))) this.#giveUp(connection, made);
    }, this.#pulse.everyMs);
    timer.unref();
    connection.on('end', () => {
      clearInterval(timer);
      this.#lost(made);
    });
    connection.on('notification', () =>
      this.#listeners.forEach(listener => listener()),
    );
    await connection.query(KEEPALIVES);
    const { rows } = await connection.query('select current_schema() as name');
    this.#schema = String(rows[0].name);
    await connection.query(`listen ${CHANNEL}`);
    return connection;
  }

  /** Whether the database still answers on a connection. */
  async #answers(connection: Connection): Promise<boolean> {
    const { answerMs } = this.#pulse;
    const over = new AbortController();
    const { signal } = over;
    let answered = false;
    const answer = async () => {
      await this.#oneAtATime(() => connection.query('select 1'));
      answered = true;
    };
    const silence = async () => {
      await sleep(answerMs, undefined, { ref: false, signal });
      // Where this process stood still an answer may wait, which is read after timers.
      await nextTurn();
    };
    try {
      await Promise.race([answer(), silence()]);
    } catch {
      return false;
    } finally {
      over.abort();
    }
    return answered;
  }

  #giveUp(connection: Connection, made?: Promise<Connection>): void {
    this.#lost(made);
    // Its other end may never hear of it.
    this.#knex.client.destroyRawConnection(connection).catch(() => {});
  }

  #lost(made: Promise<Connection> | undefined): void {
    if (this.#closed || this.#connecting !== made) return;
    this.#connecting = undefined;
    this.#held.forEach((lock, name) => this.#lostLocks.set(name, lock));
    this.#held.clear();
    this.#reconnect();
  }

  #reconnect(): void {
    setTimeout(() => {
      if (this.#closed) return;
      this.#takeAgain().catch(error => {
        this.#logger.warn(
          `the session of the database is not back yet: ${error.message}`,
        );
        this.#reconnect();
      });
    }, RECONNECT_MS).unref();
  }

  async #takeAgain(): Promise<void> {
    await this.#connection();
    for (const [name, { shared }] of [...this.#lostLocks])
      if (!(await this.tryLock(name, { shared })))
        this.#logger.warn(
          `the lock ${name} went to another process while the database was away`,
        );
    // What was told meanwhile was not heard.
    this.#listeners.forEach(listener => listener());
  }

  /** Runs a function of PostgreSQL on the number of a lock. */
  async #call(text: string, name: string): Promise<boolean> {
    const connection = await this.#connection();
    const { rows } = await this.#oneAtATime(() =>
      connection.query(`select ${text}($1) as done`, [
        numberOf(this.#schema, name),
      ]),
    );
    return Boolean(rows[0].done);
  }

  async tryLock(
    name: string,
    { shared = false }: { shared?: boolean } = {},
  ): Promise<boolean> {
    if (this.#held.has(name)) return true;
    const done = await this.#call(
      `pg_try_advisory_lock${shared ? '_shared' : ''}`,
      name,
    );
    this.#lostLocks.delete(name);
    // Two who ask at once in this process have it twice; it is given back once.
    if (done && this.#held.has(name))
      await this.#call(`pg_advisory_unlock${shared ? '_shared' : ''}`, name);
    if (done) this.#held.set(name, { shared });
    return done;
  }

  async unlock(name: string): Promise<void> {
    this.#lostLocks.delete(name);
    const held = this.#held.get(name);
    if (!held) return;
    this.#held.delete(name);
    await this.#call(`pg_advisory_unlock${held.shared ? '_shared' : ''}`, name);
  }

  async isLocked(name: string): Promise<boolean> {
    if (this.#held.has(name)) return false;
    if (await this.#isTaken(name)) return true;
    // Its connection may have broken, and be made again by now.
    await sleep(2 * RECONNECT_MS);
    return this.#isTaken(name);
  }

  /** Tried and given back: PostgreSQL's own table of locks is not everybody's to read. */
  async #isTaken(name: string): Promise<boolean> {
    if (!(await this.tryLock(name, { shared: true }))) return true;
    await this.unlock(name);
    return false;
  }

  onNotify(listener: () => void): void {
    this.#listeners.push(listener);
    this.#connection().catch(() => this.#reconnect());
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = await this.#connecting?.catch(() => undefined);
    if (connection) await this.#knex.client.destroyRawConnection(connection);
  }
}
