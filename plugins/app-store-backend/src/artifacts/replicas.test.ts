import { mockServices } from '@backstage/backend-test-utils';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { type DatabaseSession } from '../database/DatabaseSession';
import { SettingsRepository } from '../database/SettingsRepository';
import { joinReplicas, leaveReplicas } from './replicas';
import { openSession } from '../database/openSession';

jest.setTimeout(60_000);

const TIMES = { giveUpMs: 400, pollMs: 20 };

describe.each(databaseIds())('replicas on %s', id => {
  const logger = mockServices.logger.mock();
  let knex: Knex;
  const sessions: DatabaseSession[] = [];
  beforeAll(async () => {
    knex = await migrated(id);
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map(each => each.close()));
  });

  const join = async (
    alone: boolean,
    options: { times?: Partial<typeof TIMES> } = {},
  ) => {
    const session = openSession({ knex, logger });
    sessions.push(session);
    await joinReplicas({
      session,
      settings: new SettingsRepository(knex),
      alone,
      times: { ...TIMES, ...options.times },
    });
    return session;
  };

  it.each([
    ['both have a directory of their own', true, true, false],
    ['the first one has', true, false, false],
    ['the second one has', false, true, false],
    ['none has', false, false, true],
  ])('where %s: alone %s, alone %s, both: %s', async (_, a, b, both) => {
    await join(a);
    const outcome = await join(b).then(
      () => 'both are at work',
      error => error.message,
    );
    expect(outcome).toMatch(
      both
        ? /^both are at work$/
        : /another replica of the app store \(on .+, started 2.+\).*Recreate.*appStore\.bundles\.s3.*appStore\.bundles\.shared: true/,
    );
  });

  it('are let in at once where the one before was killed', async () => {
    await (await join(true)).close();
    // Patience would never come to its end.
    await join(true, { times: { giveUpMs: 1e9, pollMs: 1e9 } });
  });

  it('wait a while for one that is about to end', async () => {
    const first = await join(true);
    const second = join(true, { times: { giveUpMs: 1e9 } });
    await sleep(300);
    await leaveReplicas(first);
    await second;
  });

  it('are let in one by one where they come at once', async () => {
    const all = await Promise.allSettled([1, 2, 3, 4].map(() => join(true)));
    expect(all.map(each => each.status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
  });
});
