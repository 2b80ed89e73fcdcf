/**
 * The store as a whole: REST, database, processor, and the Kubernetes API of a local
 * cluster with real processes. On SQLite and on PostgreSQL.
 */
import { mockCredentials } from '@backstage/backend-test-utils';
import type { LocalCluster } from '@ai-app-store/local-cluster';
import { KubeConfig } from '@kubernetes/client-node';
import { request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from './__testUtils__/StoreUnderTest';
import { databaseIds } from './database/__testUtils__/databases';
import { KubeApi } from './kubernetes/client/KubeApi';
import { until } from './__testUtils__/until';

jest.setTimeout(120_000);

/** Reaches a pod as the gateway would. */
function fetchPod(
  address: string,
  port: number,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    httpRequest({ host: address, port }, response => {
      buffer(response).then(
        body => resolve(JSON.parse(body.toString())),
        reject,
      );
    })
      .on('error', reject)
      .end();
  });
}

describe.each(databaseIds())('the store on %s', id => {
  let store: StoreUnderTest;
  let cluster: LocalCluster;
  let api: StoreUnderTest['api'];

  beforeAll(async () => {
    store = await StoreUnderTest.start(id);
    ({ cluster, api } = store);
  });

  afterAll(() => store?.stop());

  const base = API;
  const importApp = (who: string, body: Buffer, visibility?: string) =>
    store.importApp(who, body, visibility);
  const get = (path: string, who: string) => store.get(path, who);
  it('imports, runs, keeps a volume while it is suspended, and removes everything at the end', async () => {
    const secret = await api
      .put(`${base}/secrets/door`)
      .set(as('dev'))
      .send({ data: { key: 'opensesame' } });
    expect(secret.body).toMatchObject({ name: 'door', keys: ['key'] });
    expect(JSON.stringify(secret.body)).not.toContain('opensesame');
    const imported = await importApp(
      'dev',
      await bundle({
        name: 'keeper',
        toml: 'VolumeMount = "/data"\nVolumeSize = "1Gi"',
        tail: '[[Env]]\nName = "TOKEN"\nSecret = "door"\nSecretKey = "key"\n',
        tags: ['GUESTS', 'NO_SUCH_TAG'],
      }),
    );
    expect(imported.status).toBe(201);
    expect(imported.body.warnings).toEqual([
      expect.objectContaining({
        code: 'UNKNOWN_TAG',
        message: expect.stringContaining('NO_SUCH_TAG'),
      }),
    ]);
    const appId = imported.body.app.id;

    const run = await api
      .post(`${base}/apps/${appId}/instances`)
      .set(as('uma'))
      .send({});
    expect(run.status).toBe(201);
    expect(run.body).toMatchObject({
      status: 'PENDING',
      stage: 'accepted',
      owner: 'user:default/uma',
    });
    const { id: instanceId } = run.body;
    const ready = await store.until(instanceId, 'DEPLOYED', 'uma');
    expect(Object.keys(ready.stages)).toEqual([
      'accepted',
      'scheduled',
      'bundle',
      'dependencies',
      'starting',
      'ready',
    ]);

    const [pod] = (
      await kube(
        cluster,
        `/api/v1/namespaces/app-store/pods?labelSelector=ai-app-store.io/instance%3D${instanceId}`,
      )
    ).items;
    expect(await fetchPod(pod.status.podIP, 8080)).toEqual({
      starts: 'x',
      local: 'y',
      env: instanceId,
      secret: 10,
    });

    const log = await api
      .get(`${base}/instances/${instanceId}/logs?tail=5`)
      .set(as('uma'));
    expect(log.text).toContain('serving as keeper');
    const events = await api
      .get(`${base}/instances/${instanceId}/logs?tail=5`)
      .set(as('uma'))
      .set('accept', 'text/event-stream');
    expect(events.type).toBe('text/event-stream');
    expect(events.text).toContain('event: line\ndata: "serving as keeper"\n\n');
    expect(events.text).toMatch(/event: end\ndata: \{\}\n\n$/);
    expect(
      (await get(`/instances/${instanceId}/events`, 'uma')).items.length,
    ).toBeGreaterThan(0);

    expect(
      (await api.post(`${base}/instances/${instanceId}/suspend`).set(as('uma')))
        .body,
    ).toMatchObject({ status: 'PENDING', suspending: true });
    await waitFor(
      'no pod',
      async () =>
        !(
          await kube(cluster, '/api/v1/namespaces/app-store/pods')
        ).items.length,
    );
    expect(
      (await api.post(`${base}/instances/${instanceId}/resume`).set(as('uma')))
        .body.status,
    ).toBe('PENDING');
    await store.until(instanceId, 'DEPLOYED', 'uma');
    const [again] = (await kube(cluster, '/api/v1/namespaces/app-store/pods'))
      .items;
    expect(await fetchPod(again.status.podIP, 8080)).toMatchObject({
      starts: 'xx',
      local: 'y',
    });

    expect(
      (await api.delete(`${base}/secrets/door`).set(as('dev'))).body,
    ).toMatchObject({ status: 409, code: 'SECRET_IN_USE' });
    expect(
      (await api.delete(`${base}/apps/${appId}`).set(as('dev'))).body,
    ).toMatchObject({ status: 409, code: 'APP_IN_USE' });
    expect(
      (await api.delete(`${base}/instances/${instanceId}`).set(as('uma')))
        .status,
    ).toBe(202);
    // Everything goes but the volume, which can be restored.
    const running = cluster;
    const empty = (path: string) =>
      waitFor(
        `${path} empty`,
        async () => !(await kube(running, path)).items.length,
      );
    const claims = '/api/v1/namespaces/app-store/persistentvolumeclaims';
    const others = [
      '/api/v1/namespaces/app-store/pods',
      '/api/v1/namespaces/app-store/services',
      '/apis/apps/v1/namespaces/app-store/statefulsets',
    ];
    for (const path of others) await empty(path);
    expect((await kube(running, claims)).items).toHaveLength(1);
    // Its row says so once the cluster was seen to have nothing left.
    await waitFor(
      'no instances',
      async () => !(await get('/instances', 'uma')).items.length,
    );
    const [kept] = (await get('/instances?terminated=true', 'uma')).items;
    expect(kept).toMatchObject({ id: instanceId, can: { restore: true } });
    expect(Date.parse(kept.purgeAfter)).toBeGreaterThan(Date.now());
    expect(
      (await api.delete(`${base}/apps/${appId}`).set(as('dev'))).body,
    ).toMatchObject({ status: 409, code: 'VOLUMES_KEPT' });
    expect(
      (await api.post(`${base}/instances/${instanceId}/resume`).set(as('uma')))
        .body,
    ).toMatchObject({ status: 409, code: 'TERMINATING' });
    expect(
      (await api.post(`${base}/instances/${instanceId}/restore`).set(as('uma')))
        .body,
    ).toMatchObject({ status: 'SUSPENDED', terminating: false });
    await api.post(`${base}/instances/${instanceId}/resume`).set(as('uma'));
    await store.until(instanceId, 'DEPLOYED', 'uma');
    const [third] = (await kube(cluster, '/api/v1/namespaces/app-store/pods'))
      .items;
    expect(await fetchPod(third.status.podIP, 8080)).toMatchObject({
      starts: 'xxx',
    });
    await api.delete(`${base}/instances/${instanceId}`).set(as('uma'));
    expect(
      (
        await api
          .delete(`${base}/apps/${appId}?purgeTerminated=true`)
          .set(as('dev'))
      ).status,
    ).toBe(204);
    for (const path of [...others, claims]) await empty(path);
    expect(
      (await api.get(`${base}/instances/${instanceId}`).set(as('uma'))).status,
    ).toBe(404);
    expect(
      (await api.delete(`${base}/secrets/door`).set(as('dev'))).status,
    ).toBe(204);
  });

  it('names the cause when an app does not come up', async () => {
    const exits = await importApp(
      'dev',
      await bundle({
        name: 'exits',
        server: 'console.error("no database"); process.exit(7)',
      }),
    );
    const run = await api
      .post(`${base}/apps/${exits.body.app.id}/instances`)
      .set(as('uma'))
      .send({});
    const failed = await until(async () => {
      const found = await get(`/instances/${run.body.id}`, 'uma');
      return found.status === 'FAILED' && found.problem?.detail && found;
    }, 'failed');
    expect(failed.problem).toMatchObject({
      code: 'APP_EXITED',
      owner: 'author',
      message: expect.stringContaining('exit code 7'),
      detail: expect.stringContaining('no database'),
    });
    // Who does not read logs does not read their end either.
    await api.delete(`${base}/instances/${run.body.id}`).set(as('uma'));
  });

  it('shows each person what they may see, and no more', async () => {
    await importApp('dev', await bundle({ name: 'open', tags: ['GUESTS'] }));
    await importApp('dev', await bundle({ name: 'inner' }));
    await importApp('dev', await bundle({ name: 'mine' }), 'PRIVATE');
    const names = async (who: string) =>
      (await get('/apps', who)).items.map((a: { name: string }) => a.name);
    expect(await names('uma')).toEqual(
      expect.arrayContaining(['open', 'inner']),
    );
    expect(await names('uma')).not.toContain('mine');
    expect(await names('vic')).toEqual(['open']);
    expect(await names('val')).toEqual([]);
    const [open] = (await get('/apps', 'vic')).items;
    expect(open).not.toHaveProperty('owner');
    expect(open).not.toHaveProperty('tags');
    expect((await api.get(`${base}/tags`).set(as('vic'))).status).toBe(403);
    expect((await api.get(`${base}/secrets`).set(as('vic'))).status).toBe(403);

    const own = await api
      .post(`${base}/apps/${open.id}/instances`)
      .set(as('vic'))
      .send({});
    expect(own.status).toBe(201);
    expect(own.body.can).toMatchObject({
      open: true,
      logs: false,
      terminate: true,
    });
    expect(
      (await api.get(`${base}/instances/${own.body.id}/logs`).set(as('vic')))
        .body.code,
    ).toBe('NOT_ALLOWED');
    expect(
      (
        await api
          .post(`${base}/apps/${open.id}/instances`)
          .set(as('vic'))
          .send({})
      ).body.code,
    ).toBe('INSTANCE_LIMIT');
    expect(
      (await api.get(`${base}/instances/${own.body.id}`).set(as('uma'))).status,
    ).toBe(404);
    expect(
      (await api.delete(`${base}/instances/${own.body.id}`).set(as('uma')))
        .status,
    ).toBe(404);
    // The app's owner sees its state and log, an admin as well; neither gets in.
    const seen = (
      await api.get(`${base}/instances/${own.body.id}`).set(as('dev'))
    ).body;
    expect(seen.can).toMatchObject({
      open: false,
      status: true,
      logs: true,
      terminate: false,
    });
    expect(
      (await api.delete(`${base}/instances/${own.body.id}`).set(as('ada')))
        .status,
    ).toBe(202);
  });

  it('answers bad requests clearly, and foreign ids as if they did not exist', async () => {
    const nowhere = '00000000-0000-4000-8000-000000000000';
    for (const path of [
      `/apps/${nowhere}`,
      '/apps/nope',
      `/instances/${nowhere}`,
      '/instances/nope',
      '/apps/nope/icon',
    ])
      expect(
        (await api.get(`${base}${path}`).set(as('uma'))).body,
      ).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await importApp('dev', Buffer.from('no zip'))).body).toMatchObject({
      status: 400,
      code: 'NOT_AN_ARCHIVE',
      owner: 'you',
    });
    const twice = await bundle({ name: 'twice' });
    const both = await Promise.all([
      importApp('dev', twice),
      importApp('dev', twice),
    ]);
    expect(both.map(r => r.status).sort()).toEqual([201, 409]);
    expect(
      (
        await api
          .get(`${base}/me`)
          .set({ authorization: mockCredentials.none.header() })
      ).status,
    ).toBe(401);
    expect(
      (
        await api
          .post(`${base}/apps/nope/instances`)
          .set(as('uma'))
          .send({ visibility: 'SOMEHOW' })
      ).body.code,
    ).toBe('BAD_REQUEST');
    expect(
      (await api.get(`${base}/internal/instances/${nowhere}/content`)).status,
    ).toBe(401);
    expect(
      (await api.get(`${base}/gateway/routes`).set(as('uma'))).status,
    ).toBe(403);
  });
});

async function waitFor(
  what: string,
  look: () => Promise<boolean>,
): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await look()) return;
    await sleep(40);
  }
  throw new Error(`never: ${what}`);
}

async function kube(cluster: LocalCluster, path: string) {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(cluster.kubeconfig);
  const kubeApi = KubeApi.create(kubeConfig);
  try {
    return await kubeApi.json<{ items: Array<{ status: { podIP: string } }> }>(
      path,
    );
  } finally {
    kubeApi.close();
  }
}
