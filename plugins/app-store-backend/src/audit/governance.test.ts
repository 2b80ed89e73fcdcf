/** What is written down, and denied by policies of an admin, through the whole store. */
import { mockCredentials } from '@backstage/backend-test-utils';
import { readEvents } from '@ai-app-store/backstage-plugin-app-store-common';
import { behaviourIds } from '../database/__testUtils__/databases';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';
import { until } from '../__testUtils__/until';

jest.setTimeout(120_000);

const NEEDS =
  '[[Env]]\nName = "DB"\nSecret = "db"\nSecretKey = "password"\nOptional = true\n';

interface Line {
  action: string;
  result: string;
  actor: string;
  resourceId?: string;
  detail: Record<string, unknown>;
}

describe.each(behaviourIds())('the store on %s', id => {
  let store: StoreUnderTest;
  const events: Array<{
    eventPayload: { action: string; resource: { id?: string } };
  }> = [];

  beforeAll(async () => {
    store = await StoreUnderTest.start(
      id,
      {
        limits: { instances: 10, appVersions: 3 },
        iam: { enabled: true },
      },
      { onEvent: event => events.push(event as (typeof events)[number]) },
    );
  });
  afterAll(() => store?.stop());

  const api = (who: string) => ({
    get: (path: string) => store.api.get(`${API}${path}`).set(as(who)),
    put: (path: string, body: object) =>
      store.api.put(`${API}${path}`).set(as(who)).send(body),
    post: (path: string, body: object = {}) =>
      store.api.post(`${API}${path}`).set(as(who)).send(body),
    delete: (path: string) => store.api.delete(`${API}${path}`).set(as(who)),
  });
  const audit = async (query: string): Promise<Line[]> =>
    (await api('ada').get(`/audit?limit=200&${query}`).expect(200)).body.items;
  const add = async (
    who: string,
    name: string,
    options: Parameters<typeof bundle>[0] | object = {},
  ): Promise<{ id: string }> =>
    (await store.importApp(who, await bundle({ name, ...options })).expect(201))
      .body.app;
  /** Events come once they were read from the outbox. */
  const clear = async (who: string, ...apps: Array<{ id: string }>) => {
    for (const app of apps)
      await api(who).delete(`/apps/${app.id}`).expect(204);
  };

  it('answers a repeated import at the limit as the first one, and writes it down once', async () => {
    const apps = [await add('dev', 'a1'), await add('dev', 'a2')];
    const body = await bundle({ name: 'a3' });
    const send = () =>
      store.importApp('dev', body).set('idempotency-key', 'once');
    const first = (await send().expect(201)).body.app;
    const again = (await send().expect(201)).body.app;
    expect(again.id).toBe(first.id);
    const lines = await audit(`action=app:import&resourceId=${first.id}`);
    expect(lines.map(line => line.detail.replayed)).toEqual([true, undefined]);
    const told = () =>
      events.filter(
        ({ eventPayload: { action, resource } }) =>
          action === 'app:import' && resource.id === first.id,
      );
    await until(() => told().length > 0);
    expect(told()).toHaveLength(1);

    // One version too many: refused without a key and with one, and written down.
    const tooMany = await bundle({ name: 'a4' });
    await store.importApp('dev', tooMany).expect(409);
    await store
      .importApp('dev', tooMany)
      .set('idempotency-key', 'other')
      .expect(409);
    const refused = await audit('action=app:import&result=refused');
    expect(refused.slice(0, 2)).toEqual(
      Array(2).fill(expect.objectContaining({ code: 'APP_VERSION_LIMIT' })),
    );
    await clear('dev', ...apps, first);
  });

  it('writes refusals down that say that there is no such thing', async () => {
    const app = await add('dev', 'quiet');
    const { body: instance } = await api('dev')
      .post(`/apps/${app.id}/instances`)
      .expect(201);
    await api('uma').put('/secrets/door', { data: { key: 'x' } });
    await api('uma').get(`/instances/${instance.id}/logs`).expect(404);
    await api('uma').get(`/instances/${instance.id}/status`).expect(404);
    await api('uma').get(`/instances/${instance.id}`).expect(404);
    await store.api
      .patch(`${API}/apps/${app.id}`)
      .set(as('dev'))
      .send({ visibility: 'PRIVATE' })
      .expect(200);
    await api('uma').get(`/apps/${app.id}`).expect(404);
    await api('uma').get(`/apps/${app.id}/icon`).expect(404);
    await api('uma').get(`/apps/${app.id}/managed-instance`).expect(404);
    await api('uma')
      .get(`/explain?kind=app&action=run&resource=${app.id}`)
      .expect(404);
    // Of nothing there is nothing to be refused.
    await api('uma').get(`/instances/${app.id}/logs`).expect(404);
    const lines = await audit('actor=user:default/uma&result=refused');
    expect(
      lines.filter(line => line.resourceId === instance.id).map(l => l.action),
    ).toEqual(['instance:read', 'instance:read_status', 'instance:view_log']);
    expect(
      lines.filter(line => line.resourceId === app.id).map(l => l.action),
    ).toEqual(Array(4).fill('app:read'));
    await api('dev').delete(`/instances/${instance.id}?purge=true`).expect(202);
    await clear('dev', app);
  });

  it('writes down what a machine was refused that asked for tokens', async () => {
    const { body: made } = await api('uma')
      .post('/tokens', { name: 'night', kind: 'machine' })
      .expect(201);
    const machine = { authorization: `Bearer ${made.token}` };
    await store.api.get(`${API}/tokens`).set(machine).expect(403);
    await store.api
      .post(`${API}/tokens`)
      .set(machine)
      .send({ name: 'more' })
      .expect(403);
    await store.api
      .delete(`${API}/tokens/${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`)
      .set(machine)
      .expect(403);
    // Itself it may give up.
    await store.api.delete(`${API}/tokens/current`).set(machine).expect(204);
    const lines = await audit('actor=user:default/uma');
    expect(
      lines.slice(0, 5).map(({ action, result }) => [action, result]),
    ).toEqual([
      ['token:revoke', 'done'],
      ['token:revoke', 'refused'],
      ['token:create', 'refused'],
      ['token:list', 'refused'],
      ['token:create', 'done'],
    ]);
    expect(JSON.stringify(lines)).not.toContain(made.token);
  });

  it('tells a visitor that an app cannot be run, and not what it is made of', async () => {
    await api('dev')
      .put('/secrets/hush', { data: { password: 'x', user: 'y' } })
      .expect(201);
    const app = await add('dev', 'wanting', {
      tags: ['GUESTS'],
      tail: ['password', 'user']
        .map(
          key =>
            `[[Env]]\nName = "DB_${key}"\nSecret = "hush"\nSecretKey = "${key}"\n`,
        )
        .join(''),
    });
    // Its new owner has no such secret.
    const { body: offered } = await api('dev')
      .put(`/apps/${app.id}/offer`, { owner: 'uma' })
      .expect(200);
    await api('uma').post(`/offers/${offered.offer.id}/accept`).expect(200);
    await store.api
      .patch(`${API}/apps/${app.id}`)
      .set(as('uma'))
      .send({ visibility: 'ALL_USERS' })
      .expect(200);
    const problemsOf = async (who: string) =>
      (await api(who).get(`/apps/${app.id}`).expect(200)).body.runnability
        .problems;
    expect(JSON.stringify(await problemsOf('uma'))).toContain('hush');
    expect(await problemsOf('uma')).toHaveLength(2);
    // Once, however much is missing.
    expect(await problemsOf('vic')).toEqual([
      expect.objectContaining({
        code: expect.any(String),
        message: 'The app cannot run here at the moment.',
      }),
    ]);
    const refused = await api('vic').post(`/apps/${app.id}/instances`);
    expect(refused.status).toBe(409);
    expect(JSON.stringify(refused.body)).not.toContain('hush');
    await clear('uma', app);
    await api('dev').delete('/secrets/hush').expect(204);
  });

  it('keeps what an alias led to for admins after it was deleted', async () => {
    const app = await add('dev', 'addressed');
    const { body: instance } = await api('dev')
      .post(`/apps/${app.id}/instances`)
      .expect(201);
    const { body: alias } = await api('dev')
      .post('/aliases', { name: 'once', instanceId: instance.id })
      .expect(201);
    await api('dev').delete('/aliases/once').expect(204);
    const history = (who: string, which: string) =>
      api(who).get(`/aliases/${which}/history`);
    for (const which of ['once', alias.id])
      expect(
        (await history('ada', which).expect(200)).body.items.map(
          ({ action, instanceId }: Record<string, string>) => [
            action,
            instanceId,
          ],
        ),
      ).toEqual([
        ['deleted', undefined],
        ['created', instance.id],
      ]);
    await history('dev', 'once').expect(404);
    await history('uma', alias.id).expect(404);
    await history('ada', 'never').expect(404);
    // Another one of that name has a history of its own.
    await api('dev').post('/aliases', { name: 'once' }).expect(201);
    expect((await history('dev', 'once').expect(200)).body.items).toHaveLength(
      1,
    );
    expect(
      (await history('ada', alias.id).expect(200)).body.items,
    ).toHaveLength(2);
    await api('dev').delete('/aliases/once').expect(204);
    await api('dev').delete(`/instances/${instance.id}?purge=true`).expect(202);
    await clear('dev', app);
  });

  it('deletes a secret that apps can do without, and says who used it before', async () => {
    await api('dev')
      .put('/secrets/db', { data: { password: 'x' } })
      .expect(201);
    const app = await add('dev', 'frugal', { tail: NEEDS });
    const { body: usage } = await api('dev')
      .get('/secrets/db/usage')
      .expect(200);
    expect(usage.apps).toEqual([
      expect.objectContaining({ name: 'frugal', optional: true }),
    ]);
    await api('dev').delete('/secrets/db').expect(204);
    expect((await api('dev').get(`/apps/${app.id}`)).body).toMatchObject({
      runnability: { runnable: true },
    });
    await clear('dev', app);
  });

  it('tells a visitor that secrets changed since the start, and not which', async () => {
    const put = (value: string) =>
      api('dev').put('/secrets/hush', { data: { password: value } });
    await put('x').expect(201);
    const app = await add('dev', 'keeping', {
      tags: ['GUESTS'],
      visibility: 'ALL_USERS',
      tail: '[[Env]]\nName = "DB"\nSecret = "hush"\nSecretKey = "password"\n',
    });
    const { body: instance } = await api('vic')
      .post(`/apps/${app.id}/instances`)
      .expect(201);
    const seen = async (who: string) => {
      const { body } = await api(who)
        .get(`/instances/${instance.id}`)
        .expect(200);
      return [body.secretsChanged, body.staleSecrets];
    };
    expect(await seen('vic')).toEqual([false, undefined]);
    await put('another').expect(200);
    expect(await seen('vic')).toEqual([true, undefined]);
    expect(await seen('ada')).toEqual([true, ['hush']]);
    await api('vic').delete(`/instances/${instance.id}?purge=true`).expect(202);
    await clear('dev', app);
    await api('dev').delete('/secrets/hush').expect(204);
  });

  it('gives an app of the marketplace its own secrets, and no others of that name', async () => {
    const put = (who: string, query: string, k: string) =>
      api(who).put(`/secrets/mk${query}`, { data: { k } }).expect(201);
    await put('ada', '', '1');
    await put('ada', '?visibility=ALL_USERS', '22');
    const body = await bundle({
      name: 'mkt',
      tail: '[[Env]]\nName = "TOKEN"\nSecret = "mk"\nSecretKey = "k"\n',
    });
    const send = () =>
      store.importApp('ada', body).query({ origin: 'marketplace' });
    const early = await send().expect(400);
    expect(JSON.stringify(early.body)).toContain('mk');
    const uses = async (query: string) =>
      (
        await api('ada').get(`/secrets/mk/usage${query}`).expect(200)
      ).body.apps.map((each: { name: string }) => each.name);
    await put('ada', '?visibility=APP&parent=app:mkt', '333');
    const { app } = (await send().expect(201)).body;
    expect(app.runnability).toMatchObject({ runnable: true });
    expect(await uses('?visibility=APP&parent=app:mkt')).toEqual(['mkt']);
    expect(await uses('')).toEqual([]);
    expect(await uses('?visibility=ALL_USERS')).toEqual([]);
    const { body: instance } = await api('uma')
      .post(`/apps/${app.id}/instances`)
      .expect(201);
    const pod = await until(async () => {
      const list = (await store.kube('/api/v1/namespaces/app-store/pods')) as {
        items: Array<{ metadata: { labels: Record<string, string> } }>;
      };
      return list.items.find(each =>
        JSON.stringify(each).includes(instance.id),
      );
    });
    const named = [
      ...JSON.stringify(pod).matchAll(
        /"secretKeyRef":\{[^}]*"name":"([^"]+)"/g,
      ),
    ].map(([, name]) => name);
    const values = await Promise.all(
      named.map(async name => {
        const secret = (await store.kube(
          `/api/v1/namespaces/app-store/secrets/${name}`,
        )) as { data: { k: string } };
        return Buffer.from(secret.data.k, 'base64').toString();
      }),
    );
    expect(values).toEqual(['333']);
    await api('uma').delete(`/instances/${instance.id}?purge=true`).expect(202);
    await clear('ada', app);
    for (const query of [
      '',
      '?visibility=ALL_USERS',
      '?visibility=APP&parent=app:mkt',
    ])
      await api('ada').delete(`/secrets/mk${query}`).expect(204);
  });

  it('has policies decide what they name: updates of secrets, and lists', async () => {
    const policies = (...list: object[]) =>
      api('ada').put('/iam/policies?replace=true', { policies: list });
    const policy = (
      name: string,
      statement: object,
      ...resources: string[]
    ) => ({
      name,
      resources,
      statements: [{ effect: 'allow', subjects: ['*'], ...statement }],
    });
    await api('dev')
      .put('/secrets/mine', { data: { key: 'x' } })
      .expect(201);
    await api('ada')
      .put('/secrets/shared?visibility=ALL_USERS', { data: { key: 'x' } })
      .expect(201);
    await policies(
      policy(
        'freeze',
        {
          effect: 'deny',
          actions: ['secret:update'],
          // As somebody may write it.
          subjects: ['user:Default/Dev'],
        },
        '*',
      ),
      policy(
        'guest',
        { actions: ['secret:read'], subjects: ['user:default/vic'] },
        'secret:shared',
      ),
      policy(
        'one-tag',
        { actions: ['tag:read'], subjects: ['user:default/vic'] },
        'tag:GUESTS',
      ),
    ).expect(200);
    await api('dev')
      .put('/secrets/mine', { data: { key: 'y' } })
      .expect(403);
    await api('dev')
      .put('/secrets/other', { data: { key: 'y' } })
      .expect(201);
    expect((await api('dev').get('/secrets/mine')).body.can.update).toBe(false);
    const names = async (who: string, path: string) =>
      (await api(who).get(path).expect(200)).body.items.map(
        (item: { name: string }) => item.name,
      );
    expect(await names('vic', '/secrets')).toEqual(['shared']);
    expect(await names('vic', '/tags')).toEqual(['GUESTS']);
    await api('val').get('/secrets').expect(403);
    await api('val').get('/tags').expect(403);
    await policies(
      policy('gone', { effect: 'deny', actions: ['tag:read'] }, 'tag:GUESTS'),
      policy(
        'nobody',
        { effect: 'deny', actions: ['app:read'], subjects: ['user:x:y'] },
        '*',
      ),
    ).expect(400);
    await policies(
      policy('gone', { effect: 'deny', actions: ['tag:read'] }, 'tag:GUESTS'),
    ).expect(200);
    expect(await names('uma', '/tags')).toEqual(['GUARDED']);
    await policies().expect(200);
    expect(await names('uma', '/tags')).toEqual(['GUARDED', 'GUESTS']);
    // Of two admins who begin with the same policies, the second one is told.
    const { etag } = (await api('ada').get('/iam/policies')).headers;
    const change = (name: string) =>
      api('ada')
        .put('/iam/policies', {
          policies: [
            policy(name, { effect: 'deny', actions: ['tag:read'] }, 'tag:none'),
          ],
        })
        .set('if-match', etag);
    const answers = await Promise.all([change('first'), change('second')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const done = answers.find(({ status }) => status === 200)!;
    expect(done.headers.etag).not.toBe(etag);
    expect(done.body.policies).toHaveLength(1);
    await policies().expect(200);
    for (const name of ['mine', 'other'])
      await api('dev').delete(`/secrets/${name}`).expect(204);
  });

  it('answers foreign ids and cursors as those of nothing', async () => {
    await api('dev').post('/aliases', { name: 'nowhere' }).expect(201);
    expect(
      (await api('dev').get('/aliases?instanceId=nonsense').expect(200)).body
        .items,
    ).toEqual([]);
    const cursor = Buffer.from(
      JSON.stringify(['name', 'asc', 'a', '-'.repeat(36)]),
    ).toString('base64url');
    expect(
      (await api('dev').get(`/aliases?cursor=${cursor}`).expect(400)).body.code,
    ).toBe('BAD_CURSOR');
    await api('ada')
      .get('/explain?kind=platform&action=import&person=dev')
      .expect(200);
    await api('ada')
      .get('/explain?kind=platform&action=import&person=group:default/x')
      .expect(400);
    await api('dev').delete('/aliases/nowhere').expect(204);
  });

  it("explains everybody's secret though somebody has an own one of its name", async () => {
    await api('uma')
      .put('/secrets/shared', { data: { key: 'x' } })
      .expect(201);
    const { body } = await api('ada')
      .get(
        '/explain?kind=secret&action=read&resource=shared&person=user:default/uma',
      )
      .expect(200);
    expect(body).toMatchObject({ allowed: true, rule: '3.5 full access' });
  });

  it('tells the gateway where what it decided may be decided otherwise', async () => {
    const app = await add('dev', 'watched');
    const { body: instance } = await api('dev')
      .post(`/apps/${app.id}/instances`)
      .expect(201);
    const abort = new AbortController();
    const response = await fetch(
      `http://127.0.0.1:${store.port}${API}/gateway/routes`,
      {
        signal: abort.signal,
        headers: {
          authorization: mockCredentials.service.header({
            onBehalfOf: mockCredentials.service('plugin:app-store-gateway'),
            targetPluginId: 'app-store',
          }),
        },
      },
    );
    const told: Array<[string, string | undefined]> = [];
    const reading = (async () => {
      for await (const { event, data } of readEvents(response))
        told.push([
          event,
          event === 'route' ? JSON.parse(data).revision : undefined,
        ]);
    })().catch(() => {});
    try {
      await until(() => told.some(([event]) => event === 'snapshot'));
      const before = (await api('dev').get(`/apps/${app.id}`)).body.updatedAt;
      expect(before).toBeDefined();
      await store.api
        .patch(`${API}/apps/${app.id}`)
        .set(as('dev'))
        .send({ visibility: 'PRIVATE' })
        .expect(200);
      const after = (await api('dev').get(`/apps/${app.id}`)).body.updatedAt;
      await until(() =>
        told.some(
          ([event, revision]) => event === 'route' && revision!.includes(after),
        ),
      );
      expect(told.some(([event]) => event === 'access')).toBe(false);
      await store.api
        .patch(`${API}/tags/GUESTS`)
        .set(as('ada'))
        .send({ visitorRoles: [] })
        .expect(200);
      await until(() => told.some(([event]) => event === 'access'));
    } finally {
      abort.abort();
      await reading;
    }
    await api('dev').delete(`/instances/${instance.id}?purge=true`).expect(202);
    await clear('dev', app);
  });

  it('has told an event of each change that it wrote down, and of nothing else', async () => {
    const lines: Line[] = [];
    let cursor = '';
    do {
      const { body } = await api('ada')
        .get(`/audit?limit=200&result=done${cursor && `&cursor=${cursor}`}`)
        .expect(200);
      lines.push(...body.items);
      cursor = body.nextCursor ?? '';
    } while (cursor);
    const name = (action: string, resource?: string) => `${action} ${resource}`;
    const done = lines.filter(line => !line.detail.replayed).length;
    await until(() => events.length >= done);
    expect(
      events
        .map(({ eventPayload: { action, resource } }) =>
          name(action, resource.id),
        )
        .sort(),
    ).toEqual(
      lines
        .filter(line => !line.detail.replayed)
        .map(line => name(line.action, line.resourceId))
        .sort(),
    );
    expect(events.length).toBeGreaterThan(30);
  });
});
