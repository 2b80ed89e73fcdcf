import { randomUUID } from 'node:crypto';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { appRecord, instanceRecord } from '../__testUtils__/fixtures';
import { InstanceRepository } from '../instances/InstanceRepository';
import { Policy } from '../policy';
import { INSTANCES } from '../instances/instanceRows';
import { objectColumns } from '../instances/instanceObjectRows';
import { toRow } from './appRows';
import { AppStarts } from './AppStarts';

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();

describe.each(databaseIds())('starts of an app on %s', id => {
  it('are those of its last instances, of all versions', async () => {
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
      instances: new InstanceRepository(
        knex,
        Policy.create({ settings: { publicMode: false, downloads: true } }),
      ),
      apps: { get: async () => ({ name: 'slow' } as never) },
    });
    const add = async (app: number, tookMs: number | undefined, n: number) => {
      const record = instanceRecord(apps[app].id, {
        desired: 'suspended',
        stages: {
          accepted: at(0),
          ...(tookMs === undefined ? {} : { ready: at(tookMs) }),
        },
      });
      await knex('instances').insert({
        ...INSTANCES.write(record),
        ...objectColumns(record.objects),
        created_at: at(n),
      });
    };
    expect(await starts.of({} as never, 'x')).toEqual({ starts: 0 });
    // The oldest of 21 does not count; nor another app, or what never was ready.
    await add(0, 900_000, 0);
    for (let n = 1; n <= 20; n++) await add(n % 2, n * 1000, n);
    await add(2, 1, 21);
    await add(0, undefined, 22);
    expect(await starts.of({} as never, 'x')).toEqual({
      starts: 20,
      medianMs: 10_000,
    });
  });
});
