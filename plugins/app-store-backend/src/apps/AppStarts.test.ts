import { randomUUID } from 'node:crypto';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { appRecord } from '../__testUtils__/fixtures';
import {
  keepLaunch,
  LaunchRepository,
} from '../instances/launches/LaunchRepository';
import { toRow } from './appRows';
import { AppStarts } from './AppStarts';

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();

describe.each(databaseIds())('starts of an app on %s', id => {
  it('are those of its last launches, of all versions', async () => {
    const knex = await migrated(id);
    const apps = ['1.0.0', '2.0.0', 'other'].map(version =>
      appRecord({
        id: randomUUID(),
        name: version === 'other' ? 'other' : 'slow',
        version,
      }),
    );
    await knex('apps').insert(apps.map(toRow));
    const starts = new AppStarts({
      launches: new LaunchRepository(knex),
      apps: { get: async () => ({ name: 'slow' } as never) },
    });
    const add = (app: number, routed: number, n: number) =>
      keepLaunch(knex, {
        instanceId: randomUUID(),
        launch: 1,
        appId: apps[app].id,
        beganAt: at(n),
        steps: { routed },
      });
    expect(await starts.of({} as never, 'x')).toEqual({ starts: 0 });
    // The oldest of 101 does not count; nor another app.
    await add(0, 900_000, 0);
    for (let n = 1; n <= 100; n++) await add(n % 2, n * 1000, n);
    await add(2, 1, 101);
    expect(await starts.of({} as never, 'x')).toEqual({
      starts: 100,
      medianMs: 50_000,
    });
  });
});
