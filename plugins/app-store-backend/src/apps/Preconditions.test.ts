/** That conditions are looked at again, now and then, and what came of it is written down. */
import { ConfigReader } from '@backstage/config';
import { readStoreConfig } from '../config/StoreConfig';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { AppRepository } from './AppRepository';
import { PreconditionRepository } from './PreconditionRepository';
import { appRecord, HELLO } from '../__testUtils__/fixtures';
import { SecretRepository } from '../secrets/SecretRepository';
import { Policy } from '../policy';
import { Preconditions } from './Preconditions';
import { Runtimes } from './Runtimes';

jest.setTimeout(60_000);

const policy = Policy.create({
  settings: { publicMode: false, downloads: true },
});
const runtimes = (deprecated: boolean) =>
  new Runtimes({
    config: readStoreConfig(
      new ConfigReader({
        backend: { baseUrl: 'http://localhost:7007' },
        appStore: {
          gateway: { baseUrl: 'http://apps.localhost:7008' },
          bundles: { directory: '/b' },
          runtimes: [
            { name: 'node', mode: 'node', image: 'n', command: [], deprecated },
          ],
        },
      }),
    ),
  });

describe.each(databaseIds())('preconditions on %s', id => {
  it('are looked at again after their time, and only then', async () => {
    const knex = await migrated(id);
    const apps = new AppRepository(knex);
    const answers = new PreconditionRepository(knex);
    const secrets = new SecretRepository(knex, policy);
    let now = Date.parse('2026-01-01T00:00:00Z');
    const at = (deprecated: boolean) =>
      new Preconditions({
        apps,
        answers,
        secrets,
        runtimes: runtimes(deprecated),
        now: () => new Date(now),
      });
    const app = appRecord({ manifest: HELLO });
    await apps.insert(app);
    await at(false).refresh((await apps.get(app.id))!);
    const link = appRecord({ manifest: { ...HELLO, lifecycle: 'LINK' } });
    await apps.insert(link);
    const seen = async (which: string) => {
      const { problems, checkedAt } = (await apps.get(which))!;
      return [problems.map(({ code }) => code), checkedAt];
    };
    expect(await seen(app.id)).toEqual([[], '2026-01-01T00:00:00.000Z']);

    // The runtime grew old; the time of a look has not come but for what was never looked at.
    now += 599_000;
    expect(await at(true).refreshOlderThan(600)).toBe(1);
    expect(await seen(app.id)).toEqual([[], '2026-01-01T00:00:00.000Z']);
    now += 2000;
    expect(await at(true).refreshOlderThan(600)).toBe(1);
    expect(await seen(app.id)).toEqual([
      ['RUNTIME_DEPRECATED'],
      '2026-01-01T00:10:01.000Z',
    ]);
    expect(await at(true).refreshOlderThan(600)).toBe(0);
    // What is as it was is said of all at once; what is to be looked at again stays so.
    now += 601_000;
    const statements: string[] = [];
    knex.on('query', ({ sql }) => statements.push(sql));
    expect(await at(true).refreshOlderThan(600)).toBe(2);
    expect(statements.filter(sql => /^update/i.test(sql))).toHaveLength(1);
    expect(await seen(app.id)).toEqual([
      ['RUNTIME_DEPRECATED'],
      new Date(now).toISOString(),
    ]);
    await answers.forget([app.id]);
    await answers.setChecked([app.id], '2099-01-01T00:00:00.000Z');
    expect((await apps.get(app.id))!.checkedAt).toBeUndefined();
    await at(true).refreshOlderThan(600);
    await expect(
      at(true).require((await apps.get(app.id))!),
    ).rejects.toMatchObject({
      status: 409,
      code: 'RUNTIME_DEPRECATED',
    });

    // And it is well again.
    now += 601_000;
    expect(await at(false).refreshOlderThan(600)).toBe(2);
    expect((await seen(app.id))[0]).toEqual([]);
  });
});
