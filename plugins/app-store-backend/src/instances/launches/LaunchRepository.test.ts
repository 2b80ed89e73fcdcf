import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { databaseIds, migrated } from '../../database/__testUtils__/databases';
import { appRecord } from '../../__testUtils__/fixtures';
import { toRow } from '../../apps/appRows';
import { keepLaunch, LaunchRepository } from './LaunchRepository';

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms);

describe.each(databaseIds())('15: launches on %s', id => {
  let knex: Knex;
  let launches: LaunchRepository;
  const app = appRecord({ id: randomUUID() });
  const keep = (instanceId: string, launch: number, began: number) =>
    keepLaunch(knex, {
      instanceId,
      launch,
      appId: app.id,
      beganAt: at(began).toISOString(),
      steps: { queued: 1, routed: 100 },
    });

  beforeAll(async () => {
    knex = await migrated(id);
    await knex('apps').insert(toRow(app));
    launches = new LaunchRepository(knex);
  });

  it('are kept once, and completed once', async () => {
    const instanceId = randomUUID();
    await keep(instanceId, 1, 0);
    await keep(instanceId, 2, 1000);
    await keep(instanceId, 2, 5000);
    expect(await launches.noteFirstByte(instanceId, at(1500))).toBe(400);
    expect(await launches.noteFirstByte(instanceId, at(9000))).toBeUndefined();
    expect(await launches.get(instanceId, 2)).toEqual({
      instanceId,
      launch: 2,
      appId: app.id,
      beganAt: at(1000).toISOString(),
      steps: { queued: 1, routed: 100 },
      firstByteMs: 500,
    });
    expect((await launches.get(instanceId, 1))!.firstByteMs).toBeUndefined();
    // Of what was never launched, or by a clock that is behind.
    await launches.noteFirstByte(randomUUID(), at(0));
    const behind = randomUUID();
    await keep(behind, 1, 1000);
    await launches.noteFirstByte(behind, at(0));
    expect((await launches.get(behind, 1))!.firstByteMs).toBe(100);
  });

  it('are dropped by age, and with their app', async () => {
    const instanceId = randomUUID();
    await keep(instanceId, 1, 0);
    await keep(instanceId, 2, 10);
    await launches.dropBefore(at(5).toISOString());
    expect(await launches.get(instanceId, 1)).toBeUndefined();
    expect(await launches.get(instanceId, 2)).toBeDefined();
    await knex('apps').where({ id: app.id }).delete();
    expect(await launches.get(instanceId, 2)).toBeUndefined();
  });
});
