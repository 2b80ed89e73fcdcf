/**
 * What becomes of a declaration that changes, flaps, is renamed or removed, and of what somebody
 * changes in the store beside it.
 */
import { behaviourIds } from '../database/__testUtils__/databases';
import {
  appFiles,
  catalogInfo,
  declared,
  DeclarationsUnderTest,
  type Files,
} from '../__testUtils__/DeclarationsUnderTest';
import { API, as } from '../__testUtils__/StoreUnderTest';
import { until } from '../__testUtils__/until';

jest.setTimeout(240_000);

const COMPONENT = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'lunch-service' },
  spec: { type: 'service', lifecycle: 'production', owner: 'users' },
};
const APP = declared('App', 'lunch', { visibility: 'ALL_USERS' });
const INSTANCE = declared('AppInstance', 'lunch', { app: 'lunch' });
const ALIAS = declared('AppAlias', 'lunch', { instance: 'lunch' });
const SECRET = declared('AppSecret', 'lunch', {
  keys: { token: { valueFrom: { environmentVariable: 'LUNCH_TOKEN' } } },
});

/** A secret that is called otherwise than its entity. */
const named = (entity: string, name: string) =>
  declared('AppSecret', entity, {
    name,
    keys: { token: { valueFrom: { environmentVariable: 'LUNCH_TOKEN' } } },
  });

const files = (...documents: object[]): Files => ({
  ...appFiles('lunch', '1.0.0'),
  ...catalogInfo(COMPONENT, ...documents),
});
const trusted = (name: string, more: object = {}) => ({
  location: `NAME/${name}/${name}/src/branch/main/`,
  owner: 'user:default/dev',
  secrets: { environment: ['LUNCH_TOKEN'] },
  ...more,
});

