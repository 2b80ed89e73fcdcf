/** Requests that may be repeated, where the process that worked on the first one was killed. */
import type { Knex } from 'knex';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { IdempotencyRepository } from '../database/IdempotencyRepository';
import { ownMark } from '../storage/processMark';
import type { Caller } from './Caller';
import { Idempotency } from './Idempotency';

jest.setTimeout(60_000);

const UMA: Caller = {
  userEntityRef: 'user:default/uma',
  roles: [],
  fullAccess: true,
  admin: false,
};

describe.each(databaseIds())('Idempotency on %s', id => {
  const never = () => new Promise<string>(() => {});
  /** Until the first request has begun. */
  const begun = async (knex: Knex) => {
    while (!(await knex('idempotency_keys').first()))
      await new Promise(resolve => setTimeout(resolve, 10));
  };

  it('15: a key goes through again as soon as the process that held it is gone', async () => {
    const knex = await migrated(id);
    const repository = new IdempotencyRepository(knex);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    const dying = new Idempotency({
      repository,
      process: { ...ownMark(), pid: child.pid!, born: undefined },
    });
    const alive = new Idempotency({ repository });
    const ask = (store: Idempotency, work: () => Promise<string>) =>
      store.once(UMA, 'app:import', 'key', { digest: 'a' }, work, () => {});

    const first = ask(dying, never);
    first.catch(() => {});
    await begun(knex);
    await expect(ask(alive, async () => 'too early')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_IN_PROGRESS',
    });

    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await ask(alive, async () => 'done')).toBe('done');
    expect(await ask(alive, async () => 'again')).toBe('done');
  });

  it('15: a process elsewhere is gone once it gives no sign of life', async () => {
    const knex = await migrated(id);
    const repository = new IdempotencyRepository(knex);
    let now = 0;
    const elsewhere = new Idempotency({
      repository,
      now: () => now,
      process: { ...ownMark(), host: 'elsewhere' },
    });
    const here = new Idempotency({ repository, now: () => now });
    const ask = (store: Idempotency, work: () => Promise<string>) =>
      store.once(UMA, 'app:import', 'key', { digest: 'a' }, work, () => {});
    const stalled = { end: (_: string) => {} };
    const first = ask(
      elsewhere,
      () =>
        new Promise(resolve => {
          stalled.end = resolve;
        }),
    );
    await begun(knex);
    now = 61_000;
    expect(await ask(here, async () => 'second')).toBe('second');
    // What the first one says after all is not what is kept.
    stalled.end('first');
    expect(await first).toBe('first');
    expect(await ask(here, async () => 'third')).toBe('second');
  });
});
