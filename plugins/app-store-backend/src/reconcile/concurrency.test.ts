/**
 * Many at once, at two backends with one PostgreSQL: what the rules allow once happens
 * once, and nothing is lost or doubled.
 */
import makeKnex, { type Knex } from 'knex';
import { until } from '../__testUtils__/until';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseIds, databases } from '../database/__testUtils__/databases';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';

jest.setTimeout(120_000);

const AT_ONCE = 50;

describe('two backends with one PostgreSQL', () => {
  databaseIds();
  const shared = mkdtempSync(join(tmpdir(), 'shared-'));
  const stores: StoreUnderTest[] = [];
  const pools: Knex[] = [];
  beforeAll(async () => {
    const knex = await databases.init('POSTGRES_17');
    for (const _ of ['one', 'two']) {
      const own = makeKnex({ ...knex.client.config });
      pools.push(own);
      stores.push(
        await StoreUnderTest.start(
          'POSTGRES_17',
          {
            bundles: { directory: shared, shared: true },
            limits: { instances: 10, appVersions: 100 },
          },
          { knex: own, beside: stores[0] },
        ),
      );
    }
  });
  afterAll(async () => {
    for (const store of stores.reverse()) await store.stop();
    await Promise.all(pools.map(pool => pool.destroy()));
    rmSync(shared, { recursive: true, force: true });
  });

  /** A store, one after the other. */
  const at = (n: number) => stores[n % stores.length].api;
  const importApp = async (name: string, options: object = {}) => {
    const answer = await stores[0].importApp(
      'dev',
      await bundle({ name, ...options }),
    );
    expect(answer.body).toMatchObject({ app: { name } });
    return answer.body.app.id as string;
  };
  const count = (answers: Array<{ status: number }>) => {
    const counts: Record<number, number> = {};
    for (const { status } of answers)
      counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };
  const endAll = async (who: string) => {
    for (const { id } of (await stores[0].get('/instances?limit=200', who))
      .items)
      await at(0).delete(`${API}/instances/${id}?purge=true`).set(as(who));
    await until(
      async () =>
        !(
          await stores[0].get('/instances?limit=200', who)
        ).items.length,
      'all ended',
    );
  };

  it('admit exactly as many of 50 runs as the limit of 10 allows', async () => {
    const appId = await importApp('limited');
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) =>
        at(n).post(`${API}/apps/${appId}/instances`).set(as('uma')),
      ),
    );
    expect(count(answers)).toEqual({ 201: 10, 409: 40 });
    expect((await stores[1].get('/me', 'uma')).usedSlots).toBe(10);
    expect(
      (await stores[1].get('/instances?limit=200', 'uma')).items,
    ).toHaveLength(10);
    // Two that race for the last free place: one gets it.
    const [{ id }] = (await stores[0].get('/instances', 'uma')).items;
    await at(0).post(`${API}/instances/${id}/suspend`).set(as('uma'));
    const race = await Promise.all([
      at(0).post(`${API}/instances/${id}/resume`).set(as('uma')),
      at(1).post(`${API}/apps/${appId}/instances`).set(as('uma')),
    ]);
    expect(race.filter(answer => answer.status === 409)).toHaveLength(1);
    await endAll('uma');
  });

  it('leave exactly one primary alias of 50 that are promoted', async () => {
    const appId = await importApp('promoted');
    const { body: instance } = await at(0)
      .post(`${API}/apps/${appId}/instances`)
      .set(as('uma'));
    const names = Array.from({ length: AT_ONCE }, (_, n) => `alias-${n}`);
    for (const name of names)
      await at(0)
        .post(`${API}/aliases`)
        .set(as('uma'))
        .send({ name, instanceId: instance.id })
        .expect(201);
    const answers = await Promise.all(
      names.map((name, n) =>
        at(n).post(`${API}/aliases/${name}/promote`).set(as('uma')),
      ),
    );
    // Each is done, or refused because another one changed it meanwhile.
    for (const { status } of answers) expect([200, 412]).toContain(status);
    const { items } = await stores[1].get(
      `/aliases?instanceId=${instance.id}&limit=200`,
      'uma',
    );
    const primary = items.filter(
      (alias: { primary: boolean }) => alias.primary,
    );
    expect(primary).toHaveLength(1);
    expect(
      (await stores[0].get(`/instances/${instance.id}`, 'uma')).primaryAlias,
    ).toBe(primary[0].name);
    // Every promotion but the last was undone by the next one, each with its line in the history.
    const lines: Array<{ action: string }> = await pools[0]('alias_history')
      .whereIn('action', ['promoted', 'demoted'])
      .select('action');
    const n = (action: string) =>
      lines.filter(line => line.action === action).length;
    expect(n('promoted')).toBe(
      answers.filter(answer => answer.status === 200).length,
    );
    expect(n('promoted') - n('demoted')).toBe(1);
    await endAll('uma');
  });

  it('run an app or delete it, never both', async () => {
    for (let round = 0; round < 10; round++) {
      const appId = await importApp('fleeting', { version: `1.0.${round}` });
      const [run, gone] = await Promise.all([
        at(round).post(`${API}/apps/${appId}/instances`).set(as('uma')),
        sleep(round % 4).then(() =>
          at(round + 1)
            .delete(`${API}/apps/${appId}`)
            .set(as('dev')),
        ),
      ]);
      expect([
        [201, 409],
        [404, 204],
      ]).toContainEqual([run.status, gone.status]);
    }
    await endAll('uma');
  });

  it('import an app that needs a secret or delete the secret, never both', async () => {
    for (let round = 0; round < 10; round++) {
      await at(0)
        .put(`${API}/secrets/contested`)
        .set(as('dev'))
        .send({ data: { k: 'v' } });
      const data = await bundle({
        name: 'contender',
        version: `1.0.${round}`,
        tail: '[[Env]]\nName = "A"\nSecret = "contested"\nSecretKey = "k"\n',
      });
      const [imported, gone] = await Promise.all([
        stores[0].importApp('dev', data),
        sleep(round * 3).then(() =>
          at(1).delete(`${API}/secrets/contested`).set(as('dev')),
        ),
      ]);
      expect([
        [201, 409, undefined],
        [400, 204, 'SECRET_MISSING'],
      ]).toContainEqual([imported.status, gone.status, imported.body.code]);
      if (imported.status === 201)
        await at(0)
          .delete(`${API}/apps/${imported.body.app.id}`)
          .set(as('dev'))
          .expect(204);
    }
  });

  it('do a request with an Idempotency-Key once, whoever is asked', async () => {
    const appId = await importApp('repeated');
    const run = (n: number, body: object = {}) =>
      at(n)
        .post(`${API}/apps/${appId}/instances`)
        .set(as('uma'))
        .set('idempotency-key', 'one-and-only')
        .send(body);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => run(n)),
    );
    const again = await run(1);
    expect(again.status).toBe(201);
    for (const { body } of answers)
      expect([again.body.id, 'IDEMPOTENCY_IN_PROGRESS']).toContain(
        body.id ?? body.code,
      );
    expect((await stores[0].get('/instances', 'uma')).items).toHaveLength(1);
    expect(await run(0, { visibility: 'PUBLIC' })).toMatchObject({
      status: 422,
      body: expect.objectContaining({ code: 'IDEMPOTENCY_KEY_REUSED' }),
    });
    // The key of one person is not that of another.
    const other = await at(0)
      .post(`${API}/apps/${appId}/instances`)
      .set(as('dev'))
      .set('idempotency-key', 'one-and-only');
    expect(other.status).toBe(201);
    expect(other.body.id).not.toBe(again.body.id);
    await endAll('uma');
    await endAll('dev');

    const data = await bundle({ name: 'uploaded-twice' });
    const send = (body: Buffer) =>
      at(0)
        .post(`${API}/apps`)
        .set(as('dev'))
        .set('content-type', 'application/zip')
        .set('idempotency-key', 'upload')
        .send(body);
    const first = await send(data);
    const second = await send(data);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.app.id).toBe(first.body.app.id);
    expect((await send(await bundle({ name: 'another' }))).body.code).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    );
    // A refusal is not kept: what was mended may be sent again.
    const refused = await at(0)
      .post(`${API}/apps`)
      .set(as('dev'))
      .set('content-type', 'application/zip')
      .set('idempotency-key', 'mended')
      .send(Buffer.from('no zip'));
    expect(refused.status).toBe(400);
    const mended = await at(0)
      .post(`${API}/apps`)
      .set(as('dev'))
      .set('content-type', 'application/zip')
      .set('idempotency-key', 'mended')
      .send(await bundle({ name: 'mended' }));
    expect(mended.status).toBe(201);
  });

  it('take one of many changes that are made from the same', async () => {
    const appId = await importApp('edited');
    const { headers } = await at(0).get(`${API}/apps/${appId}`).set(as('dev'));
    expect(headers.etag).toBe('"1"');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        at(n)
          .patch(`${API}/apps/${appId}`)
          .set(as('dev'))
          .set('if-match', headers.etag)
          .send({ visibility: n % 2 ? 'PUBLIC' : 'PRIVATE' }),
      ),
    );
    expect(count(answers)).toEqual({ 200: 1, 412: 19 });
    const { body: tag } = await at(0).get(`${API}/tags/GUARDED`).set(as('ada'));
    const tags = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        at(n)
          .patch(`${API}/tags/GUARDED`)
          .set(as('ada'))
          .set('if-match', `"${tag.revision}"`)
          .send({ title: `Title ${n}` }),
      ),
    );
    expect(count(tags)).toEqual({ 200: 1, 412: 19 });
  });

  it('keep a secret, its keys and its value together, whoever writes', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        at(n)
          .put(`${API}/secrets/raced`)
          .set(as('uma'))
          .send({ data: { [`key-${n}`]: `value-${n}` } }),
      ),
    );
    for (const { status } of answers) expect([200, 201]).toContain(status);
    const secret = await stores[1].get('/secrets/raced', 'uma');
    const { body } = await at(1)
      .post(`${API}/secrets/raced/values`)
      .set(as('uma'));
    expect(Object.keys(body.data)).toEqual(secret.keys);
    expect(answers.filter(answer => answer.status === 201).length).toBe(1);
    const makers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        at(n)
          .put(`${API}/secrets/made-once`)
          .set(as('uma'))
          .set('if-none-match', '*')
          .send({ data: { k: `value-${n}` } }),
      ),
    );
    expect(count(makers)).toEqual({ 201: 1, 412: 11 });
  });
});
