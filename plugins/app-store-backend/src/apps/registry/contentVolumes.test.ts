/** Apps whose files the node keeps: on a real cluster API, with real pods. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  has,
  isWell,
  type ClusterTest,
} from '../../cluster/__testUtils__/ClusterTest';
import { ClusterTests } from '../../cluster/__testUtils__/ClusterTests';
import { API, as } from '../../__testUtils__/StoreUnderTest';

const READER = `
const fs = require('node:fs');
let wrote = 'wrote';
try { fs.writeFileSync('new.txt', ''); } catch (error) { wrote = error.code; }
console.log(wrote, process.env.HOME, fs.existsSync('/var/run/secrets/app-store/token'));
require('node:http').createServer((q, s) => s.end('ok')).listen(8080);
`;
/** Counts its starts in its volume. */
const KEEPER = `
const fs = require('node:fs');
fs.appendFileSync('/data/starts', 'x');
console.log(fs.readFileSync('/data/starts', 'utf8').length);
process.on('SIGTERM', () => process.exit(0));
require('node:http').createServer((q, s) => s.end('ok')).listen(8080);
`;
const READ_ONLY = 'ReadOnlyFiles = true';

describe('15: the content of apps as volumes', () => {
  const tests = ClusterTests.use();
  const start = (registry?: string) =>
    tests.start('content', {
      kubernetes: {
        contentRegistry: registry ?? `localhost:${tests.cluster.address.port}`,
      },
    });
  const accepted = (t: ClusterTest) =>
    t.eventually(async () => {
      const { checks } = await t.store.get('/doctor', 'ada');
      return checks.some(
        ({ id, state }: any) => id === 'content-volumes' && state === 'OK',
      );
    }, 'the cluster takes them');
  const reader = (t: ClusterTest, name: string) =>
    t.publish({ name, runtime: READ_ONLY, server: READER });

  /** What the pod of an instance is made of. */
  const specOf = async (t: ClusterTest, id: string) => {
    const [{ spec }] = await t.pods(id);
    const [app] = spec.containers;
    return {
      inits: (spec.initContainers ?? []).map(({ name }: any) => name),
      volumes: spec.volumes.map((each: any) => Object.keys(each).sort()),
      mounts: app.volumeMounts,
      reference: spec.volumes.find((each: any) => each.image)?.image
        .reference as string,
    };
  };

  it('15: an app that only reads its files starts without an init container, and without a token', async () => {
    const t = await start();
    await accepted(t);
    const id = await t.run(await reader(t, 'reader'));
    await t.until(id, isWell);
    expect(await specOf(t, id)).toEqual({
      inits: [],
      volumes: [['image', 'name']],
      mounts: [{ name: 'app', mountPath: '/app', readOnly: true }],
      reference: expect.stringMatching(
        /^localhost:\d+\/app-store\/[-0-9a-f]{36}\/[0-9a-f]{64}@sha256:[0-9a-f]{64}$/,
      ),
    });
    const log = await t.store.api
      .get(`${API}/instances/${id}/logs`)
      .set(as('uma'));
    expect(log.text).toBe('EROFS /tmp false\n');
    const { status, body } = await t.store.api
      .get(`${API}/instances/${id}/logs?container=prepare`)
      .set(as('uma'));
    expect([status, body.detail]).toEqual([
      404,
      'There is no log of a preparation: none was needed, or it is gone.',
    ]);
    const { steps } = await t.store.get(`/instances/${id}/launch`, 'uma');
    const names = steps.map(({ step }: any) => step);
    expect(names).toEqual(
      expect.arrayContaining(['pulled', 'started', 'probed']),
    );
    expect(names).not.toContain('bundle');

    await t.post(`/instances/${id}/suspend`);
    await t.until(id, 'SUSPENDED');
    await t.post(`/instances/${id}/resume`);
    await t.until(id, isWell);
  });

  it('15: what writes into its files, or installs something, is prepared in its pod', async () => {
    const t = await start();
    await accepted(t);
    const writer = await t.run(await t.publish({ name: 'writer' }));
    const installing = await t.run(
      await t.publish({
        name: 'installing',
        runtime: READ_ONLY,
        files: { 'package.json': Buffer.from('{}') },
      }),
    );
    for (const [id, readOnly] of [
      [writer, {}],
      [installing, { readOnly: true }],
    ] as const) {
      await t.until(id, isWell);
      expect(await specOf(t, id)).toEqual({
        inits: ['prepare'],
        volumes: [
          ['emptyDir', 'name'],
          ['name', 'projected'],
        ],
        mounts: [{ name: 'app', mountPath: '/app', ...readOnly }],
        reference: undefined,
      });
    }
  });

  it('15: what runs changes from its own preparation to a volume and back when it is redeployed', async () => {
    const ids: string[] = [];
    const directory = mkdtempSync(join(tmpdir(), 'content-'));
    const store = (registry: string | undefined, after?: ClusterTest) =>
      tests.start(
        'changes',
        {
          bundles: { directory },
          kubernetes: registry ? { contentRegistry: registry } : {},
        },
        after && { after },
      );
    /** Whether the pods of both are prepared in themselves; none of them is one of those before. */
    const prepared = async (t: ClusterTest, before: string[]) => {
      const pods = (await Promise.all(ids.map(id => t.pods(id)))).flat();
      if (
        pods.length !== ids.length ||
        pods.some(({ metadata }) => before.includes(metadata!.uid!))
      )
        return undefined;
      return pods.map(({ spec }: any) => Boolean(spec.initContainers?.length));
    };
    const podIds = async (t: ClusterTest) =>
      (await Promise.all(ids.map(id => t.pods(id))))
        .flat()
        .map(({ metadata }) => metadata!.uid!);
    const redeploy = async (t: ClusterTest, expected: boolean) => {
      const before = await podIds(t);
      for (const id of ids)
        expect(
          (await t.post(`/instances/${id}/redeploy`, {}, 'ada')).status,
        ).toBeLessThan(300);
      await t.eventually(
        async () =>
          (await prepared(t, before))?.every(each => each === expected),
        `all are ${expected ? '' : 'not '}prepared in their pods`,
      );
      for (const id of ids) await t.until(id, isWell);
    };
    const log = async (t: ClusterTest, id: string) =>
      (await t.store.api.get(`${API}/instances/${id}/logs`).set(as('uma')))
        .text;

    try {
      const first = await store(undefined);
      await first.prepareVolume();
      ids.push(
        await first.run(await reader(first, 'plain')),
        await first.run(
          await first.publish({
            name: 'keeps',
            runtime: `${READ_ONLY}\nVolumeMount = "/data"\nVolumeSize = "16Mi"`,
            server: KEEPER,
          }),
        ),
      );
      for (const id of ids) await first.until(id, isWell);
      expect(await prepared(first, [])).toEqual([true, true]);
      const started = await podIds(first);
      await first.store.stop();

      const second = await store(
        `localhost:${tests.cluster.address.port}`,
        first,
      );
      await accepted(second);
      // Until somebody asks for it, what runs stays as it was started.
      const other = await second.run(await reader(second, 'later'));
      await second.until(other, isWell);
      expect(await podIds(second)).toEqual(started);
      await redeploy(second, false);
      expect(await log(second, ids[1])).toBe('2\n');
      await second.store.stop();

      const third = await store(undefined, second);
      await redeploy(third, true);
      expect(await log(third, ids[1])).toBe('3\n');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('15: a registry that nodes do not reach is named, and the name of the image is not', async () => {
    const t = await start('localhost:1');
    await accepted(t);
    const id = await t.run(await reader(t, 'unreached'));
    const { seen } = await t.until(id, has('CONTENT_UNAVAILABLE'));
    expect(seen).toMatchObject({
      status: 'FAILED',
      problem: {
        owner: 'admin',
        message: expect.stringMatching(
          /^The node cannot pull the files of the app from localhost:1: connect:? ECONNREFUSED/,
        ),
        remedy: expect.stringContaining('contentRegistry'),
      },
    });
    const { reference } = await specOf(t, id);
    const [, pass] = /\/([0-9a-f]{64})@/.exec(reference)!;
    expect(
      JSON.stringify([
        seen,
        await t.store.get(`/instances/${id}/status`, 'uma'),
        await t.store.get(`/instances/${id}/events`, 'uma'),
      ]),
    ).not.toContain(pass);
  });

  it('15: the registry gives an image to who knows its name, and nothing else', async () => {
    const t = await start();
    await accepted(t);
    const app = await reader(t, 'served');
    const id = await t.run(app);
    await t.until(id, isWell);
    const { reference } = await specOf(t, id);
    const [, name, digest] = /^[^/]+\/(.+)@(.+)$/.exec(reference)!;
    const get = (path: string) => t.store.api.get(`/v2/${path}`);

    expect((await get('')).status).toBe(200);
    const manifest = await get(`${name}/manifests/${digest}`).buffer(true);
    expect(manifest.headers).toMatchObject({
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'docker-content-digest': digest,
    });
    const [layer] = JSON.parse(
      manifest.text ?? manifest.body.toString(),
    ).layers;
    const blob = await get(`${name}/blobs/${layer.digest}`)
      .buffer(true)
      .parse((response, done) => {
        const chunks: Buffer[] = [];
        response.on('data', chunk => chunks.push(chunk));
        response.on('end', () => done(null, Buffer.concat(chunks)));
      });
    expect([
      blob.body.length,
      `sha256:${createHash('sha256').update(blob.body).digest('hex')}`,
    ]).toEqual([layer.size, layer.digest]);
    const head = await t.store.api.head(`/v2/${name}/blobs/${layer.digest}`);
    expect([head.status, head.headers['content-length']]).toEqual([
      200,
      String(layer.size),
    ]);

    const other = await reader(t, 'other');
    const [, ofApp, pass] = /^(app-store\/[-0-9a-f]+)\/(\w+)$/.exec(name)!;
    for (const [path, code] of [
      [`app-store/${other}/${pass}/manifests/${digest}`, 'NAME_UNKNOWN'],
      [`${ofApp}/${pass.slice(1)}0/manifests/${digest}`, 'NAME_UNKNOWN'],
      [`${ofApp}/x/manifests/${digest}`, 'NAME_UNKNOWN'],
      [`app-store/no-app/${pass}/manifests/${digest}`, 'NAME_UNKNOWN'],
      [`${name}/manifests/latest`, 'MANIFEST_UNKNOWN'],
      [`${name}/blobs/${digest}`, 'BLOB_UNKNOWN'],
      [`${name}/tags/list`, 'NAME_UNKNOWN'],
    ])
      expect([path, (await get(path)).body.errors?.[0].code]).toEqual([
        path,
        code,
      ]);

    await t.store.api.delete(`${API}/instances/${id}`).set(as('uma'));
    await t.eventually(
      async () =>
        (
          await t.store.api.delete(`${API}/apps/${app}`).set(as('dev'))
        ).status === 204,
      'the app is deleted',
    );
    expect((await get(`${name}/manifests/${digest}`)).status).toBe(404);
  });
});
