/** What the store makes of an instance in a cluster, also in one where no pod ever runs. */
import { has } from './__testUtils__/ClusterTest';
import { ClusterTests } from './__testUtils__/ClusterTests';
import { IS_REAL, type AnyObject } from './__testUtils__/ClusterUnderTest';

describe('15: the objects of an instance', () => {
  const tests = ClusterTests.use();

  it('15: repairs what somebody deletes or edits, within 5 s', async () => {
    const t = await tests.start('drift');
    await t.prepareVolume();
    const id = await t.run(
      await t.publish({
        name: 'drift',
        runtime: 'VolumeMount = "/data"\nVolumeSize = "16Mi"',
        tail: '[[File]]\nPath = "conf/note"\nValue = "text"\n',
      }),
    );
    const plain = await t.run(await t.publish({ name: 'plain' }));
    const get = (kind: string, of: string) =>
      tests.cluster.get(t.object(kind, of));
    await t.eventually(() => get('StatefulSet', id), 'applied');
    await t.eventually(() => get('Deployment', plain), 'applied');
    const isRemade =
      (kind: string, of: string, before: AnyObject) => async () => {
        const uid = (await get(kind, of))?.metadata!.uid;
        return uid && uid !== before.metadata!.uid;
      };
    const is =
      (kind: string, of: string, check: (now: any) => boolean) => async () =>
        check(await get(kind, of));
    const took: Record<string, number> = {};
    for (const [kind, of] of [
      ['NetworkPolicy', id],
      ['Service', id],
      ['ConfigMap', id],
      ['StatefulSet', id],
      ['Deployment', plain],
    ]) {
      const before = (await get(kind, of))!;
      await tests.cluster.delete(t.object(kind, of));
      took[`${kind} deleted`] = await t.eventually(
        isRemade(kind, of, before),
        `${kind} is there again`,
      );
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
      // With these two the watch tells of another instance, or of none.
      [
        'label of the instance',
        'NetworkPolicy',
        plain,
        { metadata: { labels: { 'ai-app-store.io/instance': 'x' } } },
        now => now.metadata.labels['ai-app-store.io/instance'] === plain,
      ],
      [
        'label of the installation',
        'PersistentVolumeClaim',
        id,
        { metadata: { labels: { 'ai-app-store.io/installation': 'x' } } },
        now => now.metadata.labels['ai-app-store.io/installation'] !== 'x',
      ],
    ];
    for (const [what, kind, of, patch, isRepaired] of edits) {
      await tests.cluster.edit(t.object(kind, of), patch);
      took[`${kind} ${what}`] = await t.eventually(
        is(kind, of, isRepaired),
        `${kind}: ${what} repaired`,
      );
    }
    // What is not the store's stays.
    await tests.cluster.edit(t.object('Deployment', plain), {
      metadata: { annotations: { 'example.com/note': 'mine' } },
    });
    await t.post(`/instances/${plain}/suspend`);
    await t.eventually(
      async () =>
        (await tests.cluster.get(t.object('Deployment', plain)))!.spec
          .replicas === 0,
      'suspended',
    );
    expect(
      (await tests.cluster.get(t.object('Deployment', plain)))!.metadata!
        .annotations,
    ).toMatchObject({ 'example.com/note': 'mine' });
    expect(Object.entries(took).filter(([, ms]) => ms > 5000)).toEqual([]);
  });

  it('15: names an object that is somebody else’s, and leaves it alone', async () => {
    const t = await tests.start('not-ours');
    const id = await t.run(await t.publish({ name: 'taken' }));
    await t.eventually(
      () => tests.cluster.get(t.object('Service', id)),
      'applied',
    );
    await t.post(`/instances/${id}/suspend`);
    await t.eventually(
      async () =>
        (await tests.cluster.get(t.object('Deployment', id)))!.spec.replicas ===
        0,
      'suspended',
    );
    await t.store.stop();
    const service = t.object('Service', id);
    await tests.cluster.delete(service);
    await tests.cluster.create({
      ...service,
      spec: { ports: [{ port: 1 }] },
    } as never);
    const next = await tests.start('not-ours', {}, { after: t });
    const { seen } = await next.until(id, has('NOT_OURS'));
    expect(seen.problem).toMatchObject({
      owner: 'admin',
      message: expect.stringContaining(`Service i-${id}`),
    });
    expect((await tests.cluster.get(service))!.spec.ports[0].port).toBe(1);
  });

  it('15: tells at once what the rules of the namespace do not admit', async () => {
    const t = await tests.start('rules');
    await t.prepareVolume();
    await tests.cluster.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: t.namespace },
      spec: { hard: { pods: '0' } },
    });
    await t.eventually(
      async () =>
        (await tests.cluster.get({
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
    const t = await tests.start('account', {
      kubernetes: { serviceAccount: 'nobody-here' },
    });
    const id = await t.run(await t.publish({ name: 'refused' }));
    const { seen } = await t.until(id, has('ACCOUNT_MISSING'));
    expect(seen.problem!.message).not.toContain('nobody-here');
  });

  it('15: a namespace that is deleted is told at once', async () => {
    const t = await tests.start('namespace');
    const id = await t.run(await t.publish({ name: 'homeless' }));
    await t.eventually(
      () => tests.cluster.get(t.object('Service', id)),
      'applied',
    );
    await tests.cluster.delete({
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
});
