/**
 * The whole life of an instance, on the local cluster or, by `npm run test:cluster` with KUBECONFIG,
 * on any other. Each test has a namespace of its own.
 */
import { ClusterTest, type Seen } from './__testUtils__/ClusterTest';
import {
  ClusterUnderTest,
  IS_REAL,
  NO_NODES,
} from './__testUtils__/ClusterUnderTest';
import { API, as } from '../__testUtils__/StoreUnderTest';

jest.setTimeout(IS_REAL ? 900_000 : 180_000);

/** Where no pod runs there is nothing to see of these. */
const onNodes: (name: string, run: () => Promise<void>) => void = NO_NODES
  ? () => {}
  : it;

describe('15: an instance in a cluster', () => {
  let cluster: ClusterUnderTest;
  let test: ClusterTest | undefined;

  beforeAll(async () => {
    cluster = await ClusterUnderTest.open();
  });
  afterEach(async () => {
    await test?.stop();
    test = undefined;
  });
  afterAll(async () => cluster?.close());

  const start = async (name: string, appStore?: object) => {
    test = await ClusterTest.start(cluster, name, appStore);
    return test;
  };
  const gone = (t: ClusterTest, kind: string, id: string) => async () =>
    !(await cluster.get(t.object(kind, id)));
  const has = (code: string) => (seen: Seen) => seen.problem?.code === code;

  onNodes('15: runs, is suspended, resumed and terminated', async () => {
    const t = await start('life');
    const id = await t.run(await t.publish({ name: 'life' }));
    await t.until(id, 'DEPLOYED');
    const [pod] = await t.pods(id);
    expect(pod.spec.automountServiceAccountToken).toBe(false);
    const log = await t.store.api
      .get(`${API}/instances/${id}/logs`)
      .set(as('uma'));
    expect(log.text).toContain('serving life');
    expect((await t.store.get(`/instances/${id}/status`, 'uma')).status).toBe(
      'Running',
    );

    await t.post(`/instances/${id}/suspend`);
    const first = await t.see(id);
    expect([first.status, first.suspending ?? false]).toEqual(
      (await t.pods(id)).length ? ['PENDING', true] : expect.anything(),
    );
    await t.until(id, 'SUSPENDED');
    // It says so only once that is true.
    expect(await t.pods(id)).toEqual([]);

    await t.post(`/instances/${id}/resume`);
    await t.until(id, 'DEPLOYED');
    const [second] = await t.pods(id);
    expect(second.metadata!.uid).not.toBe(pod.metadata!.uid);

    await t.store.api.delete(`${API}/instances/${id}`).set(as('uma'));
    for (const kind of ['Deployment', 'Service', 'NetworkPolicy'])
      await t.eventually(gone(t, kind, id), `${kind} gone`);
    await t.eventually(async () => !(await t.pods(id)).length, 'no pod');
    await t.eventually(
      async () =>
        (
          await t.store.api.get(`${API}/instances/${id}`).set(as('uma'))
        ).status === 404,
      'no row',
    );
  });

  onNodes('15: keeps its volume, over a termination too', async () => {
    const t = await start('volume');
    await t.prepareVolume();
    const app = await t.publish({
      name: 'keeper',
      runtime: 'VolumeMount = "/data"\nVolumeSize = "16Mi"',
      tail: '[[Env]]\nName = "VOLUME"\nValue = "/data"\n',
    });
    const id = await t.run(app);
    await t.until(id, 'DEPLOYED');
    await t.post(`/instances/${id}/suspend`);
    await t.until(id, 'SUSPENDED');
    await t.post(`/instances/${id}/resume`);
    await t.until(id, 'DEPLOYED');
    const logOf = async () =>
      (await t.store.api.get(`${API}/instances/${id}/logs`).set(as('uma')))
        .text;
    expect(await logOf()).toContain('xx');
    const claim = (await cluster.get(t.object('PersistentVolumeClaim', id)))!;
    await t.store.api.delete(`${API}/instances/${id}`).set(as('uma'));
    await t.eventually(gone(t, 'StatefulSet', id), 'no workload');
    await t.eventually(
      async () =>
        (
          await t.store.get('/instances?terminated=true', 'uma')
        ).items.length,
      'released',
    );
    await t.post(`/instances/${id}/restore`);
    await t.post(`/instances/${id}/resume`);
    await t.until(id, 'DEPLOYED');
    expect(await logOf()).toContain('xxx');
    expect(
      (await cluster.get(t.object('PersistentVolumeClaim', id)))!.metadata!.uid,
    ).toBe(claim.metadata!.uid);
    await t.store.api
      .delete(`${API}/instances/${id}?purge=true`)
      .set(as('uma'));
    await t.eventually(gone(t, 'PersistentVolumeClaim', id), 'no volume');
  });

  onNodes(
    '15: says which secret is missing, and starts once it is back',
    async () => {
      const t = await start('secrets');
      await t.store.api
        .put(`${API}/secrets/database`)
        .set(as('dev'))
        .send({ data: { token: 'c2VjcmV0' } });
      const app = await t.publish({
        name: 'keyed',
        tail: '[[Env]]\nName = "TOKEN"\nSecret = "database"\nSecretKey = "token"\n[[File]]\nPath = "conf/token"\nSecret = "database"\nSecretKey = "token"\n',
      });
      const [object] = (await cluster.list('v1', 'Secret', t.namespace)).filter(
        each => each.metadata!.labels?.['ai-app-store.io/secret'],
      );
      await cluster.delete({
        apiVersion: 'v1',
        kind: 'Secret',
        ...object,
      });
      // Nobody waits for a resync.
      const lostMs = await t.eventually(
        async () =>
          (await t.store.get('/secrets/database', 'dev')).state === 'LOST',
        'the secret is lost',
      );
      expect(lostMs).toBeLessThan(5000);
      await cluster.create({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name: object.metadata!.name,
          namespace: t.namespace,
          labels: object.metadata!.labels,
        },
        data: object.data,
      });
      await t.eventually(
        async () =>
          (await t.store.get('/secrets/database', 'dev')).state === 'READY',
        'the secret is back',
      );
      const id = await t.run(app);
      await t.until(id, 'DEPLOYED');
      await t.post(`/instances/${id}/suspend`);
      await t.until(id, 'SUSPENDED');
      await cluster.delete({ apiVersion: 'v1', kind: 'Secret', ...object });
      await t.post(`/instances/${id}/resume`);
      const { seen } = await t.until(id, has('SECRET_MISSING'));
      expect(seen.problem).toMatchObject({ owner: 'author' });
      expect(seen.problem!.message).toContain('"database"');
    },
  );

  it('15: repairs what somebody deletes or edits, within 5 s', async () => {
    const t = await start('drift');
    await t.prepareVolume();
    const id = await t.run(
      await t.publish({
        name: 'drift',
        runtime: 'VolumeMount = "/data"\nVolumeSize = "16Mi"',
        tail: '[[File]]\nPath = "conf/note"\nValue = "text"\n',
      }),
    );
    const plain = await t.run(await t.publish({ name: 'plain' }));
    for (const each of [id, plain])
      await (NO_NODES
        ? t.eventually(() => cluster.get(t.object('Service', each)), 'applied')
        : t.until(each, 'DEPLOYED'));
    const took: Record<string, number> = {};
    for (const [kind, of] of [
      ['NetworkPolicy', id],
      ['Service', id],
      ['ConfigMap', id],
      ['StatefulSet', id],
      ['Deployment', plain],
    ]) {
      const before = (await cluster.get(t.object(kind, of)))!;
      await cluster.delete(t.object(kind, of));
      took[`${kind} deleted`] = await t.eventually(async () => {
        const now = await cluster.get(t.object(kind, of));
        return now && now.metadata!.uid !== before.metadata!.uid;
      }, `${kind} is there again`);
    }
    const container = (object: any) => object.spec.template.spec.containers[0];
    const edits: Array<
      [string, string, string, object, (now: any) => boolean]
    > = [
      [
        'replicas',
        'Deployment',
        plain,
        { spec: { replicas: 3 } },
        now => now.spec.replicas === 1,
      ],
      [
        'image',
        'Deployment',
        plain,
        {
          spec: {
            template: {
              spec: { containers: [{ name: 'app', image: 'example.com/x:1' }] },
            },
          },
        },
        now => container(now).image !== 'example.com/x:1',
      ],
      [
        'added variable',
        'Deployment',
        plain,
        {
          spec: {
            template: {
              spec: {
                containers: [
                  { name: 'app', env: [{ name: 'ADDED', value: 'x' }] },
                ],
              },
            },
          },
        },
        now => !container(now).env.some((each: any) => each.name === 'ADDED'),
      ],
      [
        'port',
        'Service',
        plain,
        {
          spec: {
            ports: [
              { port: 80, name: 'http', protocol: 'TCP', targetPort: 9999 },
            ],
          },
        },
        now => now.spec.ports[0].targetPort === 'http',
      ],
      [
        'ingress',
        'NetworkPolicy',
        plain,
        { spec: { ingress: [{}] } },
        now => Boolean(now.spec.ingress[0].from),
      ],
      [
        'data',
        'ConfigMap',
        id,
        { data: { 'file-0': 'other' } },
        now => !JSON.stringify(now.data).includes('other'),
      ],
      [
        'label',
        'Service',
        plain,
        { metadata: { labels: { 'ai-app-store.io/app': 'x' } } },
        now => now.metadata.labels['ai-app-store.io/app'] !== 'x',
      ],
    ];
    for (const [what, kind, of, patch, isRepaired] of edits) {
      await cluster.edit(t.object(kind, of), patch);
      took[`${kind} ${what}`] = await t.eventually(
        async () => isRepaired(await cluster.get(t.object(kind, of))),
        `${kind}: ${what} repaired`,
      );
    }
    // What is not the store's stays.
    await cluster.edit(t.object('Deployment', plain), {
      metadata: { annotations: { 'example.com/note': 'mine' } },
    });
    await t.post(`/instances/${plain}/suspend`);
    await t.eventually(
      async () =>
        (await cluster.get(t.object('Deployment', plain)))!.spec.replicas === 0,
      'suspended',
    );
    expect(
      (await cluster.get(t.object('Deployment', plain)))!.metadata!.annotations,
    ).toMatchObject({ 'example.com/note': 'mine' });
    expect(Object.entries(took).filter(([, ms]) => ms > 5000)).toEqual([]);
  });

  it('15: names an object that is somebody else’s, and leaves it alone', async () => {
    const t = await start('not-ours');
    const id = await t.run(await t.publish({ name: 'taken' }));
    await t.eventually(() => cluster.get(t.object('Service', id)), 'applied');
    await t.post(`/instances/${id}/suspend`);
    await t.eventually(
      async () =>
        (await cluster.get(t.object('Deployment', id)))!.spec.replicas === 0,
      'suspended',
    );
    await t.store.stop();
    const service = t.object('Service', id);
    await cluster.delete(service);
    await cluster.create({
      ...service,
      spec: { ports: [{ port: 1 }] },
    } as never);
    test = await ClusterTest.start(cluster, 'not-ours', {}, t);
    const { seen } = await test.until(id, has('NOT_OURS'));
    expect(seen.problem).toMatchObject({
      owner: 'admin',
      message: expect.stringContaining(`Service i-${id}`),
    });
    expect((await cluster.get(service))!.spec.ports[0].port).toBe(1);
  });

  it('15: tells at once what the rules of the namespace do not admit', async () => {
    const t = await start('rules');
    await t.prepareVolume();
    await cluster.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: t.namespace },
      spec: { hard: { pods: '0' } },
    });
    await t.eventually(
      async () =>
        (await cluster.get({
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name: 'none', namespace: t.namespace },
        }))!.status?.hard,
      'the quota counts',
    );
    const app = await t.publish({ name: 'refused' });
    for (const [name, runtime] of [
      ['refused', app],
      [
        'refused-with-volume',
        await t.publish({
          name: 'refused-with-volume',
          runtime: 'VolumeMount = "/data"\nVolumeSize = "16Mi"',
        }),
      ],
    ]) {
      const id = await t.run(runtime);
      const { seen, ms } = await t.until(id, has('QUOTA_EXCEEDED'));
      expect([name, seen.status, seen.problem!.owner]).toEqual([
        name,
        'FAILED',
        'admin',
      ]);
      expect(ms).toBeLessThan(IS_REAL ? 10_000 : 5000);
    }
  });

  it('15: a service account that is missing is told, and not by its name', async () => {
    const t = await start('account', {
      kubernetes: { serviceAccount: 'nobody-here' },
    });
    const id = await t.run(await t.publish({ name: 'refused' }));
    const { seen } = await t.until(id, has('ACCOUNT_MISSING'));
    expect(seen.problem!.message).not.toContain('nobody-here');
  });

  onNodes(
    '15: an image that does not exist, and an app that ends',
    async () => {
      const t = await start('causes');
      const ends = await t.run(
        await t.publish({
          name: 'ends',
          server: "console.log('about to end'); process.exit(7)",
        }),
      );
      const { seen } = await t.until(ends, has('APP_EXITED'));
      expect(seen.problem!.message).toContain('exit code 7');
      expect(seen.problem!.detail).toContain('about to end');
      const silent = await t.run(
        await t.publish({
          name: 'silent',
          server:
            "console.log('listening on 3000'); process.on('SIGTERM', () => process.exit(0)); require('node:http').createServer().listen(3000)",
        }),
      );
      await t.until(silent, has('NOT_LISTENING'));
    },
  );

  it('15: a namespace that is deleted is told at once', async () => {
    const t = await start('namespace');
    const id = await t.run(await t.publish({ name: 'homeless' }));
    await t.eventually(() => cluster.get(t.object('Service', id)), 'applied');
    await cluster.delete({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: t.namespace },
    });
    const { seen } = await t.until(id, ({ problem }) =>
      ['NAMESPACE_MISSING', 'NAMESPACE_TERMINATING'].includes(
        problem?.code ?? '',
      ),
    );
    expect(seen.problem!.owner).toBe('admin');
  });

  onNodes('15: a bad image is corrected, with a volume too', async () => {
    const t = await start('corrected');
    await t.prepareVolume();
    const app = await t.publish({
      name: 'corrected',
      runtime: 'VolumeMount = "/data"\nVolumeSize = "16Mi"',
      server: 'process.exit(3)',
    });
    const id = await t.run(app);
    await t.until(id, has('APP_EXITED'));
    await t.store.api
      .post(`${API}/instances/${id}/redeploy`)
      .set(as('ada'))
      .send({});
    await t.until(id, has('APP_EXITED'));
    const [pod] = await t.pods(id);
    expect(pod.metadata!.annotations?.['ai-app-store.io/launch']).toBe('2');
  });
});
