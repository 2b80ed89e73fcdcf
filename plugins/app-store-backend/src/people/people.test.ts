/** The road of a role: from the portal's sign-in through the store to what somebody may do. On SQLite and on PostgreSQL. */
import { mockCredentials } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';
import { databaseIds, databases } from '../database/__testUtils__/databases';

jest.setTimeout(120_000);

const NORA = 'user:oidc/nora';
const nora = {
  userEntityRef: NORA,
  displayName: 'Nora New',
  roles: ['staff'],
};

describe.each(databaseIds())('roles of the sign-in on %s', id => {
  let store: StoreUnderTest;

  beforeAll(async () => {
    store = await StoreUnderTest.start(id, {
      roles: {
        names: 'claims',
        admin: ['admin', 'group:default/admins'],
        fullAccess: ['staff', 'group:default/users'],
      },
      tags: [{ name: 'GUESTS', visitorRoles: ['guest'] }],
    });
  });

  afterAll(() => store?.stop());

  const say = (body: object, plugin = 'auth') =>
    store.api
      .put(`${API}/internal/people`)
      .set({
        authorization: mockCredentials.service.header({
          onBehalfOf: mockCredentials.service(`plugin:${plugin}`),
          targetPluginId: 'app-store',
        }),
      })
      .send(body);
  const me = async () =>
    (
      await store.api
        .get(`${API}/me`)
        .set({ authorization: mockCredentials.user.header(NORA) })
    ).body;

  it('hold from the next request on, and go as they came', async () => {
    expect(await me()).toMatchObject({ status: 401, code: 'PERSON_UNKNOWN' });
    expect((await say(nora)).status).toBe(204);
    expect(await me()).toMatchObject({
      userEntityRef: NORA,
      displayName: 'Nora New',
      kind: 'full-access',
      admin: false,
      roles: ['role:oidc/staff'],
    });
    await say({ ...nora, roles: ['staff', 'admin'] });
    expect(await me()).toMatchObject({ kind: 'full-access', admin: true });

    // Written down where they change, not with each refresh of a session.
    await say({ ...nora, roles: ['admin', 'staff'] });
    const { body: written } = await store.api
      .get(`${API}/audit?action=person:sign_in`)
      .set(as('ada'));
    expect(
      written.items.map((line: { detail: { roles: string[] } }) => [
        ...line.detail.roles,
      ]),
    ).toEqual([['staff', 'admin'], ['staff']]);

    const token = await store.api
      .post(`${API}/tokens`)
      .set({ authorization: mockCredentials.user.header(NORA) })
      .send({ name: 'machine' });
    expect(token.status).toBe(201);
    const byToken = async () =>
      (
        await store.api
          .get(`${API}/me`)
          .set({ authorization: `Bearer ${token.body.token}` })
      ).body;
    expect(await byToken()).toMatchObject({ admin: true });
    await say({ ...nora, roles: [] });
    expect(await me()).toMatchObject({ kind: 'visitor', admin: false });
    expect(await byToken()).toMatchObject({ kind: 'visitor', admin: false });
  });

  it('open to visitors what a tag opens to their role', async () => {
    await store.importApp(
      'dev',
      await bundle({ name: 'open', tags: ['GUESTS'] }),
    );
    const names = async () =>
      (
        await store.api
          .get(`${API}/apps`)
          .set({ authorization: mockCredentials.user.header(NORA) })
      ).body.items.map((app: { name: string }) => app.name);
    await say({ ...nora, roles: [] });
    expect(await names()).toEqual([]);
    await say({ ...nora, roles: ['guest'] });
    expect(await names()).toEqual(['open']);
  });

  it('are not groups of the catalog, whatever they are called', async () => {
    await say({
      ...nora,
      roles: ['admins', 'group:default/admins', 'Admin', 'admin ', 'users'],
    });
    expect(await me()).toMatchObject({ kind: 'visitor', admin: false });
  });

  it('are said by the sign-in and by nobody else', async () => {
    expect((await say(nora, 'catalog')).status).toBe(403);
    expect(
      (await store.api.put(`${API}/internal/people`).set(as('ada')).send(nora))
        .status,
    ).toBe(403);
    expect(
      (
        await store.api
          .put(`${API}/internal/people`)
          .set({ authorization: mockCredentials.none.header() })
          .send(nora)
      ).status,
    ).toBe(401);
  });

  it.each([
    ['a group', { userEntityRef: 'group:default/admins' }],
    ['no ref', { userEntityRef: 'nora' }],
    ['a name that is none', { userEntityRef: 'user:oidc/no:ra' }],
    ['another spelling', { userEntityRef: 'User:oidc/Nora' }],
    ['too many roles', { roles: Array(501).fill('r') }],
    ['a long role', { roles: ['r'.repeat(256)] }],
    ['no list', { roles: 'admin' }],
    ['no text', { roles: [{ name: 'admin' }] }],
    ['control characters', { displayName: 'a\u202eb' }],
    ['something else', { admin: true }],
  ])('refuses %s', async (_, change) => {
    expect((await say({ ...nora, ...change })).body).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
    });
  });
});

