/** `appNames: owned`: a name belongs to whoever brought its first version, through the whole store. */
import { databaseIds } from './database/__testUtils__/databases';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from './__testUtils__/StoreUnderTest';

jest.setTimeout(60_000);

describe.each(databaseIds())('owned names on %s', id => {
  const taken = { status: 409, code: 'NAME_TAKEN', owner: 'you' };
  const done = { status: 201 };
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await StoreUnderTest.start(id, { appNames: 'owned' });
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
    await store.api
      .put(`${API}/apps/${first.app.id}/owner`)
      .set(as('dev'))
      .send({ owner: 'uma' })
      .expect(200);
    expect(await add('uma', 'mine', '3.0.0')).toMatchObject(taken);
    await store.api
      .put(`${API}/apps/${second.app.id}/owner`)
      .set(as('ada'))
      .send({ owner: 'uma', allVersions: true })
      .expect(200);
    expect(await add('uma', 'mine', '3.0.0')).toMatchObject(done);
    expect(await add('dev', 'mine', '4.0.0')).toMatchObject(taken);
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
