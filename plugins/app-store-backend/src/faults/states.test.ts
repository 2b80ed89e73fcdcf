/** What the store says while a cluster does not do as it is told, and when it says that all is right. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterTest, has, isWell } from '../cluster/__testUtils__/ClusterTest';
import { APP_IMAGE } from '../cluster/__testUtils__/ClusterUnderTest';
import { documentedRules } from '../__testUtils__/documentedRights';
import { API, as } from '../__testUtils__/StoreUnderTest';
import { DATABASE, FaultTests } from './__testUtils__/FaultTests';
import { row } from './__testUtils__/rows';

jest.setTimeout(240_000);

describe('15: states that tell the truth', () => {
  const f = FaultTests.use();
  const room = mkdtempSync(join(tmpdir(), 'states-'));
  afterAll(() => rmSync(room, { recursive: true, force: true }));
  const ours = { userAgent: 'ai-app-store', watch: false };

  it('15: 3, what the namespace does not admit', async () => {
    await f.cluster.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: f.t.namespace },
      spec: { hard: { pods: '0' } },
    } as never);
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: f.t.namespace },
    };
    await f.t.eventually(
      async () => (await f.cluster.get(quota))!.status?.hard,
      'the quota counts',
    );
    const id = await f.t.run(f.app);
    const told = await f.t.until(id, has('QUOTA_EXCEEDED'));
    row('3 quota of pods: says so', 'PENDING without a word', told.ms, 5);
    await f.cluster.delete(quota);
    // The controller tries again after a growing pause of its own.
    row('3 quota lifted: right', '-', await f.took(id, isWell), 60);
  });

  it('15: 3, a webhook that refuses', async () => {
    const webhook = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'refuses' },
    };
    await f.cluster.create({
      ...webhook,
      webhooks: [
        {
          name: 'refuses.example.com',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy: 'Fail',
          timeoutSeconds: 1,
          clientConfig: { url: 'https://127.0.0.1:1/', caBundle: '' },
          rules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE'],
              resources: ['pods'],
            },
          ],
        },
      ],
    } as never);
    try {
      const { ms } = await f.t.until(
        await f.t.run(f.app),
        has('WEBHOOK_UNREACHABLE'),
      );
      row('3 webhook unreachable: says so', 'PENDING without a word', ms, 5);
    } finally {
      await f.cluster.delete(webhook);
    }
  });

  it('15: 3, a service account that is missing', async () => {
    const strict = await f.store('account', {
      kubernetes: { serviceAccount: 'nobody-here' },
    });
    try {
      const id = await strict.run(await strict.publish({ name: 'refused' }));
      const { ms } = await strict.until(id, has('ACCOUNT_MISSING'));
      row(
        '3 service account missing: says so',
        'PENDING without a word',
        ms,
        5,
      );
    } finally {
      await strict.stop();
    }
  });

  it('15: 4, a namespace that is deleted', async () => {
    const id = await f.running();
    await f.cluster.delete({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: f.t.namespace },
    });
    // Kubernetes leaves what is in it alone for 5 s (`namespaceDeletionGracePeriod`): apps go on until then.
    await f.t.eventually(
      async () => !(await f.cluster.get(f.t.object('Deployment', id))),
      'its content goes',
    );
    const { seen, ms } = await f.t.until(id, ({ problem }) =>
      ['NAMESPACE_TERMINATING', 'NAMESPACE_MISSING'].includes(
        problem?.code ?? '',
      ),
    );
    expect(seen.problem!.owner).toBe('admin');
    row('4 content of a deleted namespace goes: says so', 'PENDING', ms, 5);
    await f.t.eventually(
      async () =>
        !(await f.cluster.get({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: f.t.namespace },
        })),
      'it is gone',
    );
    const late = await f.t.until(
      await f.t.run(f.app),
      has('NAMESPACE_MISSING'),
    );
    row('4 namespace missing: says so', 'PENDING', late.ms, 5);
    await f.cluster.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: f.t.namespace },
    });
    row('4 namespace there again: right', '-', await f.took(id, isWell), 60);
  });

  it('15: 5, SUSPENDED is shown once nothing runs', async () => {
    const id = await f.running();
    await f.faults.fail({
      status: 401,
      match: { ...ours, method: 'PATCH', path: 'deployments' },
    });
    await f.t.post(`/instances/${id}/suspend`);
    const { seen, ms } = await f.t.until(id, each => Boolean(each.problem));
    expect(await f.t.pods(id)).toHaveLength(1);
    expect([seen.status === 'SUSPENDED', seen.problem!.code]).toEqual([
      false,
      'CLUSTER_UNAUTHORIZED',
    ]);
    row('5 suspension refused (401): says so', 'SUSPENDED', ms, 5);
    await f.faults.fail();
    const began = Date.now();
    await f.t.until(id, 'SUSPENDED');
    expect(await f.t.pods(id)).toEqual([]);
    row('5 API takes it: SUSPENDED', '-', Date.now() - began, 10);
  });

  it('15: 5, a termination that is refused says so', async () => {
    const id = await f.running();
    await f.faults.fail({
      status: 403,
      match: { ...ours, method: 'DELETE', path: 'deployments' },
    });
    const began = Date.now();
    await f.t.store.api.delete(`${API}/instances/${id}`).set(as('uma'));
    const { seen } = await f.t.until(id, each => Boolean(each.problem));
    expect([seen.terminating, seen.problem!.owner]).toEqual([true, 'admin']);
    row('5 termination refused: says so', 'no word', Date.now() - began, 5);
    await f.faults.fail();
    const gone = await f.t.eventually(
      async () =>
        (
          await f.t.store.api.get(`${API}/instances/${id}`).set(as('ada'))
        ).status === 404,
      'it is gone',
    );
    row('5 API takes it: gone', '-', gone, 10);
  });

  it('15: 6, a bad image of an app with a volume is corrected', async () => {
    const runtime = (image: string) => ({
      // One after the other, with the same files.
      bundles: { directory: room },
      runtimes: [
        { name: 'node', mode: 'node', image, command: ['node', '{{module}}'] },
      ],
    });
    const bad = await f.store('corrected', runtime('no-such-image:1'));
    const id = await bad.run(
      await bad.publish({
        name: 'corrected',
        runtime: 'VolumeMount = "/data"\nVolumeSize = "16Mi"',
      }),
    );
    await bad.until(id, ({ status, problem }) => {
      return status === 'FAILED' && Boolean(problem?.code.startsWith('IMAGE'));
    });
    const claim = bad.object('PersistentVolumeClaim', id);
    const { uid } = (await f.cluster.get(claim))!.metadata!;
    await bad.store.stop();
    const good = await f.store('corrected', runtime(APP_IMAGE.image), bad);
    try {
      const began = Date.now();
      await good.store.api
        .post(`${API}/instances/${id}/redeploy`)
        .set(as('ada'))
        .send({});
      await good.until(id, isWell);
      row(
        '6 image corrected, redeployed: runs',
        'stuck',
        Date.now() - began,
        10,
      );
      expect((await f.cluster.get(claim))!.metadata!.uid).toBe(uid);
    } finally {
      await good.stop();
    }
  });

  it('15: 12, what the store may not do is named, at its start and where it matters', async () => {
    const { namespace } = f.t;
    const name = 'limited';
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name, namespace },
    };
    const { namespaced, clusterWide } = documentedRules();
    await f.cluster.create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace },
    });
    await f.cluster.create({
      ...role,
      rules: namespaced.map(rule =>
        rule.resources!.includes('services')
          ? { ...rule, verbs: rule.verbs.filter(verb => verb !== 'create') }
          : rule,
      ),
    } as never);
    const whole = {
      ...role,
      kind: 'ClusterRole',
      metadata: { name: namespace },
    };
    await f.cluster.create({ ...whole, rules: clusterWide } as never);
    for (const binding of [
      { ...role, kind: 'RoleBinding' },
      { ...whole, kind: 'ClusterRoleBinding' },
    ])
      await f.cluster.create({
        ...binding,
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: binding.kind.replace('Binding', ''),
          name: binding.metadata.name,
        },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      } as never);
    const { status } = await f.cluster.api.json<{ status: { token: string } }>(
      `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
      { method: 'POST', body: { spec: { audiences: [] } } },
    );
    const file = join(room, 'kubeconfig');
    writeFileSync(
      file,
      f.faults.kubeconfig.replace(/token: .*/, `token: ${status.token}`),
    );
    await f.t.store.stop();
    f.t = await ClusterTest.start(
      f.cluster,
      'limited',
      { bundles: { directory: room } },
      { after: f.t, database: DATABASE, kubeconfig: file },
    );
    const began = Date.now();
    await f.t.eventually(async () => {
      const { checks } = await f.t.store.get('/doctor', 'ada');
      const check = checks.find(({ id }: any) => id === 'permissions');
      return check.state === 'FAILED' && /create services/.test(check.message);
    }, 'the doctor names what is missing');
    row('12 rights missing: named', 'ready', Date.now() - began, 5);
    const app = await f.t.publish({ name: 'limited' });
    const id = await f.t.run(app);
    const { seen, ms } = await f.t.until(id, has('CLUSTER_FORBIDDEN'));
    expect(seen.problem).toMatchObject({
      owner: 'admin',
      message: expect.stringContaining('create services'),
    });
    row('12 forbidden: says so', 'runs PENDING', ms, 5);
    await f.cluster.edit(role, { rules: namespaced });
    row('12 allowed: right', '-', await f.took(id, isWell), 30);
  });

  it('15: an API that takes 5 s for each answer', async () => {
    await f.faults.fail({ latencyMs: 5000, match: ours });
    row(
      'API answers after 5 s: a launch',
      '-',
      await f.took(await f.t.run(f.app), isWell),
      45,
    );
  });
});
