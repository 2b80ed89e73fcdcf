/**
 * `npm run test:overlay`: the example overlay on a cluster, and the main job in its portal. The cluster is that of
 * `KUBECONFIG`; `TEST_STORE_HOST` is an address of this machine that its pods reach, `TEST_IMAGE_PATH` the registry
 * and path of the images that `npm run images` made.
 */
import { expect, test, type Page } from '@playwright/test';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { Installation } from './Installation';

const { KUBECONFIG, TEST_STORE_HOST, TEST_IMAGE_PATH, TEST_ARTIFACTS } =
  process.env;
const PICTURES = join(TEST_ARTIFACTS ?? 'test-artifacts', 'overlay');
const TITLE = 'Greeter';

test.describe.configure({ mode: 'serial' });

let store: Installation;
let page: Page;
let authorization = '';

test.beforeAll(async ({ browser }) => {
  test.setTimeout(600_000);
  if (!KUBECONFIG || !TEST_STORE_HOST || !TEST_IMAGE_PATH)
    throw new Error(
      'KUBECONFIG, TEST_STORE_HOST and TEST_IMAGE_PATH are needed',
    );
  store = await Installation.create({
    kubeconfig: KUBECONFIG,
    host: TEST_STORE_HOST,
    images: TEST_IMAGE_PATH,
  });
  await store.issuer.put('lena', {
    sub: 'lena-1',
    name: 'Lena Long',
    roles: ['admin'],
  });
  const began = Date.now();
  await store.install();
  console.log(`  installed after ${seconds(Date.now() - began)}`);
  page = await (
    await browser.newContext({ ignoreHTTPSErrors: true })
  ).newPage();
  page.on('request', request => {
    if (request.url().startsWith(`${store.url}/api/app-store/`))
      authorization = request.headers().authorization ?? authorization;
  });
});

test.afterAll(async () => {
  test.setTimeout(300_000);
  await store?.keepLog(PICTURES);
  await store?.remove();
});

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const picture = (name: string) =>
  page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });

async function api(path: string, init: RequestInit = {}) {
  const response = await fetch(`${store.url}/api/app-store/v1${path}`, {
    ...init,
    headers: { authorization, ...init.headers },
  });
  return { status: response.status, body: await response.json() };
}

test('sign in at the issuer', async () => {
  await page.goto(`${store.url}/app-store`);
  await picture('1-sign-in');
  await page.getByRole('button', { name: /^Sign in with/ }).click();
  await page.getByLabel('Login').fill('lena');
  await page.getByRole('button', { name: 'Enter' }).click();
  await expect(page.getByRole('link', { name: 'My apps' })).toBeVisible();
  await expect.poll(() => authorization).not.toBe('');
});

test('the doctor finds nothing that fails', async () => {
  await page.goto(`${store.url}/app-store/admin/doctor`);
  await expect(page.getByText(/Checked /).first()).toBeVisible({
    timeout: 60_000,
  });
  await picture('2-doctor');
  const { body } = await api('/doctor');
  const failed = body.checks.filter(
    ({ state }: { state: string }) => state === 'FAILED',
  );
  expect(failed).toEqual([]);
});

test('publish an app, and find it', async () => {
  const zip = new ZipFile();
  zip.addBuffer(
    Buffer.from(
      `[App]\nName = "com.example.greeter"\nVersion = "1.0.0"\nTitle = "${TITLE}"\nDescription = "Says hello."\n[Runtime]\nAppMode = "node"\nModule = "server.js"\nVolumeMount = "/data"\nVolumeSize = "64Mi"\n`,
    ),
    'app.toml',
  );
  zip.addBuffer(
    Buffer.from(
      `const fs = require('fs'); const file = '/data/visits'; const visits = () => (fs.existsSync(file) ? Number(fs.readFileSync(file)) : 0);
require('http').createServer((q, s) => { if (q.url === '/') fs.writeFileSync(file, String(visits() + 1)); s.setHeader('content-type', 'text/html'); s.end('<!doctype html><title>Greeter</title><h1>Hello, visit ' + visits() + '</h1>'); }).listen(process.env.PORT);`,
    ),
    'server.js',
  );
  zip.end();
  const { status } = await api('/apps?visibility=ALL_USERS', {
    method: 'POST',
    headers: { 'content-type': 'application/zip' },
    body: new Uint8Array(await buffer(zip.outputStream as Readable)),
  });
  expect(status).toBe(201);
  await page.goto(`${store.url}/app-store`);
  await expect(page.getByRole('link', { name: TITLE })).toBeVisible();
  await picture('3-store');
});

