/** Objects that lead the host names of aliases to the gateway. */
import { isDeepStrictEqual } from 'node:util';
import { API, as } from '../__testUtils__/StoreUnderTest';
import type { ClusterTest } from './__testUtils__/ClusterTest';
import { ClusterTests } from './__testUtils__/ClusterTests';
import type { AnyObject } from './__testUtils__/ClusterUnderTest';

const INGRESS = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' };
const HTTP_ROUTE = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
};

describe('15: objects of aliases', () => {
  const tests = ClusterTests.use();
  const gateways: string[] = [];
  afterEach(async () => {
    for (const name of gateways.splice(0))
      await tests.cluster.delete({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
  });

  /** A store whose aliases have objects in a namespace beside that of the apps. */
  async function start(
    name: string,
    kubernetes: object,
    after?: ClusterTest,
    hosts = ['dash.example.org'],
  ) {
    const gateway =
      gateways[gateways.length - 1] ?? (await tests.cluster.namespace(name));
    if (!gateways.includes(gateway)) gateways.push(gateway);
    const t = await tests.start(
      name,
      {
        aliases: { hosts },
        kubernetes: {
          gatewayNamespace: gateway,
          ...kubernetes,
          ...(after ? { namespace: after.namespace } : {}),
        },
      },
      after && { after },
    );
    const create = async (alias: object) => {
      const { status, body } = await t.post('/aliases', alias);
      expect([status, body.message]).toEqual([201, undefined]);
      return body as { id: string; name: string };
    };
    const object = (kind: object, { id }: { id: string }) =>
      ({
        ...kind,
        metadata: { name: `a-${id}`, namespace: gateway },
      } as AnyObject);
    const get = (kind: object, alias: { id: string }) =>
      tests.cluster.get(object(kind, alias));
    return { t, gateway, create, object, get };
  }

  const doctor = async (t: ClusterTest) => {
    const { checks } = await t.store.get('/doctor', 'ada');
    return checks.find(({ id }: { id: string }) => id === 'aliases');
  };

  it('15: an Ingress is made, moved, repaired and removed with its alias', async () => {
    const { t, create, object, get } = await start('ingress', {
      routes: 'ingress',
      ingress: {
        className: 'of-nobody',
        annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' },
      },
    });
    const alias = await create({ name: 'lunch' });
    const outside = await create({ name: 'dash.example.org' });
    const hostOf = (ingress: AnyObject | undefined) =>
      ingress?.spec.rules[0].host;
    const made = await t.eventually(
      () => get(INGRESS, alias),
      'the Ingress is made',
      5000,
    );
    await t.eventually(() => get(INGRESS, outside), 'and the other one', 5000);
    expect(hostOf(await get(INGRESS, alias))).toMatch(/^lunch\./);
    expect(hostOf(await get(INGRESS, outside))).toBe('dash.example.org');
    expect((await get(INGRESS, alias))!.metadata!.annotations).toMatchObject({
      'cert-manager.io/cluster-issuer': 'letsencrypt',
      'ai-app-store.io/alias-name': 'lunch',
    });
    expect((await doctor(t)).state).toBe('OK');

    // Where an alias leads is told to whoever looks.
    const instance = await t.run(await t.publish({ name: 'app' }));
    await t.store.api
      .put(`${API}/aliases/lunch/assignment`)
      .set(as('uma'))
      .send({ instanceId: instance });
    const moved = await t.eventually(
      async () =>
        (await get(INGRESS, alias))!.metadata!.labels![
          'ai-app-store.io/instance'
        ] === instance,
      'the label follows',
      5000,
    );

    const took: Record<string, number> = { made, moved };
    const edits: Array<[string, object]> = [
      [
        'host',
        {
          spec: {
            rules: [
              {
                host: 'evil.example.org',
                http: (await get(INGRESS, alias))!.spec.rules[0].http,
              },
            ],
          },
        },
      ],
      ['class', { spec: { ingressClassName: 'other' } }],
      ['label', { metadata: { labels: { 'ai-app-store.io/alias': 'x' } } }],
      [
        'installation',
        { metadata: { labels: { 'ai-app-store.io/installation': null } } },
      ],
      [
        'annotation',
        {
          metadata: { annotations: { 'cert-manager.io/cluster-issuer': 'x' } },
        },
      ],
    ];
    const before = (await get(INGRESS, alias))!;
    for (const [what, patch] of edits) {
      await tests.cluster.edit(object(INGRESS, alias), patch);
      took[what] = await t.eventually(
        async () => {
          const now = await get(INGRESS, alias);
          return (
            isDeepStrictEqual(now!.spec, before.spec) &&
            isDeepStrictEqual(now!.metadata!.labels, before.metadata!.labels) &&
            now!.metadata!.annotations!['cert-manager.io/cluster-issuer'] ===
              'letsencrypt'
          );
        },
        `${what} is repaired`,
        5000,
      );
    }
    await tests.cluster.delete(object(INGRESS, alias));
    took.deleted = await t.eventually(
      async () => {
        const now = await get(INGRESS, alias);
        return now && now.metadata!.uid !== before.metadata!.uid;
      },
      'it is made again',
      5000,
    );
    await t.store.api.delete(`${API}/aliases/lunch/assignment`).set(as('uma'));
    took.unassigned = await t.eventually(
      async () =>
        !(await get(INGRESS, alias))!.metadata!.labels![
          'ai-app-store.io/instance'
        ],
      'the label goes',
      5000,
    );
    // What is not ours to say is left alone.
    await tests.cluster.edit(object(INGRESS, alias), {
      metadata: { annotations: { 'example.com/note': 'mine' } },
    });
    await t.store.api.delete(`${API}/aliases/lunch`).set(as('uma'));
    took.removed = await t.eventually(
      async () => !(await get(INGRESS, alias)),
      'it is removed',
      5000,
    );
    expect(await get(INGRESS, outside)).toBeDefined();
    console.log('15: Ingress of an alias, ms until right:', took);
  });

  it('15: what happened while no store ran is made good, and the rest is left alone', async () => {
    const first = await start('ingress', { routes: 'ingress' });
    const kept = await first.create({ name: 'kept' });
    const moved = await first.create({ name: 'dash.example.org' });
    const removed = await first.create({ name: 'removed' });
    const same = await first.create({ name: 'same' });
    const { t, object, get } = first;
    for (const each of [kept, moved, removed, same])
      await t.eventually(() => get(INGRESS, each), `${each.name} is made`);
    await t.store.stop();
    const version = (await get(INGRESS, same))!.metadata!.resourceVersion;
    await tests.cluster.delete(object(INGRESS, kept));
    await t.knex('aliases').where({ id: removed.id }).delete();
    // An admin no longer lists the host name.
    const second = await start('ingress', { routes: 'ingress' }, t, []);
    await t.eventually(() => get(INGRESS, kept), 'it is there again');
    await t.eventually(
      async () =>
        !(await get(INGRESS, removed)) && !(await get(INGRESS, moved)),
      'what has no alias, or no listed host, is gone',
    );
    expect(await doctor(second.t)).toMatchObject({ state: 'OK' });
    expect((await get(INGRESS, same))!.metadata!.resourceVersion).toBe(version);
  });

  it('15: a setting that an operator takes away is taken from all of them', async () => {
    const first = await start('ingress', {
      routes: 'ingress',
      ingress: {
        className: 'nginx',
        annotations: { 'example.com/auth': 'strict' },
      },
    });
    const { t, get } = first;
    const alias = await first.create({ name: 'lunch' });
    await t.eventually(() => get(INGRESS, alias), 'it is made');
    await t.store.stop();
    await start('ingress', { routes: 'ingress' }, t);
    await t.eventually(async () => {
      const { spec, metadata } = (await get(INGRESS, alias))!;
      return (
        spec.ingressClassName === undefined &&
        metadata!.annotations!['example.com/auth'] === undefined
      );
    }, 'class and annotation are gone');
  });

  it('15: what belongs to somebody else is left alone, and named', async () => {
    const { t, gateway, create, get } = await start('ingress', {
      routes: 'ingress',
    });
    const one = await create({ name: 'one' });
    await t.eventually(() => get(INGRESS, one), 'one is made');
    // As if somebody had guessed the next id: made while the store looks elsewhere.
    await t.store.stop();
    const id = '00000000-0000-4000-8000-00000000000a';
    await t.knex('aliases').insert({
      id,
      name: 'two',
      is_primary: false,
      creator_ref: 'user:default/uma',
      created_at: new Date().toISOString(),
      updated_at: new Date().toISOString(),
      revision: 1,
    });
    const { spec } = (await get(INGRESS, one))!;
    await tests.cluster.create({
      ...INGRESS,
      metadata: { name: `a-${id}`, namespace: gateway },
      spec,
    } as AnyObject);
    const again = await start('ingress', { routes: 'ingress' }, t);
    await t.eventually(
      async () =>
        (
          await doctor(again.t)
        ).evidence[0]?.message.includes('belongs to somebody else'),
      'the doctor names it',
    );
    expect(await doctor(again.t)).toMatchObject({
      state: 'WARNING',
      evidence: [
        {
          source: 'Alias two',
          message: `Ingress a-${id}: is missing: the Ingress a-${id} in the cluster belongs to somebody else`,
        },
      ],
    });
    expect((await get(INGRESS, { id }))!.spec).toEqual(spec);
  });

  it('15: an HTTPRoute is made and removed with its alias, or the doctor says that the cluster has none', async () => {
    const { t, create, object, get } = await start('httproute', {
      routes: 'httpRoute',
      httpRoute: { parentRefs: [{ name: 'public', namespace: 'gateways' }] },
    });
    const isServed = await tests.cluster.api
      .json('/apis/gateway.networking.k8s.io/v1')
      .then(
        () => true,
        () => false,
      );
    const alias = await create({ name: 'lunch' });
    if (!isServed) {
      await t.eventually(
        async () => (await doctor(t)).state === 'FAILED',
        'the doctor says it',
      );
      return;
    }
    await t.eventually(() => get(HTTP_ROUTE, alias), 'the route is made', 5000);
    const route = (await get(HTTP_ROUTE, alias))!;
    expect(route.spec.hostnames).toEqual([expect.stringMatching(/^lunch\./)]);
    expect(route.spec.rules[0].backendRefs).toMatchObject([
      { name: 'app-store-gateway', port: 7008 },
    ]);
    // As its defaults are none of ours, nothing differs.
    expect(await doctor(t)).toMatchObject({ state: 'OK' });
    await tests.cluster.delete(object(HTTP_ROUTE, alias));
    await t.eventually(
      () => get(HTTP_ROUTE, alias),
      'the route is made again',
      5000,
    );
    // A Gateway that does not take it says so.
    await tests.cluster.api.json(
      `/apis/gateway.networking.k8s.io/v1/namespaces/${
        route.metadata!.namespace
      }/httproutes/${route.metadata!.name}/status`,
      {
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        body: {
          status: {
            parents: [
              {
                controllerName: 'example.com/gateway',
                parentRef: { name: 'public' },
                conditions: [
                  {
                    type: 'Accepted',
                    status: 'False',
                    reason: 'NoMatchingListenerHostname',
                    message: 'no listener has this host name',
                    lastTransitionTime: new Date().toISOString(),
                    observedGeneration: 1,
                  },
                ],
              },
            ],
          },
        },
      },
    );
    await t.eventually(
      async () => (await doctor(t)).state === 'WARNING',
      'the doctor says that no listener takes it',
    );
    expect((await doctor(t)).evidence[0].message).toContain(
      'no listener has this host name',
    );
    await t.store.api.delete(`${API}/aliases/lunch`).set(as('uma'));
    await t.eventually(
      async () => !(await get(HTTP_ROUTE, alias)),
      'the route is removed',
      5000,
    );
  });
});
