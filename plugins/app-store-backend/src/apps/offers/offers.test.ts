/** Handing apps over, by an offer that the receiver accepts, and what becomes of what was started before. */
import type { Knex } from 'knex';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import {
  behaviourIds,
  databases,
} from '../../database/__testUtils__/databases';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../../__testUtils__/StoreUnderTest';

jest.setTimeout(120_000);

const NEEDS = '[[Env]]\nName = "DB"\nSecret = "db"\nSecretKey = "password"\n';
const UMA = 'user:default/uma';
const DEV = 'user:default/dev';

describe.each(behaviourIds())('an app that is handed over, on %s', id => {
  let store: StoreUnderTest;
  let knex: Knex;

  const api = (who: string) => ({
    get: (path: string) => store.api.get(`${API}${path}`).set(as(who)),
    put: (path: string, body: object) =>
      store.api.put(`${API}${path}`).set(as(who)).send(body),
    patch: (path: string, body: object) =>
      store.api.patch(`${API}${path}`).set(as(who)).send(body),
    post: (path: string, body: object = {}) =>
      store.api.post(`${API}${path}`).set(as(who)).send(body),
    delete: (path: string) => store.api.delete(`${API}${path}`).set(as(who)),
  });

  beforeAll(async () => {
    knex = await databases.init(id);
    store = await StoreUnderTest.start(
      id,
      {
        limits: { instances: 10, appVersions: 4 },
        allowedCustomImages: ['runtime:.*'],
        runtimes: [
          {
            name: 'node',
            mode: 'node',
            image: 'runtime:1',
            command: ['node', '{{module}}'],
          },
          { name: 'container', mode: 'container' },
        ],
      },
      { knex },
    );
    for (const who of ['dev', 'uma'])
      await api(who)
        .put('/secrets/db', { data: { password: `of ${who}` } })
        .expect(201);
  });
  afterAll(() => store?.stop());
  afterEach(async () => {
    for (const { id: instance } of (
      await store.get('/instances?scope=all&limit=200', 'ada')
    ).items)
      await api('ada').delete(`/instances/${instance}?purge=true`);
    for (;;) {
      const { items } = await store.get('/apps?scope=all&limit=200', 'ada');
      if (!items.length) break;
      for (const app of items) await api('ada').delete(`/apps/${app.id}`);
      await new Promise(done => setTimeout(done, 50));
    }
  });

  const add = async (
    who: string,
    name: string,
    options: object = {},
    visibility?: string,
  ): Promise<{ id: string }> => {
    const { status, body } = await store.importApp(
      who,
      await bundle({ name, ...options }),
      visibility,
    );
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.app;
  };
  const offer = (
    app: { id: string },
    owner: string,
    who = 'dev',
    more: object = {},
  ) => api(who).put(`/apps/${app.id}/offer`, { owner, ...more });
  const offers = async (who: string, scope = 'received') =>
    (await store.get(`/offers?scope=${scope}`, who)).items;
  const accept = async (who: string, name: string) => {
    const found = (await offers(who)).find(
      (each: { name: string }) => each.name === name,
    );
    return api(who).post(`/offers/${found?.id}/accept`);
  };
  const ownerOf = async (app: { id: string }) =>
    (await store.get(`/apps/${app.id}`, 'ada')).owner;
  const audit = async (action: string, app: { id: string }) =>
    (await store.get(`/audit?action=${action}&resourceId=${app.id}`, 'ada'))
      .items;

  it('5: stays its owner’s until the receiver accepts it', async () => {
    const app = await add('dev', 'gift', { tail: NEEDS });
    const { body: after } = await offer(app, 'User:Default/Uma').expect(200);
    // Nothing has changed but that it is offered.
    expect(after).toMatchObject({
      owner: DEV,
      visibility: 'ALL_USERS',
      can: { transfer: true, update: true },
      offer: { to: UMA, offeredBy: DEV, allVersions: false },
    });
    const days =
      (Date.parse(after.offer.expiresAt) - Date.parse(after.offer.createdAt)) /
      (24 * 3600 * 1000);
    expect(days).toBe(30);
    await api('uma')
      .patch(`/apps/${app.id}`, { visibility: 'PRIVATE' })
      .expect(403);
    // The receiver sees what they would own, and what of theirs it would use.
    expect(await offers('uma')).toEqual([
      expect.objectContaining({
        name: 'gift',
        from: DEV,
        to: UMA,
        apps: [{ id: app.id, version: '1.0.0', title: 'Title of gift' }],
        secrets: ['db'],
        can: { answer: true, withdraw: false },
      }),
    ]);
    expect(await offers('dev', 'made')).toMatchObject([
      { name: 'gift', can: { answer: false, withdraw: true } },
    ]);
    expect(await offers('ada', 'all')).toMatchObject([
      { name: 'gift', can: { answer: false, withdraw: true } },
    ]);
    // Of an offer, only who made it and who got it know.
    expect(await offers('dev')).toEqual([]);
    expect(await offers('val')).toEqual([]);
    await api('uma').get('/offers?scope=all').expect(403);
    expect((await store.get(`/apps/${app.id}`, 'uma')).offer).toBeUndefined();
    const [{ id: offerId }] = await offers('uma');
    for (const who of ['dev', 'val', 'vic', 'ada'])
      for (const answer of ['accept', 'decline'])
        await api(who).post(`/offers/${offerId}/${answer}`).expect(404);
    expect(await ownerOf(app)).toBe(DEV);

    const { body: taken } = await await accept('uma', 'gift');
    // What names secrets stands on its new owner's from then on.
    expect(taken.items).toMatchObject([
      { id: app.id, owner: UMA, visibility: 'PRIVATE', can: { update: true } },
    ]);
    expect(taken.items[0].offer).toBeUndefined();
    await api('dev').get(`/apps/${app.id}`).expect(404);
    await api('dev').post(`/apps/${app.id}/instances`).expect(404);
    await api('uma').post(`/offers/${offerId}/accept`).expect(404);
    expect(await audit('app:offer', app)).toMatchObject([
      { result: 'done', actor: DEV, detail: { to: UMA, from: DEV } },
    ]);
    expect(await audit('app:accept_offer', app)).toMatchObject([
      { result: 'done', actor: UMA, detail: { from: DEV, to: UMA } },
    ]);
  });

  it('5: is offered to nobody who cannot own it', async () => {
    const app = await add('dev', 'refused');
    for (const [owner, code] of [
      ['vic', 'NO_SUCH_OWNER'],
      ['nobody', 'NO_SUCH_OWNER'],
      ['dev', 'OWNER_ALREADY'],
      ['group:default/users', 'BAD_PERSON'],
      ['a:b:c', 'BAD_PERSON'],
      ['/', 'BAD_PERSON'],
    ])
      expect((await offer(app, owner).expect(400)).body.code).toBe(code);
    await offer(app, 'dev', 'uma').expect(403);
    expect(await offers('ada', 'all')).toEqual([]);
  });

  it('5: can be declined, withdrawn, and offered to somebody else instead; lapses, and goes with the app', async () => {
    const app = await add('dev', 'restless', {}, 'PRIVATE');
    await offer(app, 'uma').expect(200);
    const [first] = await offers('uma');
    await api('uma').post(`/offers/${first.id}/decline`).expect(204);
    await api('uma').post(`/offers/${first.id}/accept`).expect(404);
    expect((await store.get(`/apps/${app.id}`, 'dev')).offer).toBeUndefined();
    expect(await audit('app:decline_offer', app)).toMatchObject([
      { actor: UMA },
    ]);

    await offer(app, 'uma').expect(200);
    const [second] = await offers('uma');
    await api('uma').delete(`/apps/${app.id}/offer`).expect(404);
    await api('dev').delete(`/apps/${app.id}/offer`).expect(204);
    await api('dev').delete(`/apps/${app.id}/offer`).expect(404);
    await api('uma').post(`/offers/${second.id}/accept`).expect(404);
    expect(await audit('app:withdraw_offer', app)).toMatchObject([
      { actor: DEV, result: 'refused' },
      { actor: DEV, detail: { to: UMA } },
      { actor: UMA, result: 'refused' },
    ]);

    await offer(app, 'uma').expect(200);
    const [third] = await offers('uma');
    await offer(app, 'ada').expect(200);
    expect(await offers('uma')).toEqual([]);
    await api('uma').post(`/offers/${third.id}/accept`).expect(404);
    expect(await offers('ada')).toHaveLength(1);

    await offer(app, 'uma').expect(200);
    const [late] = await offers('uma');
    await knex('app_offers').update({ expires_at: new Date().toISOString() });
    expect(await offers('uma')).toEqual([]);
    await api('uma').post(`/offers/${late.id}/accept`).expect(404);
    await api('dev').delete(`/apps/${app.id}/offer`).expect(404);
    expect((await store.get(`/apps/${app.id}`, 'dev')).offer).toBeUndefined();

    await offer(app, 'uma').expect(200);
    await api('dev').delete(`/apps/${app.id}`).expect(204);
    expect(await offers('uma')).toEqual([]);
    expect(await knex('app_offers')).toEqual([]);
  });

  it('5: does not lift the limit of its receiver, who can make room', async () => {
    const own = [];
    for (const name of ['u1', 'u2', 'u3', 'u4'])
      own.push(await add('uma', name));
    const app = await add('dev', 'surplus');
    // What somebody owns is no matter of the giver's.
    await offer(app, 'uma').expect(200);
    const refused = await accept('uma', 'surplus');
    expect(refused.body).toMatchObject({
      status: 409,
      code: 'APP_VERSION_LIMIT',
      owner: 'you',
    });
    expect(await ownerOf(app)).toBe(DEV);
    await api('uma').delete(`/apps/${own[0].id}`).expect(204);
    expect((await accept('uma', 'surplus')).status).toBe(200);
    expect(await ownerOf(app)).toBe(UMA);
  });

  it('5: comes with the versions that were offered, and its name', async () => {
    const one = await add('dev', 'series', { version: '1.0.0' });
    const two = await add('dev', 'series', { version: '2.0.0' });
    await offer(one, 'uma', 'dev', { allVersions: true }).expect(200);
    // Nobody accepts what came after the offer.
    const three = await add('dev', 'series', { version: '3.0.0' });
    const [made] = await offers('uma');
    expect(made.apps.map((app: { version: string }) => app.version)).toEqual([
      '2.0.0',
      '1.0.0',
    ]);
    expect((await accept('uma', 'series')).body.items).toHaveLength(2);
    expect(await Promise.all([one, two, three].map(ownerOf))).toEqual([
      UMA,
      UMA,
      DEV,
    ]);
    await add('uma', 'series', { version: '4.0.0' });
    expect(
      (
        await store.importApp(
          'dev',
          await bundle({ name: 'series', version: '5.0.0' }),
        )
      ).body.code,
    ).toBe('NAME_TAKEN');
  });

  it('5: needs the receiver’s word also where an admin hands it over, who takes it themselves at once', async () => {
    const app = await add('dev', 'governed', {}, 'PRIVATE');
    await offer(app, 'uma', 'ada').expect(200);
    expect(await ownerOf(app)).toBe(DEV);
    expect((await store.get(`/apps/${app.id}`, 'dev')).offer).toMatchObject({
      to: UMA,
      offeredBy: 'user:default/ada',
    });
    // Whose app it is has the last word until then.
    await api('dev').delete(`/apps/${app.id}/offer`).expect(204);
    const { body } = await offer(app, 'ada', 'ada').expect(200);
    expect(body).toMatchObject({ owner: 'user:default/ada' });
    expect(body.offer).toBeUndefined();
  });

  it('5: is accepted once, however often at once', async () => {
    await add('dev', 'raced');
    const app = (await store.get('/apps?name=raced', 'dev')).items[0];
    await offer(app, 'uma').expect(200);
    const [{ id: offerId }] = await offers('uma');
    const answers = await Promise.all([
      api('uma').post(`/offers/${offerId}/accept`),
      api('uma').post(`/offers/${offerId}/accept`),
      api('uma').post(`/offers/${offerId}/decline`),
    ]);
    const done = answers.filter(({ status }) => status < 300);
    expect(done).toHaveLength(1);
    expect(await ownerOf(app)).toBe(done[0].body.items ? UMA : DEV);
  });

  /** The values of secrets that an instance is started with. */
  const secretsOf = async (instance: string): Promise<string[]> => {
    const list = (await store.kube(
      '/apis/apps/v1/namespaces/app-store/deployments',
    )) as { items: object[] };
    const workload = list.items.find(item =>
      JSON.stringify(item).includes(instance),
    );
    const names = [
      ...JSON.stringify(workload).matchAll(
        /"secretKeyRef":\{[^}]*"name":"([^"]+)"/g,
      ),
    ].map(([, name]) => name);
    return Promise.all(
      names.map(async name => {
        const secret = (await store.kube(
          `/api/v1/namespaces/app-store/secrets/${name}`,
        )) as { data: { password: string } };
        return Buffer.from(secret.data.password, 'base64').toString();
      }),
    );
  };
  const deployed = async (instance: string) => {
    for (;;) {
      const { status, restartCount } = await store.get(
        `/instances/${instance}`,
        'ada',
      );
      if (status === 'DEPLOYED') return restartCount;
      await new Promise(done => setTimeout(done, 50));
    }
  };

  it('5: never gives its new owner’s secrets to what was started before', async () => {
    const app = await add('dev', 'redone', { tail: NEEDS });
    const run = async (who: string) =>
      (await api(who).post(`/apps/${app.id}/instances`).expect(201)).body
        .id as string;
    const before = await run('dev');
    await deployed(before);
    expect(await secretsOf(before)).toEqual(['of dev']);
    const redeploy = () => api('ada').post(`/instances/${before}/redeploy`);

    await offer(app, 'uma').expect(200);
    await redeploy().expect(200);
    await deployed(before);
    expect(await secretsOf(before)).toEqual(['of dev']);
    await await accept('uma', 'redone');
    // It is PRIVATE by now: its former owner could not start it.
    expect((await redeploy()).body).toMatchObject({
      status: 409,
      code: 'OWNER_MAY_NOT_RUN',
      owner: 'admin',
    });
    expect(await secretsOf(before)).toEqual(['of dev']);
    await api('uma')
      .patch(`/apps/${app.id}`, { visibility: 'ALL_USERS' })
      .expect(200);
    await redeploy().expect(200);
    await deployed(before);
    expect(await secretsOf(before)).toEqual(['of dev']);
    const own = await run('uma');
    await deployed(own);
    expect(await secretsOf(own)).toEqual(['of uma']);
    // Whose secrets are gone has none, whatever the new owner has.
    await api('dev').delete('/secrets/db').expect(204);
    expect((await redeploy()).body).toMatchObject({
      status: 409,
      code: 'SECRET_MISSING',
    });
    await api('dev').put('/secrets/db', { data: { password: 'of dev' } });
  });

  /** An app in a container, of dev. */
  const boxed = async (): Promise<{ id: string }> => {
    const zip = new ZipFile();
    zip.addBuffer(
      Buffer.from(
        `[App]\nName = "boxed"\nVersion = "1.0.0"\n[Runtime]\nAppMode = "container"\nCustomImage = "runtime:1"\nPort = 80\n${NEEDS}`,
      ),
      'app.toml',
    );
    zip.end();
    const imported = await store.importApp(
      'dev',
      await buffer(zip.outputStream as Readable),
    );
    if (imported.status !== 201) throw new Error(JSON.stringify(imported.body));
    return imported.body.app;
  };

  it('5: is no longer offered once it would run something else', async () => {
    const app = await boxed();
    await offer(app, 'uma').expect(200);
    const [offered] = await offers('uma');
    // What it runs stays: so does the offer.
    await api('dev')
      .patch(`/apps/${app.id}`, { visibility: 'ALL_USERS' })
      .expect(200);
    expect(await offers('uma')).toHaveLength(1);
    await api('dev')
      .patch(`/apps/${app.id}`, { customImage: 'runtime:evil' })
      .expect(200);
    expect(await offers('uma')).toEqual([]);
    await api('uma').post(`/offers/${offered.id}/accept`).expect(404);
    expect(await ownerOf(app)).toBe(DEV);
  });

  it('5: never gives the secrets of a former owner to an image of the new one', async () => {
    const app = await boxed();
    const { body: instance } = await api('dev')
      .post(`/apps/${app.id}/instances`)
      .expect(201);
    const redeploy = () =>
      api('ada').post(`/instances/${instance.id}/redeploy`);
    await redeploy().expect(200);
    await offer(app, 'uma').expect(200);
    await accept('uma', 'boxed');
    await api('uma')
      .patch(`/apps/${app.id}`, {
        visibility: 'ALL_USERS',
        customImage: 'runtime:evil',
      })
      .expect(200);
    expect((await redeploy()).body).toMatchObject({
      status: 409,
      code: 'APP_CHANGED_HANDS',
    });
    await api('uma').patch(`/apps/${app.id}`, { customImage: null });
    await redeploy().expect(200);
  });
});
