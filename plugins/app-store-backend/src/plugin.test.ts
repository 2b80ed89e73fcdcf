/**
 * The store as a whole: REST, database, processor, and the Kubernetes API of a local
 * cluster with real processes. On SQLite and on PostgreSQL.
 */
import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { HOST_ALIAS, LocalCluster } from '@ai-app-store/local-cluster';
import { ENTRY_DIRECTORY } from '@ai-app-store/runtime-entry';
import { appStoreKubernetesExtensionPoint } from '@ai-app-store/backstage-plugin-app-store-node';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { KubeConfig } from '@kubernetes/client-node';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { ZipFile } from 'yazl';
import { databaseIds, databases } from './database/__testUtils__/databases';
import { KubeApi } from './kubernetes/KubeApi';
import appStorePlugin from '.';

jest.setTimeout(120_000);

const person = (name: string, groups: string[]): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name, namespace: 'default' },
  spec: { profile: { displayName: `${name} person` } },
  relations: groups.map(group => ({
    type: 'memberOf',
    targetRef: `group:default/${group}`,
  })),
});
const PEOPLE = [
  person('ada', ['admins', 'users']),
  person('dev', ['users']),
  person('uma', ['users']),
  person('vic', ['guests']),
  person('val', ['others']),
];
const as = (name: string) => ({
  authorization: mockCredentials.user.header(`user:default/${name}`),
});

const SERVER = `
const fs = require('node:fs');
const dir = process.env.APP_STORE_VOLUME_PATH;
if (dir) fs.appendFileSync(dir + '/starts', 'x');
fs.appendFileSync('local', 'y');
console.log('serving as ' + process.env.H2O_CLOUD_APP_NAME);
require('node:http').createServer((q, s) => s.end(JSON.stringify({ starts: dir && fs.readFileSync(dir + '/starts', 'utf8'), local: fs.readFileSync('local', 'utf8'), env: process.env.H2O_CLOUD_INSTANCE_ID, secret: (process.env.TOKEN || '').length }))).listen(Number(process.env.PORT));
`;

