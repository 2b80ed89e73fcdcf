/** Aliases that are host names outside the apps' domain, through the whole store. */
import type { Knex } from 'knex';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';

jest.setTimeout(120_000);

const HOST = 'dash.example.org';

describe.each(databaseIds())('15: host names of aliases on %s', id => {
  let knex: Knex;
  let store: StoreUnderTest;
  const start = async (hosts: string[]) => {
    store = await StoreUnderTest.start(
      id,
      { aliases: { hosts, reserved: ['www.tools.example.org'] } },
      { knex },
    );
  };

  beforeAll(async () => {
    knex = await migrated(id);
    await start([HOST, '*.tools.example.org']);
  });
  afterAll(() => store?.stop());

  const post = (who: string, path: string, body: object = {}) =>
    store.api.post(`${API}${path}`).set(as(who)).send(body);
  const get = async (path: string) =>
    (await store.api.get(`${API}${path}`).set(as('dev'))).body;

  it('15: are addresses as they stand, and may be primary', async () => {
    expect((await get('/store')).aliasHosts).toEqual([
      HOST,
      '*.tools.example.org',
    ]);
    const { body: imported } = await store.importApp(
      'dev',
      await bundle({ name: 'app' }),
    );
    const { id: instanceId } = (
      await post('dev', `/apps/${imported.app.id}/instances`).expect(201)
    ).body;
    const { body } = await post('dev', '/aliases', {
      name: HOST,
      instanceId,
      primary: true,
    }).expect(201);
    expect(body).toMatchObject({ name: HOST, primary: true });
    expect(new URL(body.url).hostname).toBe(HOST);
    expect(new URL(body.url).port).toBe(
      new URL((await get('/store')).appsUrl).port,
    );
    expect((await get(`/instances/${instanceId}`)).url).toBe(body.url);
    expect(await get(`/aliases/${HOST}`)).toEqual(body);
    expect((await get(`/aliases?search=example.org`)).items).toHaveLength(1);
    expect((await get(`/aliases/${HOST}/history`)).items).toHaveLength(1);

    const told = async () =>
      Number(
        (
          await knex('changes')
            .where({ kind: 'alias', key: HOST })
            .count({ n: '*' })
        )[0].n,
      );
    const before = await told();
    // An admin no longer lists it: its instance has its own address again, and the alias is kept.
    await store.stop();
    await start([]);
    expect((await get(`/instances/${instanceId}`)).url).toContain(instanceId);
    expect(await get(`/aliases/${HOST}`)).toMatchObject({
      instanceId,
      served: false,
    });
    // A gateway that goes on where it was hears of it.
    expect(await told()).toBe(before + 1);
    await store.stop();
    await start([HOST, '*.tools.example.org']);
    expect((await get(`/instances/${instanceId}`)).url).toBe(body.url);
    expect(await told()).toBe(before + 2);
  });

  it.each([
    ['other.example.org', 'ALIAS_HOST_NOT_LISTED'],
    ['tools.example.org', 'ALIAS_HOST_NOT_LISTED'],
    ['a.b.tools.example.org', 'ALIAS_HOST_NOT_LISTED'],
    ['xn--pp-7ka.tools.example.org', 'ALIAS_HOST_NOT_LISTED'],
    ['www.tools.example.org', 'BAD_ALIAS'],
    ['login.tools.example.org', 'BAD_ALIAS'],
    ['wpad.tools.example.org', 'BAD_ALIAS'],
    ['*.tools.example.org', 'BAD_ALIAS'],
    ['-.tools.example.org', 'BAD_ALIAS'],
    ['10.0.0.1', 'BAD_ALIAS'],
    [`${'a.'.repeat(125)}org`, 'BAD_ALIAS'],
  ])('15: %s is refused: %s', async (name, code) => {
    const { body } = await post('uma', '/aliases', { name }).expect(400);
    expect(body.code).toBe(code);
  });

  it('15: are as long as host names may be, and rest as others do', async () => {
    const name = `${'a'.repeat(63)}.tools.example.org`;
    await post('dev', '/aliases', { name }).expect(201);
    expect(
      (await post('uma', '/aliases', { name }).expect(409)).body.code,
    ).toBe('ALIAS_EXISTS');
    await store.api.delete(`${API}/aliases/${name}`).set(as('dev')).expect(204);
    expect(
      (await post('uma', '/aliases', { name }).expect(409)).body.code,
    ).toBe('ALIAS_NAME_RESTS');
  });
});