describe.each(behaviourIds())('what is declared, on %s', id => {
  let test: DeclarationsUnderTest;

  beforeAll(async () => {
    process.env.LUNCH_TOKEN = 'soup';
    test = await DeclarationsUnderTest.start(id, {
      files: files(APP, INSTANCE, ALIAS, SECRET),
      repositories: {
        ending: catalogInfo(
          COMPONENT,
          declared('AppAlias', 'ends'),
          declared('AppInstance', 'ends', { appName: 'lunch' }),
        ),
        pausing: catalogInfo(
          COMPONENT,
          declared('AppInstance', 'pauses', { appName: 'lunch' }),
        ),
        naming: catalogInfo(COMPONENT, named('kept', 'front-door')),
        renaming: catalogInfo(COMPONENT, named('ended', 'back-door')),
        // A person declares what they declare elsewhere.
        second: catalogInfo(COMPONENT),
      },
      appStore: { limits: { instances: 8, appVersions: 20 } },
      trust: url =>
        [
          trusted('lunch'),
          trusted('ending', { onRemoval: 'delete' }),
          trusted('pausing', { onRemoval: 'suspend' }),
          trusted('second'),
          trusted('naming'),
          trusted('renaming', { onRemoval: 'delete' }),
        ].map(entry => ({
          ...entry,
          location: entry.location.replace('NAME', url),
        })),
    });
    for (const ref of [
      'appinstance:default/lunch',
      'appalias:default/lunch',
      'appalias:default/ends',
      'appinstance:default/ends',
      'appinstance:default/pauses',
    ])
      await test.settles(ref, 'IN_SYNC');
  });
  afterAll(() => test?.stop());

  it('is shown where it drifts, left so, and applied again by whoever may', async () => {
    const app = await test.settles('app:default/lunch', 'IN_SYNC');
    await test.store.api
      .patch(`${API}/apps/${app.resourceId}`)
      .set(as('dev'))
      .send({ visibility: 'PRIVATE' })
      .expect(200);
    const drifted = await test.settles('app:default/lunch', 'DRIFTED');
    expect(drifted.changes).toEqual([
      { field: 'visibility', declared: 'ALL_USERS', actual: 'PRIVATE' },
    ]);
    // Nobody changes it back behind somebody's back.
    expect(await test.get(`/apps/${app.resourceId}`)).toMatchObject({
      visibility: 'PRIVATE',
    });
    const apply = (who: string) =>
      test.post(`/declarations/${app.id}/apply`, who);
    expect((await apply('vic')).status).toBe(404);
    expect((await apply('uma')).status).toBe(404);
    expect((await apply('dev')).body).toMatchObject({ state: 'IN_SYNC' });
    expect(await test.get(`/apps/${app.resourceId}`)).toMatchObject({
      visibility: 'ALL_USERS',
    });
  });

  it('is compared by a file that declares it, too, and not made once more by it', async () => {
    const instance = await test.settles('appinstance:default/lunch', 'IN_SYNC');
    const ask = async (dryRun: boolean, visibility: string, who = 'dev') => {
      const { body } = await test
        .post('/declarations/files', who, {
          dryRun,
          documents: [
            declared('AppInstance', 'lunch', { appName: 'lunch', visibility }),
            declared('AppAlias', 'lunch', { instance: 'lunch' }),
            declared('App', 'far', { source: 'https://example.com/far.zip' }),
          ].map(each => ({ document: JSON.stringify(each) })),
        })
        .expect(200);
      const [app, ...items] = body.items;
      // Only the portal reads it, which keeps no other one back.
      expect(app).toMatchObject({
        action: 'REFUSED',
        problem: { code: 'SOURCE_NOT_HERE' },
      });
      return items;
    };
    for (const dryRun of [true, false])
      expect(await ask(dryRun, 'PRIVATE')).toMatchObject([
        { action: 'SAME', resourceId: instance.resourceId },
        { action: 'SAME' },
      ]);
    expect(await ask(true, 'ALL_USERS')).toMatchObject([
      {
        action: 'UPDATE',
        changes: [
          { field: 'visibility', declared: 'ALL_USERS', actual: 'PRIVATE' },
        ],
        note: expect.stringContaining('catalog-info.yaml'),
      },
      { action: 'SAME' },
    ]);
    expect(await ask(false, 'ALL_USERS')).toMatchObject([
      { action: 'DIFFERS', note: expect.stringContaining('A merge there') },
      { action: 'SAME' },
    ]);
    const { items } = await test.get('/instances?scope=mine', 'dev');
    expect(
      items.filter((each: { id: string }) => each.id === instance.resourceId),
    ).toMatchObject([{ visibility: 'PRIVATE' }]);
    // What only the file has may name what the catalog has.
    const more = await test
      .post('/declarations/files', 'dev', {
        set: 'lunch',
        documents: [
          {
            file: '/home/dev/lunch/catalog-info.yaml',
            document: JSON.stringify(
              declared('AppAlias', 'beside', { instance: 'lunch' }),
            ),
          },
        ],
      })
      .expect(200);
    expect(more.body.items).toMatchObject([{ action: 'CREATE' }]);
    expect(await test.get('/aliases/beside')).toMatchObject({
      instanceId: instance.resourceId,
    });
    // What is no longer in the files ends with them, and nothing of the catalog's.
    const unnamed = { dryRun: true, prune: true, documents: [] };
    await test
      .post('/declarations/files', 'dev', unnamed)
      .expect(400, /SET_NEEDED/);
    const prune = async (dryRun: boolean) =>
      (
        await test
          .post('/declarations/files', 'dev', {
            set: 'lunch',
            dryRun,
            prune: true,
            documents: [],
          })
          .expect(200)
      ).body.items;
    for (const dryRun of [true, false])
      expect(await prune(dryRun)).toMatchObject([
        {
          entityRef: 'appalias:default/beside',
          action: 'END',
          file: '/home/dev/lunch/catalog-info.yaml',
        },
      ]);
    expect(await prune(false)).toEqual([]);
    const { items: aliases } = await test.get('/aliases', 'dev');
    const names = aliases.map(({ name }: { name: string }) => name);
    expect(names).toContain('lunch');
    expect(names).not.toContain('beside');
    // A version that the files bring along replaces what runs.
    const { body } = await test
      .post('/declarations/files', 'dev', {
        dryRun: true,
        documents: [
          {
            document: JSON.stringify(APP),
            bundle: {
              name: 'lunch',
              version: '1.1.0',
              contentDigest: 'a'.repeat(64),
            },
          },
          { document: JSON.stringify(INSTANCE) },
          { document: JSON.stringify(ALIAS) },
        ],
      })
      .expect(200);
    expect(body.items).toMatchObject([
      {
        action: 'CREATE',
        changes: [
          { field: 'version', declared: 'lunch 1.1.0' },
          { field: 'visibility', declared: 'ALL_USERS' },
        ],
        note: expect.any(String),
      },
      {
        action: 'REPLACE',
        changes: [
          {
            field: 'version',
            declared: 'lunch 1.1.0',
            actual: 'lunch 1.0.0',
          },
        ],
        note: expect.any(String),
      },
      { action: 'SAME' },
    ]);
    // Somebody else’s declaration of that name is another one.
    const [other] = await ask(true, 'PRIVATE', 'uma');
    expect(other).toMatchObject({ action: 'CREATE' });
  });

  it('drifts where its source changes under the same version, and is never published so', async () => {
    await test.commit({
      ...files(APP, INSTANCE, ALIAS, SECRET),
      'more.txt': 'more',
    });
    const drifted = await test.settles('app:default/lunch', 'DRIFTED');
    expect(drifted.problem).toMatchObject({
      code: 'VERSION_UNCHANGED',
      owner: 'author',
      remedy: expect.stringContaining('App.Version'),
    });
    await test.commit(files(APP, INSTANCE, ALIAS, SECRET));
    await test.settles('app:default/lunch', 'IN_SYNC');
  });

  it('gets the new value where that changes in its source, and drifts where somebody else changes it', async () => {
    const secret = await test.settles('appsecret:default/lunch', 'IN_SYNC');
    const value = async () => {
      const { body } = await test.post('/secrets/lunch/values', 'dev');
      return Buffer.from(body.data.token, 'base64').toString();
    };
    process.env.LUNCH_TOKEN = 'salad';
    await until(async () => (await value()) === 'salad', value);
    await test.store.api
      .put(`${API}/secrets/lunch`)
      .set(as('dev'))
      .send({ data: { token: 'mine' } })
      .expect(200);
    const drifted = await test.settles('appsecret:default/lunch', 'DRIFTED');
    expect(drifted.changes).toEqual([
      { field: 'values', declared: 'as in their sources', actual: 'others' },
    ]);
    expect(JSON.stringify(drifted)).not.toMatch(/salad|mine/);
    await test.post(`/declarations/${secret.id}/apply`, 'dev').expect(200);
    expect(await value()).toBe('salad');
  });

  it('is one declaration’s alone, and the other one’s once the first is gone', async () => {
    const again = declared('AppAlias', 'again', {
      name: 'lunch',
      instance: 'appinstance:default/lunch',
    });
    await test.commit(catalogInfo(COMPONENT, again), 'second');
    const refused = await test.settles('appalias:default/again', 'REFUSED');
    expect(refused.problem).toMatchObject({
      code: 'DECLARED_ELSEWHERE',
      message: expect.stringContaining('appalias:default/lunch'),
    });
    const before = await test.get('/aliases/lunch');
    // A rename: the old name goes, the new one takes over what is there.
    await test.commit(files(APP, INSTANCE, SECRET));
    await test.settles('appalias:default/again', 'IN_SYNC');
    expect(await test.get('/aliases/lunch')).toMatchObject({
      id: before.id,
      instanceId: before.instanceId,
    });
    await test.forgets('appalias:default/lunch');
  });

  it('leaves behind, or ends, what was called otherwise, as what is gone from its file', async () => {
    const secrets = async () =>
      (await test.get('/secrets', 'dev')).items.map(
        ({ name }: { name: string }) => name,
      );
    await test.settles('appsecret:default/kept', 'IN_SYNC');
    await test.settles('appsecret:default/ended', 'IN_SYNC');
    await test.commit(
      catalogInfo(COMPONENT, named('kept', 'front-gate')),
      'naming',
    );
    await test.commit(
      catalogInfo(COMPONENT, named('ended', 'back-gate')),
      'renaming',
    );
    await until(
      async () => !(await secrets()).includes('back-door'),
      'ended under its former name',
    );
    const left = await until(async () => {
      const { items } = await test.get(
        '/declarations?scope=all&state=ORPHANED&search=kept',
        'ada',
      );
      return items[0];
    }, 'said to be no longer declared');
    expect(left.entityRef).toMatch(/^appsecret:default\/kept#[0-9a-f]{8}$/);
    expect(await secrets()).toEqual(
      expect.arrayContaining(['back-gate', 'front-door', 'front-gate']),
    );
    await test.settles('appsecret:default/kept', 'IN_SYNC');

    // An admin has no right to it, and may have one of that name.
    await test.store.api
      .put(`${API}/secrets/front-door`)
      .set(as('ada'))
      .send({ data: { token: 'mine' } })
      .expect(201);
    const end = (who: string, query = '') =>
      test.store.api
        .delete(`${API}/declarations/${left.id}${query}`)
        .set(as(who));
    expect((await end('ada')).body.code).toBe('SECRET_OF_SOMEBODY_ELSE');
    expect(await test.get('/secrets', 'ada')).toMatchObject({
      items: [{ name: 'front-door' }],
    });
    await end('dev').expect(204);
    expect(await secrets()).not.toContain('front-door');
  });

  it('is neither ended nor made again where it flaps', async () => {
    const ref = 'appinstance:default/lunch';
    const before = await test.settles(ref, 'IN_SYNC');
    const isMissing = async () =>
      Boolean((await test.declaration(ref))?.missingSince);
    const flap = async () => {
      await test.commit(files(APP, SECRET));
      await until(isMissing);
      await test.commit(files(APP, INSTANCE, SECRET));
      await until(async () => !(await isMissing()));
    };
    for (let n = 0; n < 2; n++) await flap();
    const after = await test.settles(ref, 'IN_SYNC');
    expect(after.resourceId).toBe(before.resourceId);
    expect(await test.get(`/instances/${before.resourceId}`)).toMatchObject({
      terminating: false,
    });
  });

  it('ends as configured once it is gone for long enough', async () => {
    const ends = await test.settles('appinstance:default/ends', 'IN_SYNC');
    const pauses = await test.settles('appinstance:default/pauses', 'IN_SYNC');
    await test.commit(catalogInfo(COMPONENT), 'ending');
    await test.commit(catalogInfo(COMPONENT), 'pausing');
    await test.forgets('appinstance:default/ends');
    await test.forgets('appalias:default/ends');
    await until(
      async () =>
        (
          await test.store.api
            .get(`${API}/instances/${ends.resourceId}`)
            .set(as('dev'))
        ).status === 404,
    );
    expect(
      (await test.store.api.get(`${API}/aliases/ends`).set(as('dev'))).status,
    ).toBe(404);
    await test.settles('appinstance:default/pauses', 'ORPHANED');
    // Once its pod has ended.
    await until(
      async () =>
        (await test.get(`/instances/${pauses.resourceId}`)).status ===
        'SUSPENDED',
    );
    // What is kept is ended by whoever it acted for, or kept for good.
    const { id: orphan } = (await test.declaration(
      'appinstance:default/pauses',
    ))!;
    const end = (who: string) =>
      test.store.api.delete(`${API}/declarations/${orphan}`).set(as(who));
    expect((await end('uma')).status).toBe(404);
    expect((await end('dev')).status).toBe(204);
    expect(await test.declaration('appinstance:default/pauses')).toBe(
      undefined,
    );
  });

  it('is ended by nobody while it is declared', async () => {
    const app = await test.settles('app:default/lunch', 'IN_SYNC');
    const { status, body } = await test.store.api
      .delete(`${API}/declarations/${app.id}`)
      .set(as('dev'));
    expect([status, body.code]).toEqual([409, 'STILL_DECLARED']);
  });
});