async function bundle(options: {
  name: string;
  version?: string;
  toml?: string;
  server?: string;
  tags?: string[];
  tail?: string;
}): Promise<Buffer> {
  const zip = new ZipFile();
  const toml = `[App]
Name = "${options.name}"
Version = "${options.version ?? '1.0.0'}"
Title = "Title of ${options.name}"
Tags = ${JSON.stringify(options.tags ?? [])}
[Runtime]
AppMode = "node"
Module = "server.js"
${options.toml ?? ''}
${options.tail ?? ''}`;
  zip.addBuffer(Buffer.from(toml), 'app.toml');
  zip.addBuffer(Buffer.from(options.server ?? SERVER), 'server.js');
  zip.end();
  return buffer(zip.outputStream as Readable);
}

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
  const directory = mkdtempSync(join(tmpdir(), 'st-'));
  let cluster: LocalCluster;
  let forwarder: Server;
  let backend: Awaited<ReturnType<typeof startTestBackend>>;
  let api: ReturnType<typeof request>;

  beforeAll(async () => {
    // Pods know the store's port before the store has one; this leads from the one to the other.
    let target = 0;
    forwarder = createServer(client => {
      const upstream = connect(target, '127.0.0.1');
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
      client.pipe(upstream).pipe(client);
    });
    forwarder.listen(0, '127.0.0.1');
    await once(forwarder, 'listening');
    const { port } = forwarder.address() as { port: number };
    cluster = await LocalCluster.start({
      directory: join(directory, 'c'),
      hostPorts: [port],
      backOff: { firstMs: 300, lastMs: 1000, resetMs: 60_000 },
      images: {
        runtime: {
          mounts: [
            { source: dirname(dirname(process.execPath)), target: '/opt/node' },
            { source: ENTRY_DIRECTORY, target: '/opt/entry' },
          ],
          path: ['/opt/entry', '/opt/node/bin'],
        },
      },
    });
    const knex = await databases.init(id);
    const kubernetes = createBackendModule({
      pluginId: 'app-store',
      moduleId: 'test-cluster',
      register(reg) {
        reg.registerInit({
          deps: { point: appStoreKubernetesExtensionPoint },
          async init({ point }) {
            const kubeConfig = new KubeConfig();
            kubeConfig.loadFromString(cluster.kubeconfig);
            point.setConnection({
              kubeConfig,
              storeUrl: `http://${HOST_ALIAS}:${port}`,
            });
          },
        });
      },
    });
    backend = await startTestBackend({
      features: [
        appStorePlugin,
        kubernetes,
        catalogServiceMock.factory({ entities: PEOPLE }),
        mockServices.database.factory({ knex }),
        mockServices.rootConfig.factory({
          data: {
            backend: { baseUrl: `http://localhost:${port}` },
            appStore: {
              gateway: { baseUrl: 'http://apps.localhost:1' },
              bundles: { directory: join(directory, 'b') },
              roles: { admin: ['admins'], fullAccess: ['users'] },
              limits: { instances: 3, visitorInstances: 1, appVersions: 20 },
              resources: { memoryReservation: '1Mi' },
              tags: [
                { name: 'GUESTS', visitorRoles: ['group:default/guests'] },
              ],
              runtimes: [
                {
                  name: 'node',
                  mode: 'node',
                  image: 'runtime:1',
                  command: ['node', '{{module}}'],
                },
              ],
            },
          },
        }),
      ],
    });
    target = backend.server.port();
    api = request(backend.server);
  });

  afterAll(async () => {
    await backend?.stop();
    await cluster?.stop(500);
    forwarder?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const base = '/api/app-store/v1';
  const importApp = async (
    who: string,
    body: Buffer,
    visibility = 'ALL_USERS',
  ) =>
    api
      .post(`${base}/apps?visibility=${visibility}`)
      .set(as(who))
      .set('content-type', 'application/zip')
      .send(body);
  const get = async (path: string, who: string) =>
    (await api.get(`${base}${path}`).set(as(who))).body;
  const until = async (
    what: string,
    instanceId: string,
    test: (i: AppInstance) => boolean,
  ): Promise<AppInstance> => {
    for (let i = 0; i < 600; i++) {
      const { body } = await api
        .get(`${base}/instances/${instanceId}`)
        .set(as('uma'));
      if (test(body)) return body;
      await sleep(40);
    }
    throw new Error(
      `never: ${what}: ${JSON.stringify(
        await get(`/instances/${instanceId}`, 'uma'),
      )}`,
    );
  };
  it('imports, runs, keeps a volume across a pause, and removes everything at the end', async () => {
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
    const ready = await until(
      'ready',
      instanceId,
      i => i.status === 'DEPLOYED',
    );
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
    expect(
      (await get(`/instances/${instanceId}/events`, 'uma')).items.length,
    ).toBeGreaterThan(0);

    expect(
      (await api.post(`${base}/instances/${instanceId}/suspend`).set(as('uma')))
        .body.status,
    ).toBe('SUSPENDED');
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
    await until('ready again', instanceId, i => i.status === 'DEPLOYED');
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
    await waitFor(
      'row gone',
      async () =>
        (
          await api.get(`${base}/instances/${instanceId}`).set(as('uma'))
        ).status === 404,
    );
    const running = cluster;
    for (const path of [
      '/api/v1/namespaces/app-store/pods',
      '/api/v1/namespaces/app-store/services',
      '/api/v1/namespaces/app-store/persistentvolumeclaims',
      '/apis/apps/v1/namespaces/app-store/statefulsets',
    ])
      await waitFor(
        `${path} empty`,
        async () => !(await kube(running, path)).items.length,
      );
    expect(
      (await api.delete(`${base}/apps/${appId}`).set(as('dev'))).status,
    ).toBe(204);
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
    const failed = await until(
      'failed',
      run.body.id,
      i => i.status === 'FAILED' && Boolean(i.problem?.detail),
    );
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
