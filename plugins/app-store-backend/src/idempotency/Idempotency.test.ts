/** Requests that may be repeated, where the process that worked on the first one was killed. */
import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { IdempotencyRepository } from './IdempotencyRepository';
import type { Caller } from '../auth/Caller';
import { Idempotency } from './Idempotency';
import { openSession } from '../database/openSession';

jest.setTimeout(60_000);

const logger = mockServices.logger.mock();
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
    const sessions = [0, 1].map(() => openSession({ knex, logger }));
    const [dying, alive] = sessions.map(
      session => new Idempotency({ repository, session }),
    );
    const ask = (store: Idempotency, work: () => Promise<string>) =>
      store.once(UMA, 'app:import', 'key', { digest: 'a' }, work, () => {});

    const first = ask(dying, never);
    first.catch(() => {});
    await begun(knex);
    await expect(ask(alive, async () => 'too early')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_IN_PROGRESS',
    });

    // As a process that is killed: its connection ends.
    await sessions[0].close();
    expect(await ask(alive, async () => 'done')).toBe('done');
    expect(await ask(alive, async () => 'again')).toBe('done');
    await sessions[1].close();
  });

  it('15: a process whose end nobody was told of is gone once it gives no sign of life', async () => {
    const knex = await migrated(id);
    const repository = new IdempotencyRepository(knex);
    let now = 0;
    const sessions = [0, 1].map(() => openSession({ knex, logger }));
    const elsewhere = new Idempotency({
      repository,
      now: () => now,
      session: sessions[0],
    });
    const here = new Idempotency({
      repository,
      now: () => now,
      session: sessions[1],
    });
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
    await Promise.all(sessions.map(each => each.close()));
  });
});
