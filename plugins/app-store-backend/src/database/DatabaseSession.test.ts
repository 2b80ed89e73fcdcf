/** Locks that end with the process that holds them. */
import { mockServices } from '@backstage/backend-test-utils';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import makeKnex, { type Knex } from 'knex';
import { CHANNEL } from './channel';
import { type DatabaseSession } from './DatabaseSession';
import { migrated } from './__testUtils__/databases';
import { openSession } from './openSession';
import { PostgresSession } from './PostgresSession';
import { BlackHole } from './__testUtils__/BlackHole';
import { until } from '../__testUtils__/until';

jest.setTimeout(60_000);

const logger = mockServices.logger.mock();
const room = mkdtempSync(join(tmpdir(), 'session-'));
const opened: Knex[] = [];
afterAll(async () => {
  await Promise.all(opened.map(each => each.destroy()));
  rmSync(room, { recursive: true, force: true });
});

describe.each([
  [
    'SQLite in a file',
    async () => {
      const knex = makeKnex({
        client: 'better-sqlite3',
        connection: { filename: join(room, 'db.sqlite') },
        useNullAsDefault: true,
      });
      opened.push(knex);
      return knex;
    },
  ],
  ['PostgreSQL', () => migrated('POSTGRES_17')],
])('a session of %s', (_, connect) => {
  const sessions: DatabaseSession[] = [];
  const open = (knex: Knex) => {
    const session = openSession({ knex, logger });
    sessions.push(session);
    return session;
  };
  afterEach(() => Promise.all(sessions.splice(0).map(each => each.close())));

  it('locks alone or together with others', async () => {
    const knex = await connect();
    const [a, b] = [open(knex), open(knex)];
    expect(await a.tryLock('x')).toBe(true);
    expect(await a.tryLock('x')).toBe(true);
    expect(await b.tryLock('x')).toBe(false);
    expect(await b.tryLock('x', { shared: true })).toBe(false);
    expect(await b.isLocked('x')).toBe(true);
    expect(await a.isLocked('x')).toBe(false);
    expect(await b.tryLock('y')).toBe(true);
    await a.unlock('x');
    expect(await b.tryLock('x', { shared: true })).toBe(true);
    expect(await a.tryLock('x', { shared: true })).toBe(true);
    await b.close();
    expect(await a.isLocked('y')).toBe(false);
  });

  it('ends with its process', async () => {
    const knex = await connect();
    const { connection } = knex.client.config;
    const child = fork(
      join(__dirname, '__testUtils__/locker.ts'),
      [
        JSON.stringify({
          client: knex.client.config.client,
          connection,
          searchPath: knex.client.config.searchPath,
          useNullAsDefault: true,
        }),
      ],
      {
        execArgv: [
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ],
        env: { PATH: process.env.PATH, NODE_ENV: 'test' },
      },
    );
    const locked = await new Promise(resolve => {
      // The transpiler of the child sends messages of its own.
      child.on('message', each => typeof each === 'boolean' && resolve(each));
    });
    expect(locked).toBe(true);
    const own = open(knex);
    expect(await own.tryLock('of a child')).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(() => own.tryLock('of a child'));
  });
});

describe('a session of PostgreSQL', () => {
  /** Ends the connection of whoever holds an advisory lock in this database. */
  const cut = (knex: Knex) =>
    knex.raw(
      "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
    );

  it('takes its locks again after its connection broke', async () => {
    const knex = await migrated('POSTGRES_17');
    const [a, b] = [0, 1].map(() => openSession({ knex, logger }));
    expect(await a.tryLock('x')).toBe(true);
    await cut(knex);
    // A holder that is about to come back is not taken for dead.
    expect(await b.isLocked('x')).toBe(true);
    expect(await b.tryLock('x')).toBe(false);
    await a.close();
    expect(await b.tryLock('x')).toBe(true);
    await b.close();
  });

  it('gives up a dead connection', async () => {
    const knex = await migrated('POSTGRES_17');
    const { client, connection } = knex.client.config;
    const { host, port } = connection;
    const network = new BlackHole({ host, port: Number(port) });
    const far = makeKnex({
      client,
      connection: {
        ...connection,
        host: '127.0.0.1',
        port: await network.listen(),
      },
    });
    opened.push(far);
    const a = PostgresSession.create({
      knex: far,
      logger,
      pulse: { everyMs: 100, answerMs: 200 },
    });
    const b = openSession({ knex, logger });
    try {
      expect(await a.tryLock('x')).toBe(true);
      expect(await b.tryLock('x')).toBe(false);
      // No packet passes, and nobody is told; PostgreSQL ends the session on its side.
      network.swallow();
      await cut(knex);
      await until(() => b.tryLock('x'));
      const holds = () => a.tryLock('x').catch(() => false);
      await until(async () => !(await holds()));
      network.restore();
      await b.unlock('x');
      await until(holds);
    } finally {
      await Promise.all([a.close(), b.close()]);
      await network.close();
    }
  });

  it('says so where its lock went to another one meanwhile', async () => {
    const knex = await migrated('POSTGRES_17');
    const [a, b] = [0, 1].map(() => openSession({ knex, logger }));
    await a.tryLock('x');
    await cut(knex);
    await until(() => b.tryLock('x'));
    expect(await b.isLocked('x')).toBe(false);
    await until(async () =>
      (logger.warn as jest.Mock).mock.calls.some(([text]) =>
        /the lock x went to another process/.test(text),
      ),
    );
    await b.close();
    await until(() => a.tryLock('x'));
    await a.close();
  });

  it('hears what other processes tell', async () => {
    const knex = await migrated('POSTGRES_17');
    const session = openSession({ knex, logger });
    let heard = 0;
    session.onNotify(() => heard++);
    await until(async () => {
      await knex.raw('select pg_notify(?, ?)', [CHANNEL, '']);
      return heard > 0;
    });
    await session.close();
  });
});