describe.each(databaseIds())('somebody who is gone, on %s', id => {
  let store: StoreUnderTest;
  let knex: Knex;

  beforeAll(async () => {
    knex = await databases.init(id);
    // No group is named: everybody who is known has full access.
    store = await StoreUnderTest.start(
      id,
      { roles: { admin: ['admins'] } },
      { knex },
    );
  });
  afterAll(() => store?.stop());
  afterEach(() => jest.restoreAllMocks());

  const service = (plugin: string) => ({
    authorization: mockCredentials.service.header({
      onBehalfOf: mockCredentials.service(`plugin:${plugin}`),
      targetPluginId: 'app-store',
    }),
  });
  const signIn = () =>
    store.api.put(`${API}/internal/people`).set(service('auth')).send(nora);
  const asNora = { authorization: mockCredentials.user.header(NORA) };
  /** As at any time after the store's answers of now hold no longer. */
  const later = (ms: number) => {
    const { now } = Date;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
  };

  it('8: somebody whom no source knows any more is out within the minute: portal, command, streams, apps', async () => {
    await signIn().expect(204);
    const { body: imported } = await store.importApp(
      'dev',
      await bundle({ name: 'here' }),
      'PUBLIC',
    );
    const { body: instance } = await store.api
      .post(`${API}/apps/${imported.app.id}/instances`)
      .set(as('dev'))
      .send({ visibility: 'PUBLIC' })
      .expect(201);
    const admission = async (userEntityRef?: string) =>
      (
        await store.api
          .post(`${API}/gateway/admission`)
          .set(service('app-store-gateway'))
          .send({ instanceId: instance.id, userEntityRef })
          .expect(200)
      ).body;
    const asked = {
      me: '/me',
      apps: '/apps',
      instance: `/instances/${instance.id}`,
      stream: `/instances/${instance.id}/stream`,
      audit: '/audit',
    };
    const statuses = async () =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(asked).map(async ([name, path]) => {
            const abort = new AbortController();
            const { status } = await fetch(
              `http://127.0.0.1:${store.port}${API}${path}`,
              { headers: asNora, signal: abort.signal },
            );
            abort.abort();
            return [name, status];
          }),
        ),
      );
    expect((await store.get('/me', 'dev')).kind).toBe('full-access');
    expect(await statuses()).toEqual({
      me: 200,
      apps: 200,
      instance: 200,
      stream: 200,
      audit: 403,
    });
    expect(await admission(NORA)).toMatchObject({
      allowed: true,
      known: true,
      holdsForMs: expect.any(Number),
    });

    await knex('people').where({ user_ref: NORA }).delete();
    later(45_001);
    expect(await statuses()).toEqual({
      me: 401,
      apps: 401,
      instance: 401,
      stream: 401,
      audit: 401,
    });
    // Not even to what is PUBLIC: an app would be told the name of somebody who is not there.
    expect(await admission(NORA)).toMatchObject({
      found: true,
      allowed: false,
      known: false,
    });
    expect(await admission('user:default/never')).toMatchObject({
      allowed: false,
      known: false,
    });
    expect(await admission()).toMatchObject({ allowed: true, known: true });
    expect(
      (
        await store.api
          .post(`${API}/internal/catalog/readers`)
          .set(service('permission'))
          .send({ userEntityRef: NORA })
      ).body,
    ).toEqual({
      only: [],
      tags: false,
      admin: false,
      unknown: true,
      owners: false,
    });
    // Back at once: no answer of before stands in the way.
    await signIn().expect(204);
    expect((await store.api.get(`${API}/me`).set(asNora)).body).toMatchObject({
      kind: 'full-access',
    });
  });
});
