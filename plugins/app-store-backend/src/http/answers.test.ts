/** What the API says of what is not there, not allowed, or not of the right form. */
import { behaviourIds, databases } from '../database/__testUtils__/databases';
import type { Knex } from 'knex';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';

jest.setTimeout(120_000);

describe.each(behaviourIds())('answers on %s', database => {
  let store: StoreUnderTest;
  let knex: Knex;
  beforeAll(async () => {
    knex = await databases.init(database);
    store = await StoreUnderTest.start(
      database,
      { downloads: false },
      { knex },
    );
  });
  afterAll(() => store?.stop());

  it.each([
    ['get', '/v1/nothing'],
    ['get', '/v1'],
    ['get', '/v2/apps'],
    ['get', '/nothing'],
    ['get', '/'],
    ['post', '/v1/nothing/at/all'],
    ['delete', '/v1/apps'],
    ['put', '/V1/APPS/x/y'],
    ['get', '/v1/apps/%ff'],
  ] as const)('20: %s %s is answered with a problem', async (method, path) => {
    const answer = await store.api[method](
      `${API.replace(/\/v1$/, '')}${path}`,
    ).set(as('dev'));
    expect(answer.type).toBe('application/problem+json');
    expect([400, 404, 405]).toContain(answer.status);
    expect(answer.body).toMatchObject({
      status: answer.status,
      code: expect.stringMatching(/^[A-Z_]+$/),
      detail: expect.any(String),
      owner: 'you',
      remedy: expect.any(String),
    });
  });

  const importAs = async (who: string, options: Parameters<typeof bundle>[0]) =>
    store.api
      .post(`${API}/apps?visibility=ALL_USERS`)
      .set(as(who))
      .set('content-type', 'application/zip')
      .send(await bundle(options));

  it('20: says that downloads are off, and to nobody what may not be seen', async () => {
    const { body } = await importAs('dev', { name: 'mine' });
    const download = (who: string, id = body.app.id) =>
      store.api.get(`${API}/apps/${id}/bundle`).set(as(who));
    for (const who of ['dev', 'ada'])
      expect(await download(who)).toMatchObject({
        status: 403,
        body: {
          code: 'DOWNLOADS_OFF',
          detail: 'Downloads are disabled in this store.',
          owner: 'admin',
          remedy: 'An admin can set appStore.downloads to true.',
        },
      });
    const hidden = await store.api
      .post(`${API}/apps`)
      .set(as('dev'))
      .set('content-type', 'application/zip')
      .send(await bundle({ name: 'hidden' }));
    expect(await download('uma', hidden.body.app.id)).toMatchObject({
      status: 404,
    });
  });

  it('20: refuses a parent that a secret would not have', async () => {
    const put = (name: string, query: string) =>
      store.api
        .put(`${API}/secrets/${name}?${query}`)
        .set(as('ada'))
        .send({ data: { k: 'v' } });
    for (const query of [
      'parent=app:mine',
      'visibility=PRIVATE&parent=app:mine',
      'visibility=ALL_USERS&parent=app:mine',
    ])
      expect(await put('s', query)).toMatchObject({
        status: 400,
        body: {
          code: 'BAD_SECRET',
          detail: expect.stringContaining('only an APP secret has a parent'),
          remedy: expect.stringContaining('parent'),
        },
      });
    expect(await put('s', 'visibility=APP&parent=app:mine')).toMatchObject({
      status: 201,
    });
    // The same of reading: nothing else is found instead.
    const read = await store.api
      .get(`${API}/secrets/s?parent=app:mine`)
      .set(as('ada'));
    expect(read).toMatchObject({ status: 400, body: { code: 'BAD_SECRET' } });
  });

  it('20: shows nobody a regular expression', async () => {
    const answers = [
      await store.api.get(`${API}/apps?search=%00`).set(as('dev')),
      await store.api.get(`${API}/apps?name=a%0Ab`).set(as('dev')),
      await store.api.get(`${API}/instances?name=a%07`).set(as('dev')),
      await store.api
        .put(`${API}/tags/BAD%20NAME`)
        .set(as('ada'))
        .send({ title: 'x\u0007' }),
      await store.api
        .post(`${API}/tags`)
        .set(as('ada'))
        .send({ name: 'a b', title: 'x\u202Ey', color: 'red', roles: [''] }),
      await store.api.get(`${API}/secrets/s?parent=nothing`).set(as('ada')),
    ];
    for (const { status, body } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(JSON.stringify(body)).not.toMatch(/\^|\\p|\[\^|pattern|\]\*|\]\+/);
    }
    expect(answers[0].body.detail).toContain('search');
  });

  it('10: shows what turned texts around before it was refused', async () => {
    const { body } = await importAs('dev', { name: 'turned' });
    const turn = 'Pay\u202Eslip';
    const row = await knex('apps').where({ id: body.app.id }).first();
    await knex('apps')
      .where({ id: body.app.id })
      .update({
        title: turn,
        long_description: `Fine\u200f\n${turn}`,
        manifest: JSON.stringify({
          ...JSON.parse(row.manifest),
          title: turn,
          description: turn,
          keywords: [turn],
        }),
      });
    const { body: app } = await store.api
      .get(`${API}/apps/${body.app.id}`)
      .set(as('dev'));
    const shown = 'Pay\\u202Eslip';
    expect(app).toMatchObject({
      title: shown,
      description: shown,
      keywords: [shown],
      longDescription: `Fine\u200f\n${shown}`,
    });
    const list = await store.api.get(`${API}/apps`).set(as('dev'));
    expect(list.text).not.toContain('\u202E');
  });

  it('10: refuses texts of tags that turn around', async () => {
    for (const change of [{ title: 'a\u202Eb' }, { description: 'a\u2066b' }])
      expect(
        await store.api
          .post(`${API}/tags`)
          .set(as('ada'))
          .send({
            name: 'T',
            title: 'x',
            color: '#000000',
            description: '',
            adminRoles: [],
            visitorRoles: [],
            ...change,
          }),
      ).toMatchObject({
        status: 400,
        body: {
          code: 'BAD_REQUEST',
          detail: expect.stringContaining('change the direction of text'),
        },
      });
  });
});
