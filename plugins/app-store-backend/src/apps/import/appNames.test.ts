/** Names of apps: whose they are, and what an importer is told of those that are taken, through the whole store. */
import { databaseIds } from '../../database/__testUtils__/databases';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../../__testUtils__/StoreUnderTest';

jest.setTimeout(60_000);

describe.each(databaseIds())('owned names on %s', id => {
  const taken = { status: 409, code: 'NAME_TAKEN', owner: 'you' };
  const done = { status: 201 };
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await StoreUnderTest.start(id);
  });
  afterAll(() => store?.stop());

  const add = async (who: string, name: string, version: string) => {
    const { status, body } = await store.importApp(
      who,
      await bundle({ name, version }),
    );
    return { status, ...body };
  };
  it('take versions of their owner alone, whom they are handed over to, and whoever comes first', async () => {
    const first = await add('dev', 'mine', '1.0.0');
    expect(await add('uma', 'mine', '2.0.0')).toMatchObject(taken);
    // An admin governs names, too.
    expect(await add('ada', 'mine', '9.0.0')).toMatchObject(done);
    const second = await add('dev', 'mine', '2.0.0');
    // One version is one version; the name goes with all of them.
    const give = async (who: string, app: { id: string }, more = {}) => {
      const { body } = await store.api
        .put(`${API}/apps/${app.id}/offer`)
        .set(as(who))
        .send({ owner: 'uma', ...more })
        .expect(200);
      await store.api
        .post(`${API}/offers/${body.offer.id}/accept`)
        .set(as('uma'))
        .expect(200);
    };
    await give('dev', first.app);
    expect(await add('uma', 'mine', '3.0.0')).toMatchObject(taken);
    await give('ada', second.app, { allVersions: true });
    expect(await add('uma', 'mine', '3.0.0')).toMatchObject(done);
    expect(await add('dev', 'mine', '4.0.0')).toMatchObject(taken);
  });

  it('6: are not taken over by a higher version, and an import says who may let it in', async () => {
    await add('dev', 'board', '1.0.0');
    const { status, code, detail, remedy } = await add(
      'uma',
      'board',
      '99.0.0',
    );
    expect({ status, code, detail, remedy }).toEqual({
      status: 409,
      code: 'NAME_TAKEN',
      detail: 'The app name board belongs to user:default/dev.',
      remedy:
        'Choose another App.Name, or ask user:default/dev or an admin to transfer all versions of board to you.',
    });
    const [newest] = (await store.get('/apps?newest=true&name=board', 'uma'))
      .items;
    expect(newest).toMatchObject({
      version: '1.0.0',
      owner: 'user:default/dev',
    });
  });

  it('10: say the same of a PRIVATE version, of a PRIVATE name, and before anything else is checked', async () => {
    await store.importApp(
      'dev',
      await bundle({ name: 'hush', version: '1.0.0' }),
      'PRIVATE',
    );
    // A bundle that would be refused for what it needs is told no more, either way.
    const needy = '[[Env]]\nName = "A"\nSecret = "none"\nSecretKey = "k"\n';
    const answers = [];
    for (const version of ['1.0.0', '2.0.0'])
      for (const tail of ['', needy]) {
        const { body } = await store.importApp(
          'uma',
          await bundle({ name: 'hush', version, tail }),
        );
        answers.push(JSON.stringify(body).replaceAll(version, 'V'));
        expect(body).toMatchObject(taken);
      }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).not.toMatch(/dev|PRIVATE|exists/);
    // Whoever sees it is told that it is there.
    expect(await add('dev', 'hush', '1.0.0')).toMatchObject({
      code: 'VERSION_EXISTS',
    });
  });

  it('stay with their owner when all versions are gone', async () => {
    const { app } = await add('dev', 'gone', '1.0.0');
    await store.api.delete(`${API}/apps/${app.id}`).set(as('dev')).expect(204);
    expect(await add('uma', 'gone', '1.0.0')).toMatchObject(taken);
    expect(await add('dev', 'gone', '1.0.0')).toMatchObject(done);
  });

  it('go to one of two who come at once', async () => {
    const answers = await Promise.all([
      add('dev', 'raced', '1.0.0'),
      add('uma', 'raced', '2.0.0'),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)).toMatchObject(taken);
  });
});

describe.each(databaseIds())('open names on %s', id => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await StoreUnderTest.start(id, { appNames: 'open' });
  });
  afterAll(() => store?.stop());

  it('10: take versions of everybody, and tell nobody of a PRIVATE one that is in the way', async () => {
    const send = async (who: string, version: string, visibility?: string) =>
      (
        await store.importApp(
          who,
          await bundle({ name: 'ours', version }),
          visibility,
        )
      ).body;
    await send('dev', '1.0.0', 'PRIVATE');
    await send('dev', '1.1.0');
    expect(await send('uma', '2.0.0')).toMatchObject({ app: { name: 'ours' } });
    expect(await send('uma', '1.1.0')).toMatchObject({
      status: 409,
      code: 'VERSION_EXISTS',
    });
    const hidden = await send('uma', '1.0.0');
    expect(hidden).toMatchObject({ status: 409, code: 'NAME_TAKEN' });
    expect(JSON.stringify(hidden)).not.toMatch(/dev|PRIVATE|exists/);
  });
});
