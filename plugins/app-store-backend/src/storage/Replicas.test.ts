import { mockServices } from '@backstage/backend-test-utils';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { ReplicaRepository } from '../database/ReplicaRepository';
import { ownMark, type ProcessMark } from './processMark';
import { Replicas } from './Replicas';

jest.setTimeout(60_000);

const TIMES = { beat: 50, silence: 1500, patience: 400, look: 20 };

describe.each(databaseIds())('replicas on %s', id => {
  const logger = mockServices.logger.mock();
  const own = ownMark();
  const elsewhere: ProcessMark = { host: 'elsewhere', pid: 1 };
  let knex: Knex;
  let replicas: ReplicaRepository;
  const joined: Replicas[] = [];
  beforeAll(async () => {
    knex = await migrated(id);
    replicas = new ReplicaRepository(knex);
  });
  beforeEach(() => jest.clearAllMocks());
  afterEach(async () => {
    await Promise.all(joined.splice(0).map(each => each.leave()));
    await knex('replicas').delete();
  });

  const join = async (
    alone: boolean,
    options: { mark?: ProcessMark; times?: Partial<typeof TIMES> } = {},
  ) => {
    const replica = await Replicas.join({
      replicas,
      alone,
      logger,
      mark: options.mark,
      times: { ...TIMES, ...options.times },
    });
    joined.push(replica);
    return replica;
  };
  const rows = async () =>
    Number((await knex('replicas').count({ n: '*' }))[0].n);
  /** What a replica leaves that was killed. */
  const died = (mark: ProcessMark, seenAt = new Date().toISOString()) =>
    replicas.enterAgain({
      id: '00000000-0000-4000-8000-000000000009',
      host: mark.host,
      process: JSON.stringify(mark),
      alone: true,
      startedAt: seenAt,
      seenAt,
    });

  it.each([
    ['both have a directory of their own', true, true, false],
    ['the first one has', true, false, false],
    ['the second one has', false, true, false],
    ['none has', false, false, true],
  ])('where %s: alone %s, alone %s, both: %s', async (_, a, b, both) => {
    await join(a, { mark: elsewhere });
    const outcome = await join(b).then(
      () => 'both are at work',
      error => error.message,
    );
    expect(outcome).toMatch(
      both
        ? /^both are at work$/
        : /another replica of the app store \(on elsewhere, .*Recreate.*appStore\.bundles\.s3.*appStore\.bundles\.shared: true/,
    );
    expect(await rows()).toBe(both ? 2 : 1);
  });

  it('are let in at once where the one before has been killed on this machine', async () => {
    await died({ ...own, pid: 2 ** 22 + 1 });
    // Neither silence nor patience would ever come to their end.
    await join(true, { times: { silence: 1e9, patience: 1e9 } });
    expect(await rows()).toBe(1);
  });

  it('are let in after a silence where the one before was killed on another', async () => {
    await died(elsewhere);
    await join(true, { times: { patience: 0 } });
    expect(await rows()).toBe(1);
  });

  it('are let in whatever the clock of the one before said', async () => {
    await died(elsewhere, '2999-01-01T00:00:00.000Z');
    await join(true, { times: { silence: 100 } });
    expect(await rows()).toBe(1);
  });

  it('wait a while for one that is about to end', async () => {
    const first = await join(true, { mark: elsewhere });
    const second = join(true, { times: { patience: 1e9 } });
    await sleep(300);
    await first.leave();
    await second;
    expect(await rows()).toBe(1);
  });

  it('are let in one by one where they come at once', async () => {
    const all = await Promise.allSettled(
      [1, 2, 3, 4].map(() => join(true, { mark: elsewhere })),
    );
    expect(all.map(each => each.status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(await rows()).toBe(1);
  });

  it('come back, and say so once, where they were taken for dead', async () => {
    await join(true);
    await knex('replicas').delete();
    while (!(await rows())) await sleep(20);
    await knex('replicas').delete();
    while (!(await rows())) await sleep(20);
    expect(logger.error).toHaveBeenCalledTimes(1);
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringContaining('took this one for dead'),
    );
  });

  it('outlive a database that does not answer', async () => {
    const beat = jest
      .spyOn(replicas, 'beat')
      .mockRejectedValue(new Error('gone'));
    await join(true);
    while (!(logger.warn as jest.Mock).mock.calls.length) await sleep(20);
    beat.mockRestore();
    expect(await rows()).toBe(1);
  });

  it('forget those that nobody was kept waiting by', async () => {
    await died(elsewhere, new Date(Date.now() - 25 * 3600_000).toISOString());
    await join(false, { times: { silence: 1e9, patience: 1e9 } });
    expect(await rows()).toBe(1);
  });
});
