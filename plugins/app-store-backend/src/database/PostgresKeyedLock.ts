/**
 * A lock that all replicas on one PostgreSQL share: an advisory lock of a transaction
 * that does nothing else, so that it ends with the process that holds it.
 *
 * It has connections of its own, few and only while they are needed: a lock may be held for as
 * long as an upload to a bucket takes, and its holder needs the store's pool for the work.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import makeKnex, { type Knex } from 'knex';
import pLimit from 'p-limit';
import { createHash } from 'node:crypto';
import { StoreError } from '../errors/StoreError';
import { ProcessKeyedLock, type KeyedLock, type HeldLock } from './KeyedLock';

/** Keys that this process holds at once, and so connections. */
const LOCKS_AT_ONCE = 4;
/** Connections that nobody needs are closed after this long, in milliseconds. */
const IDLE_MS = 10_000;
/** Firewalls forget connections that say nothing; PostgreSQL would keep the lock for hours then. */
const SIGN_OF_LIFE_MS = 30_000;

/** For a transaction that is idle on purpose, and may wait for as long as somebody else's upload takes. */
const UNHURRIED = [
  'idle_in_transaction_session_timeout',
  'lock_timeout',
  'statement_timeout',
]
  .map(name => `set local ${name} = 0`)
  .join('; ');

/** Advisory locks have numbers for names, 64 bits. */
function numberOf(key: string): string {
  return createHash('sha256')
    .update(`ai-app-store:${key}`)
    .digest()
    .readBigInt64BE()
    .toString();
}

function lost(error: Error): never {
  throw new StoreError({
    status: 503,
    code: 'LOCK_LOST',
    message: `The database closed a connection that the store needed: ${error.message}.`,
    owner: 'platform',
    remedy: 'Nothing was changed. Try again.',
  });
}

/** A lock that all replicas on one PostgreSQL share. */
class PostgresKeyedLock implements KeyedLock {
  readonly #knex: Knex;
  readonly #logger: LoggerService;
  /** Within the process one waits without a connection. */
  readonly #here = ProcessKeyedLock.create();
  readonly #connections = pLimit(LOCKS_AT_ONCE);

  /** @param options.knex - whose database it is; its own pool is left alone */
  static create(options: {
    knex: Knex;
    logger: LoggerService;
  }): PostgresKeyedLock {
    return new PostgresKeyedLock(
      makeKnex({
        ...options.knex.client.config,
        pool: { min: 0, max: LOCKS_AT_ONCE, idleTimeoutMillis: IDLE_MS },
      }),
      options.logger,
    );
  }

  private constructor(knex: Knex, logger: LoggerService) {
    this.#knex = knex;
    this.#logger = logger;
  }

  run<T>(key: string, work: (lock: HeldLock) => Promise<T>): Promise<T> {
    return this.#here.run(key, () =>
      this.#connections(() => this.#run(key, work)),
    );
  }

  async #run<T>(key: string, work: (lock: HeldLock) => Promise<T>): Promise<T> {
    const transaction = await this.#knex.transaction();
    const alive = () => transaction.raw('select 1');
    let timer: NodeJS.Timeout | undefined;
    try {
      await transaction.raw(UNHURRIED);
      await transaction.raw('select pg_advisory_xact_lock(?::bigint)', [
        numberOf(key),
      ]);
      timer = setInterval(() => alive().catch(() => {}), SIGN_OF_LIFE_MS);
      return await work({
        async confirm() {
          await alive().catch(lost);
        },
      });
    } finally {
      clearInterval(timer);
      // The work is done, however the lock ended.
      await transaction
        .rollback()
        .catch(error =>
          this.#logger.warn(`a lock was lost before its end: ${error.message}`),
        );
    }
  }

  async close(): Promise<void> {
    await this.#knex.destroy();
  }
}

/** The lock that fits a database; SQLite is one process's alone. */
export function keyedLockFor(options: {
  knex: Knex;
  logger: LoggerService;
}): KeyedLock {
  return options.knex.client.config.client === 'pg'
    ? PostgresKeyedLock.create(options)
    : ProcessKeyedLock.create();
}
