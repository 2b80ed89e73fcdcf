/** What a namespace may hold: quotas, limit ranges and pod security. */
import { OwnCluster } from '../__testUtils__/clusters';
import type { Json } from '../types';

describe('admission', () => {
  const own = OwnCluster.use();

  const pod = (name: string, container: Json = {}, spec: Json = {}) => ({
    metadata: { name },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'local/node:24',
          command: ['sleep', '1000'],
          ...container,
        },
      ],
      terminationGracePeriodSeconds: 0,
      ...spec,
    },
  });
  const resources = (cpu: string, memory: string) => ({
    resources: { requests: { cpu, memory }, limits: { cpu, memory } },
  });

  it('keeps a namespace within its quota, and counts what is gone no more', async () => {
    const path = await own.namespace('small');
    await own.client.call('POST', `${path}/resourcequotas`, {
      metadata: { name: 'q' },
      spec: { hard: { 'requests.cpu': '150m', pods: '2' } },
    });
    const create = (body: Json) =>
      own.client.call('POST', `${path}/pods`, body);
    const missing = await create(pod('none'));
    expect(missing.status).toBe(403);
    expect(missing.body.message).toContain(
      'failed quota: q: must specify requests.cpu for: main',
    );
    expect((await create(pod('a', resources('100m', '8Mi')))).status).toBe(201);
    const { body } = await create(pod('b', resources('100m', '8Mi')));
    expect(body.message).toBe(
      'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=100m, used: requests.cpu=100m, limited: requests.cpu=150m',
    );
    await own.client.call('DELETE', `${path}/pods/a`);
    await own.client.until(
      'room',
      async () =>
        (await create(pod('c', resources('100m', '8Mi')))).status === 201,
    );
    await own.client.until(
      'what is used',
      async () =>
        (
          await own.client.call('GET', `${path}/resourcequotas/q`)
        ).body.status?.used?.pods === '1',
    );
  });

  it('never lets two at once past a quota', async () => {
    const path = await own.namespace('race');
    await own.client.call('POST', `${path}/resourcequotas`, {
      metadata: { name: 'q' },
      spec: { hard: { 'count/configmaps': '5' } },
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        own.client.call('POST', `${path}/configmaps`, {
          metadata: { name: `c${i}` },
        }),
      ),
    );
    // One is there from the start: the root certificate.
    const { body } = await own.client.call('GET', `${path}/configmaps`);
    expect(body.items).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(16);
  });

  it('gives containers what a limit range says, and refuses what is beyond it', async () => {
    const path = await own.namespace('ranged');
    await own.client.call('POST', `${path}/limitranges`, {
      metadata: { name: 'l' },
      spec: {
        limits: [
          {
            type: 'Container',
            default: { memory: '64Mi' },
            defaultRequest: { memory: '32Mi' },
            max: { memory: '128Mi' },
          },
        ],
      },
    });
    const plain = await own.client.call('POST', `${path}/pods`, pod('a'));
    expect(plain.body.spec.containers[0].resources).toEqual({
      limits: { memory: '64Mi' },
      requests: { memory: '32Mi' },
    });
    const { status, body } = await own.client.call(
      'POST',
      `${path}/pods`,
      pod('b', { resources: { limits: { memory: '1Gi' } } }),
    );
    expect([status, body.message]).toEqual([
      403,
      'pods "b" is forbidden: maximum memory usage per Container is 128Mi, but limit is 1Gi',
    ]);
  });

  it('holds pods to the security level of their namespace', async () => {
    const path = await own.namespace('strict', {
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    const { status, body } = await own.client.call(
      'POST',
      `${path}/pods`,
      pod('loose'),
    );
    expect(status).toBe(403);
    expect(body.message).toContain(
      'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    );
    const tight = pod(
      'tight',
      {
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
      },
      {
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1000,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    );
    expect((await own.client.call('POST', `${path}/pods`, tight)).status).toBe(
      201,
    );
  });

  it('says why a ReplicaSet has no pods', async () => {
    const path = await own.namespace('full');
    await own.client.call('POST', `${path}/resourcequotas`, {
      metadata: { name: 'q' },
      spec: { hard: { pods: '0' } },
    });
    await own.client.call('POST', '/apis/apps/v1/namespaces/full/deployments', {
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { app: 'd' } },
        template: { ...pod('d'), metadata: { labels: { app: 'd' } } },
      },
    });
    const condition = await own.client.until('the failure', async () =>
      (
        await own.client.call(
          'GET',
          '/apis/apps/v1/namespaces/full/deployments/d',
        )
      ).body.status?.conditions?.find(
        (each: Json) => each.type === 'ReplicaFailure',
      ),
    );
    expect(condition).toMatchObject({
      status: 'True',
      reason: 'FailedCreate',
      message: expect.stringContaining('exceeded quota: q'),
    });
  });
});
