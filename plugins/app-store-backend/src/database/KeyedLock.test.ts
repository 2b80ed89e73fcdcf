/** Two replicas, each with a pool and a lock of its own; on SQLite it is one process. */
import { mockServices } from '@backstage/backend-test-utils';
import makeKnex, { type Knex } from 'knex';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseIds, databases } from './__testUtils__/databases';
import type { KeyedLock } from './KeyedLock';
import { keyedLockFor } from './PostgresKeyedLock';
import { until } from '../__testUtils__/until';

jest.setTimeout(60_000);

const logger = mockServices.logger.mock();

/** Notes what is at work at the same time. */
class Overlap {
  most = 0;
  #running = 0;

  async work(ms = 5): Promise<void> {
    this.most = Math.max(this.most, ++this.#running);
    await sleep(ms);
    this.#running--;
  }
}

/** Those of this test: others use the same server meanwhile. */
const OWN_LOCKS = `locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;

describe.each(databaseIds())('a lock on %s', id => {
  let lock: KeyedLock;
  beforeAll(async () => {
    lock = keyedLockFor({ knex: await databases.init(id), logger });
  });
  afterAll(() => lock.close());

  it('lets one at a time to a key, in the order of asking', async () => {
    const overlap = new Overlap();
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map(n =>
        lock.run('a', async held => {
          order.push(n);
          await overlap.work();
          await held.confirm();
        }),
      ),
    );
    expect(overlap.most).toBe(1);
    expect(order).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('lets those of other keys work meanwhile', async () => {
    await lock.run('a', async () => {
      expect(await lock.run('b', async () => 'done')).toBe('done');
    });
  });

  it('goes on after one that failed', async () => {
    const failed = lock.run('a', async () => {
      throw new Error('no');
    });
    const next = lock.run('a', async () => 'next');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('next');
  });
});

describe('locks of two replicas on one PostgreSQL', () => {
  let pools: Knex[];
  let locks: KeyedLock[];
  beforeAll(async () => {
    const knex = await databases.init('POSTGRES_17');
    pools = [1, 2].map(() =>
      makeKnex({ ...knex.client.config, pool: { min: 0, max: 1 } }),
    );
    locks = pools.map(pool => keyedLockFor({ knex: pool, logger }));
  });
  afterAll(async () => {
    await Promise.all(locks.map(lock => lock.close()));
    await Promise.all(pools.map(pool => pool.destroy()));
  });

  it('let one at a time to a key', async () => {
    const overlap = new Overlap();
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        locks[i % 2].run('same', () => overlap.work()),
      ),
    );
    expect(overlap.most).toBe(1);
  });

  it('leave the pool to the work, however many wait, even where it has one connection', async () => {
    const seen = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        locks[i % 2].run(`key ${i % 7}`, async () => {
          const { rows } = await pools[i % 2].raw('select 1 as one');
          await pools[i % 2].transaction(tx => tx.raw('select 1'));
          return rows[0].one;
        }),
      ),
    );
    expect(seen).toEqual(Array(60).fill(1));
  });

  it('do not keep a key whose replica has died', async () => {
    let died = false;
    const lost = locks[0].run('mortal', async held => {
      // What PostgreSQL sees of a kill -9: the connection ends.
      await pools[1].raw(
        `select pg_terminate_backend(pid) from pg_locks where ${OWN_LOCKS} and granted`,
      );
      await locks[1].run('mortal', async () => {
        died = true;
      });
      await held.confirm();
    });
    await expect(lost).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(died).toBe(true);
    // And the lock itself is none the worse for it.
    expect(await locks[0].run('mortal', async () => 'again')).toBe('again');
  });

  it('hold connections only while they are needed', async () => {
    const connections = async () =>
      Number(
        (await pools[0].raw(`select count(*) from pg_locks where ${OWN_LOCKS}`))
          .rows[0].count,
      );
    let free!: () => void;
    const held = locks[1].run(
      'held',
      () =>
        new Promise<void>(resolve => {
          free = resolve;
        }),
    );
    await until(async () => (await connections()) === 1);
    const waiting = Array.from({ length: 20 }, () =>
      locks[0].run('held', async () => {}),
    );
    // One of a process waits in the database, the others where it costs nothing.
    await until(async () => (await connections()) === 2);
    await sleep(50);
    expect(await connections()).toBe(2);
    free();
    await Promise.all([held, ...waiting]);
    expect(await connections()).toBe(0);
  });
});
