/**
 * What an instance is rendered with, and for how long: the configuration of its start
 * stays with it until an admin has it rendered anew, its volume until its time is over.
 * Two stores of one database, one of them configured anew.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { behaviourIds, migrated } from '../database/__testUtils__/databases';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';
import { until } from '../__testUtils__/until';

jest.setTimeout(120_000);

interface Kept {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
}

describe.each(behaviourIds())('an instance on %s', id => {
  let before: StoreUnderTest;
  let after: StoreUnderTest;
  const shared = mkdtempSync(join(tmpdir(), 'relaunch-'));

  beforeAll(async () => {
    const knex = await migrated(id);
    const appStore = (color: string) => ({
      bundles: { directory: shared, shared: true },
      extraEnv: [{ name: 'COLOR', value: color }],
      terminatedRetention: '2s',
      gpu: { allowedTypes: ['t4'], resource: 'example.com/gpu' },
      kubernetes: { caCertificates: { configMap: 'authorities' } },
      runtimes: [
        {
          name: 'node',
          mode: 'node',
          image: 'runtime:1',
          command: ['node', '{{module}}'],
          ephemeralVolumes: [{ mountPath: '/scratch', sizeLimit: '1Mi' }],
        },
      ],
      launchProfiles: [
        { name: 'sliced', gpuCount: 1, gpuResource: 'example.com/slice' },
        { name: 'whole', gpuCount: 1 },
        { name: 'small', memoryLimit: '123Mi' },
        { name: 'large', memoryLimit: '456Mi' },
      ],
    });
    before = await StoreUnderTest.start(id, appStore('red'), { knex });
    await before
      .kube('/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'app-store' },
      })
      // The store made it already.
      .catch(() => {});
    await before.kube('/api/v1/namespaces/app-store/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'authorities' },
      data: { 'ca.crt': '# none but us' },
    });
    after = await StoreUnderTest.start(id, appStore('blue'), {
      knex,
      beside: before,
    });
  });
  afterAll(async () => {
    await after?.stop();
    await before?.stop();
    rmSync(shared, { recursive: true, force: true });
  });

  const list = async (kind: string, instance: string) =>
    (
      (await before.kube(`/api/v1/namespaces/app-store/${kind}`)) as {
        items: Kept[];
      }
    ).items.filter(each => JSON.stringify(each).includes(instance));
  /** The pod that runs, once one does that holds a text. */
  const pod = (instance: string, text: string) =>
    until(async () =>
      (await list('pods', instance)).find(
        each =>
          !each.metadata.deletionTimestamp &&
          JSON.stringify(each).includes(text),
      ),
    );
  const post = (store: StoreUnderTest, who: string, path: string, body = {}) =>
    store.api.post(`${API}${path}`).set(as(who)).send(body);
  const isDeployed = (instance: string) =>
    until(
      async () =>
        (await before.get(`/instances/${instance}`, 'dev')).status ===
        'DEPLOYED',
    );

  it('keeps what it was rendered with when it is resumed, and its volume when it is rendered anew', async () => {
    const { body } = await before
      .importApp(
        'dev',
        await bundle({
          name: 'colors',
          toml: 'VolumeMount = "/v"\nVolumeSize = "1Mi"',
        }),
      )
      .expect(201);
    const run = await post(before, 'dev', `/apps/${body.app.id}/instances`);
    const instance = run.body.id as string;
    await isDeployed(instance);
    const [claim] = await list('persistentvolumeclaims', instance);

    await post(after, 'dev', `/instances/${instance}/suspend`).expect(200);
    await until(async () => !(await list('pods', instance)).length);
    await post(after, 'dev', `/instances/${instance}/resume`).expect(200);
    expect(JSON.stringify(await pod(instance, 'COLOR'))).toContain('"red"');
    await isDeployed(instance);

    await post(after, 'dev', `/instances/${instance}/redeploy`).expect(403);
    await post(after, 'ada', `/instances/${instance}/redeploy`).expect(200);
    expect(JSON.stringify(await pod(instance, '"blue"'))).not.toContain(
      '"red"',
    );
    expect(await list('persistentvolumeclaims', instance)).toEqual([
      expect.objectContaining({
        metadata: expect.objectContaining({ uid: claim.metadata.uid }),
      }),
    ]);

    // What is kept goes when its time is over, and the store says that it did it.
    await before.api
      .delete(`${API}/instances/${instance}`)
      .set(as('dev'))
      .expect(202);
    const ended = await before.get(`/instances/${instance}`, 'dev');
    expect(ended).toMatchObject({
      terminating: true,
      keepsVolume: true,
      can: expect.objectContaining({ restore: true }),
    });
    await until(
      async () =>
        (
          await before.api.get(`${API}/instances/${instance}`).set(as('dev'))
        ).status === 404,
    );
    expect(await list('persistentvolumeclaims', instance)).toEqual([]);
    const lines = (
      await before.get(`/audit?resourceId=${instance}&limit=50`, 'ada')
    ).items.map(({ action, actor }: { action: string; actor: string }) => [
      action,
      actor,
    ]);
    expect(lines.slice(0, 2)).toEqual([
      ['instance:purge', 'store'],
      ['instance:terminate', 'user:default/dev'],
    ]);
    await before.api
      .delete(`${API}/apps/${body.app.id}`)
      .set(as('dev'))
      .expect(204);
  });

  it('finds the authorities and the room that an admin gives, and the processors of its profile', async () => {
    const { body } = await before
      .importApp(
        'dev',
        await bundle({
          name: 'given',
          server: `
const fs = require('node:fs');
fs.writeFileSync('/scratch/note', 'written');
console.log(fs.readFileSync(process.env.SSL_CERT_FILE, 'utf8'), fs.readFileSync('/scratch/note', 'utf8'));
require('node:http').createServer((q, s) => s.end()).listen(Number(process.env.PORT));
`,
        }),
      )
      .expect(201);
    const runs = `/apps/${body.app.id}/instances`;
    const { body: plain } = await post(before, 'dev', runs).expect(201);
    await isDeployed(plain.id);
    const log = await before.api
      .get(`${API}/instances/${plain.id}/logs`)
      .set(as('dev'));
    expect(log.text).toContain('# none but us written');
    for (const [launchProfile, resource] of [
      ['sliced', 'example.com/slice'],
      ['whole', 'example.com/gpu'],
    ]) {
      const { body: instance } = await post(before, 'dev', runs, {
        launchProfile,
      }).expect(201);
      expect(JSON.stringify(await pod(instance.id, '"limits"'))).toContain(
        `"${resource}":"1"`,
      );
      await before.api
        .delete(`${API}/instances/${instance.id}?purge=true`)
        .set(as('dev'))
        .expect(202);
    }
    expect(
      (await before.get('/launch-profiles', 'dev')).items[0],
    ).not.toHaveProperty('gpuResource');
    await before.api
      .delete(`${API}/instances/${plain.id}?purge=true`)
      .set(as('dev'))
      .expect(202);
  });

  it('is started with its app’s default profile where none is chosen', async () => {
    const { body } = await before
      .importApp('dev', await bundle({ name: 'sized' }))
      .query({ profile: 'small' })
      .expect(201);
    const { app } = body;
    expect(app).toMatchObject({
      defaultLaunchProfile: 'small',
      requirements: expect.objectContaining({ memoryLimit: '123Mi' }),
    });
    const limits = async (request: object) => {
      const { body: instance } = await post(
        before,
        'dev',
        `/apps/${app.id}/instances`,
        request,
      ).expect(201);
      const [, limit] = /"limits":\{[^}]*"memory":"(\w+)"/.exec(
        JSON.stringify(await pod(instance.id, '"limits"')),
      )!;
      await before.api
        .delete(`${API}/instances/${instance.id}?purge=true`)
        .set(as('dev'))
        .expect(202);
      return [instance.launchProfile, limit];
    };
    expect(await limits({})).toEqual(['small', '123Mi']);
    expect(await limits({ launchProfile: 'large' })).toEqual([
      'large',
      '456Mi',
    ]);
    await before.api
      .patch(`${API}/apps/${app.id}`)
      .set(as('dev'))
      .send({ defaultLaunchProfile: 'large' })
      .expect(200);
    expect(await limits({})).toEqual(['large', '456Mi']);
    const refused = await before.api
      .patch(`${API}/apps/${app.id}`)
      .set(as('dev'))
      .send({ defaultLaunchProfile: 'huge' });
    expect(refused).toMatchObject({
      status: 400,
      body: expect.objectContaining({ code: 'NO_SUCH_PROFILE' }),
    });
  });
});
