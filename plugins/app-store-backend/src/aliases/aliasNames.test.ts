/** The name of a deleted alias rests, through the whole store. */
import { readStoreConfig } from '../config/StoreConfig';
import { AliasRepository } from './AliasRepository';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { Policy } from '../policy';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';
import type { Knex } from 'knex';
import { ConfigReader } from '@backstage/config';

jest.setTimeout(120_000);

describe.each(databaseIds())('names of aliases on %s', id => {
  let knex: Knex;
  let store: StoreUnderTest;

  beforeAll(async () => {
    knex = await migrated(id);
    store = await StoreUnderTest.start(id, {}, { knex });
  });
  afterAll(() => store?.stop());

  const post = (who: string, path: string, body: object = {}) =>
    store.api.post(`${API}${path}`).set(as(who)).send(body);
  const drop = (who: string, name: string) =>
    store.api.delete(`${API}/aliases/${name}`).set(as(who)).expect(204);
  const history = async (who: string, name: string) =>
    (await store.api.get(`${API}/aliases/${name}/history`).set(as(who))).body
      .items;
  /** Everything that was deleted was so this much earlier. */
  const ago = async (hours: number) =>
    knex('alias_history')
      .where({ action: 'deleted' })
      .update({ at: new Date(Date.now() - hours * 3_600_000).toISOString() });

  it('4: rest for seven days, unless the last owner takes them again', async () => {
    await post('dev', '/aliases', { name: 'seven' }).expect(201);
    await drop('dev', 'seven');
    const refused = await post('uma', '/aliases', { name: 'seven' }).expect(
      409,
    );
    expect(refused.body).toMatchObject({
      code: 'ALIAS_NAME_RESTS',
      owner: 'you',
      detail: expect.stringMatching(
        /^The alias seven was deleted a short time ago\. Until \d{4}-.*Z only its former owner can use the name again/,
      ),
      remedy:
        'Choose another name, or ask an admin to release this one (app-store admin alias free seven).',
    });
    expect(refused.text).not.toContain('dev');
    await post('dev', '/aliases', { name: 'seven' }).expect(201);
    // Taken is taken, whatever was before.
    expect(
      (await post('uma', '/aliases', { name: 'seven' }).expect(409)).body.code,
    ).toBe('ALIAS_EXISTS');
    await drop('dev', 'seven');
    await ago(7 * 24 - 1);
    await post('uma', '/aliases', { name: 'seven' }).expect(409);
    await ago(7 * 24 + 1);
    await post('uma', '/aliases', { name: 'seven' }).expect(201);
    // Who had it last is who has it again.
    await drop('uma', 'seven');
    await post('dev', '/aliases', { name: 'seven' }).expect(409);
    await post('uma', '/aliases', { name: 'seven' }).expect(201);
  });

  it('4: an admin who deletes it does not become its last owner', async () => {
    await post('dev', '/aliases', { name: 'swept' }).expect(201);
    await drop('ada', 'swept');
    await post('ada', '/aliases', { name: 'swept' }).expect(409);
    await post('dev', '/aliases', { name: 'swept' }).expect(201);
  });

  it('4: admins free them, which the history and the audit say', async () => {
    await post('dev', '/aliases', { name: 'lifted' }).expect(201);
    for (const who of ['ada', 'dev'])
      expect((await post(who, '/aliases/lifted/free')).status).toBe(
        who === 'ada' ? 409 : 403,
      );
    await drop('dev', 'lifted');
    const [deleted] = await history('ada', 'lifted');
    expect(Date.parse(deleted.restsUntil) - Date.parse(deleted.at)).toBe(
      7 * 24 * 3_600_000,
    );
    await post('dev', '/aliases/lifted/free').expect(403);
    await post('ada', '/aliases/lifted/free').expect(204);
    expect(
      (await history('ada', 'lifted')).map(
        (item: { action: string; by: string; restsUntil?: string }) => [
          item.action,
          item.by,
          item.restsUntil,
        ],
      ),
    ).toEqual([
      ['freed', 'user:default/ada', undefined],
      ['deleted', 'user:default/dev', undefined],
      ['created', 'user:default/dev', undefined],
    ]);
    expect(
      (
        await store.api
          .get(`${API}/audit?action=alias:free&result=done`)
          .set(as('ada'))
      ).body.items,
    ).toMatchObject([{ actor: 'user:default/ada', resourceName: 'lifted' }]);
    expect(
      (await post('ada', '/aliases/lifted/free').expect(409)).body.code,
    ).toBe('ALIAS_NAME_FREE');
    await post('uma', '/aliases', { name: 'lifted' }).expect(201);
  });

  it('4: nobody slips in while one is deleted', async () => {
    for (let i = 0; i < 15; i++) {
      await post('dev', '/aliases', { name: `race-${i}` }).expect(201);
      const answers = await Promise.all([
        post('uma', '/aliases', { name: `race-${i}` }),
        drop('dev', `race-${i}`),
        post('uma', '/aliases', { name: `race-${i}` }),
      ]);
      expect([answers[0].status, answers[2].status]).toEqual([409, 409]);
    }
  });

  it('4: the gateway is told which names led to another instance', async () => {
    const { body: imported } = await store.importApp(
      'dev',
      await bundle({ name: 'led' }),
    );
    const run = async () =>
      (await post('dev', `/apps/${imported.app.id}/instances`)).body.id;
    const [one, two] = [await run(), await run()];
    const aliases = new AliasRepository(
      knex,
      Policy.create({
        settings: { publicMode: false, downloads: true },
        policies: () => [],
      }),
    );
    const moved = async () => (await aliases.routes(['led']))[0]?.moved;
    const lead = (instanceId: string) =>
      store.api
        .put(`${API}/aliases/led/assignment`)
        .set(as('dev'))
        .send({ instanceId })
        .expect(200);
    await post('dev', '/aliases', { name: 'led' }).expect(201);
    expect(await moved()).toBe(false);
    await lead(one);
    expect(await moved()).toBe(false);
    await drop('dev', 'led');
    await post('dev', '/aliases', { name: 'led', instanceId: one });
    expect(await moved()).toBe(false);
    await lead(two);
    expect(await moved()).toBe(true);
    // Also where it was an alias that is no more.
    await drop('dev', 'led');
    await post('dev', '/aliases', { name: 'led', instanceId: two });
    expect(await moved()).toBe(true);
    expect(
      (await aliases.routes()).find(({ name }) => name === 'led')?.moved,
    ).toBe(true);
  });
});

describe('appStore.aliases.nameRest', () => {
  const read = (aliases?: object) =>
    readStoreConfig(
      new ConfigReader({
        backend: { baseUrl: 'http://localhost:7007' },
        appStore: {
          gateway: { baseUrl: 'http://apps.localhost:7008' },
          bundles: { directory: '/tmp' },
          ...(aliases ? { aliases } : {}),
        },
      }),
    ).aliasRestSeconds;
  it('is seven days unless it is said', () => {
    expect(read()).toBe(7 * 24 * 3600);
    expect(read({ nameRest: '1h' })).toBe(3600);
    expect(read({ nameRest: '0s' })).toBe(0);
    expect(() => read({ nameRest: 'soon' })).toThrow('aliases.nameRest');
  });
});