let address: URL;

test('run it, and be led into it', async () => {
  test.setTimeout(180_000);
  await page.getByRole('link', { name: TITLE }).click();
  const clicked = Date.now();
  await page.getByRole('button', { name: /^Run/ }).click();
  await expect(
    page.getByRole('list', { name: 'Progress of the launch' }),
  ).toBeVisible();
  await picture('4-launch');
  await page.waitForURL(url => url.hostname.endsWith('.apps.localhost'), {
    timeout: 120_000,
  });
  await expect(page.getByRole('heading')).toHaveText('Hello, visit 1');
  const inside = Date.now() - clicked;
  await picture('5-app');
  address = new URL(page.url());
  const [id] = address.hostname.split('.');
  const { body } = await api(`/instances/${id}`);
  expect(body.status).toBe('DEPLOYED');
  const {
    items: [pod],
  } = JSON.parse(
    await store.kubectl(
      ...['-n', 'app-store-apps', 'get', 'pods', '-o', 'json'],
    ),
  );
  const ready = pod.status.conditions.find(
    ({ type }: { type: string }) => type === 'Ready',
  );
  console.log(
    `  Run to DEPLOYED ${seconds(
      Date.parse(body.stages.ready) - Date.parse(body.stages.accepted),
    )}; its pod, created to ready (whole seconds) ${seconds(
      Date.parse(ready.lastTransitionTime) -
        Date.parse(pod.metadata.creationTimestamp),
    )}; click to inside the app ${seconds(inside)}`,
  );
});

test('suspend it, resume it: its volume is kept', async () => {
  test.setTimeout(240_000);
  const [id] = address.hostname.split('.');
  await page.goto(`${store.url}/app-store/instances/${id}`);
  await expect(page.getByText('Running', { exact: true })).toBeVisible();
  await picture('6-instance');
  await page.getByRole('button', { name: `Suspend ${TITLE}` }).click();
  await expect(page.getByText('Suspended', { exact: true })).toBeVisible({
    timeout: 60_000,
  });
  await picture('7-suspended');
  const resumed = Date.now();
  await page.getByRole('button', { name: `Resume ${TITLE}` }).click();
  await expect
    .poll(async () => (await api(`/instances/${id}`)).body.status, {
      timeout: 120_000,
      intervals: [100],
    })
    .toBe('DEPLOYED');
  console.log(`  Resume to DEPLOYED ${seconds(Date.now() - resumed)}`);
  await page.goto(address.href);
  await expect(page.getByRole('heading')).toHaveText('Hello, visit 2');
});

test('terminate it: nothing of it is left but the volume, for as long as it is kept', async () => {
  test.setTimeout(120_000);
  const [id] = address.hostname.split('.');
  await page.goto(`${store.url}/app-store/instances/${id}`);
  await page.getByRole('button', { name: `Terminate ${TITLE}` }).click();
  await page.getByRole('button', { name: 'Terminate', exact: true }).click();
  await expect(page.getByText(/^Terminated/).first()).toBeVisible({
    timeout: 60_000,
  });
  await picture('8-terminated');
  await expect
    .poll(
      () =>
        store.kubectl(
          ...['-n', 'app-store-apps', 'get', 'pods,statefulsets', '-o', 'name'],
        ),
      { timeout: 60_000 },
    )
    .toBe('');
});
