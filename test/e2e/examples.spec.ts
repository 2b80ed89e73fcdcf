/**
 * Every example that can be run here is run and answers. What was installed once is
 * kept: TiddlyWiki and the app with a wheel in its bundle come back after a pause with no
 * package index in reach, and with what was written before.
 */
import { expect, test } from '@playwright/test';
import type {
  App,
  AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { enterApp, type Entered } from './gateway';
import { freePort, Portal } from './portal';

const portal = new Portal();
let metricsPort: number;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  test.setTimeout(300_000);
  metricsPort = await freePort();
  await portal.start({
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
  });
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
});

async function appNamed(name: string): Promise<App> {
  const { body } = await portal.api('dev', `/apps?name=${name}`);
  return body.items[0];
}

async function send(path: string, body?: object): Promise<AppInstance> {
  const answer = await portal.api('dev', path, {
    method: 'POST',
    body: JSON.stringify(body ?? {}),
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBeLessThan(300);
  return answer.body;
}

/** Waits until an instance runs, or does not. */
async function settled(id: string): Promise<AppInstance> {
  for (let i = 0; i < 1200; i++) {
    const { body } = await portal.api('dev', `/instances/${id}`);
    if (['DEPLOYED', 'FAILED', 'SUSPENDED'].includes(body.status)) return body;
    await sleep(100);
  }
  throw new Error('the instance never settled');
}

async function run(name: string): Promise<AppInstance> {
  const app = await appNamed(name);
  return settled((await send(`/apps/${app.id}/instances`)).id);
}

async function logOf(id: string, container: string): Promise<string> {
  const response = await fetch(
    `${portal.url}/api/app-store/v1/instances/${id}/logs?container=${container}`,
    { headers: { authorization: `Bearer ${await portal.token('dev')}` } },
  );
  return response.text();
}

const ANSWERS: Record<string, string | RegExp> = {
  'com.example.hello': 'served by an app of the store',
  'com.example.guestbook': 'Nobody has signed yet',
  'com.example.colours': 'Colour Contrast',
  'com.example.team-board': 'What are you at, dev?',
  'ai.h2o.wave.hello': /You are user:default\/dev, and this is visit 1\./,
};

for (const [name, words] of Object.entries(ANSWERS))
  test(`${name} runs and answers`, async () => {
    const instance = await run(name);
    expect(instance).toMatchObject({ status: 'DEPLOYED' });
    const open = await enterApp(portal, 'dev', instance.id);
    const answer = await open();
    expect(answer.status).toBe(200);
    if (typeof words === 'string') expect(answer.body).toContain(words);
    else expect(answer.body).toMatch(words);
    await portal.api('dev', `/instances/${instance.id}`, { method: 'DELETE' });
  });

test('a link and a container image are not run here, and say so', async () => {
  const link = await appNamed('io.backstage.docs');
  expect(link).toMatchObject({
    lifecycle: 'LINK',
    linkAddress: expect.stringContaining('https://backstage.io/'),
    can: { run: false },
  });
  const container = await appNamed('org.nginx.nginx');
  expect(container.runnability.problems).toEqual([
    expect.objectContaining({
      code: 'IMAGE_UNAVAILABLE',
      message: expect.stringContaining('no container images'),
    }),
  ]);
});

test('a managed app is run by its owner, and by nobody else but an admin', async () => {
  const app = await appNamed('com.example.team-board');
  const { status } = await portal.api('uma', `/apps/${app.id}/instances`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  expect(status).toBe(403);
});

test('15: figures for Prometheus tell of the launches, and have what the dashboard shows', async () => {
  const text = await (
    await fetch(`http://127.0.0.1:${metricsPort}/metrics`)
  ).text();
  const values = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:{.*})? (\\S+)`, 'gm'))].map(
      ([, value]) => Number(value),
    );
  const [launches] = values('app_store_launch_duration_count');
  expect(launches).toBeGreaterThanOrEqual(Object.keys(ANSWERS).length);
  expect(values('app_store_watch_synced')).toEqual([1]);
  const dashboard = readFileSync(
    join(__dirname, '../../deploy/grafana/app-store.json'),
    'utf8',
  );
  const shown = new Set(dashboard.match(/\bapp_store_[a-z_]+/g));
  // The doctor's first look by itself is a minute after the start.
  expect(shown.delete('app_store_doctor_check')).toBe(true);
  expect(shown.size).toBeGreaterThan(5);
  expect([...shown].filter(name => !values(name).length)).toEqual([]);
});

test('what was installed is kept: resumed without a package index, with what was written', async () => {
  test.setTimeout(240_000);
  const wiki = await run('com.tiddlywiki.tiddlywiki');
  const words = await run('com.example.word-count');
  expect([wiki.status, words.status]).toEqual(['DEPLOYED', 'DEPLOYED']);
  expect(await logOf(wiki.id, 'prepare')).toContain(
    'Kept the environment for later starts',
  );

  let open: Entered = await enterApp(portal, 'dev', wiki.id);
  expect((await open()).body).toContain('TiddlyWiki');
  const written = await putTiddler(wiki.id, 'Written by a test');
  expect(written).toBe(204);
  open = await enterApp(portal, 'dev', words.id);
  expect(
    (await open('/', { form: { text: 'to be or not to be' } })).status,
  ).toBe(303);
  expect((await open()).body).toContain('6 words: to be or not to be');

  for (const { id } of [wiki, words]) {
    await send(`/instances/${id}/suspend`);
    expect((await settled(id)).status).toBe('SUSPENDED');
  }

  // The same portal, without a network.
  await portal.stop();
  await portal.start({
    NODE_OPTIONS: `--require ${join(__dirname, 'noNetwork.cjs')}`,
  });
  for (const { id } of [wiki, words]) {
    await send(`/instances/${id}/resume`);
    expect(await settled(id)).toMatchObject({ status: 'DEPLOYED' });
    expect(await logOf(id, 'prepare')).toContain(
      'Restored the kept environment',
    );
  }
  open = await enterApp(portal, 'dev', wiki.id);
  expect(
    (await open('/recipes/default/tiddlers/Written%20by%20a%20test')).body,
  ).toContain('kept over a pause');
  open = await enterApp(portal, 'dev', words.id);
  expect((await open()).body).toContain('6 words: to be or not to be');

  // That there is no index is true: what was never installed cannot be now.
  const zip = new ZipFile();
  zip.addBuffer(
    Buffer.from(
      '[App]\nName = "com.example.needy"\nVersion = "1"\n[Runtime]\nAppMode = "node"\nModule = "a.js"\n',
    ),
    'app.toml',
  );
  zip.addBuffer(Buffer.from(''), 'a.js');
  zip.addBuffer(
    Buffer.from('{"dependencies":{"is-number":"7.0.0"}}'),
    'package.json',
  );
  zip.end();
  const imported = await portal.api('dev', '/apps', {
    method: 'POST',
    body: await buffer(zip.outputStream as Readable),
    headers: { 'content-type': 'application/zip' },
  });
  const needy = await settled(
    (
      await send(`/apps/${imported.body.app.id}/instances`)
    ).id,
  );
  expect(needy).toMatchObject({
    status: 'FAILED',
    stage: 'dependencies',
    problem: { code: 'INDEX_UNREACHABLE', owner: 'admin' },
  });
  expect(needy.problem!.message).toContain('is-number');
});

/** Writes into the wiki, as its page does. */
async function putTiddler(id: string, title: string): Promise<number> {
  const open = await enterApp(portal, 'dev', id);
  return (
    await open(`/recipes/default/tiddlers/${encodeURIComponent(title)}`, {
      method: 'PUT',
      json: { title, text: 'kept over a pause', tags: [] },
    })
  ).status;
}
