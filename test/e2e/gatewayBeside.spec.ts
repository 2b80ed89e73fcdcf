/** The gateway in a process of its own, beside the portal, with one PostgreSQL: what deploy/components/gateway runs. */
import { expect, test, type Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, signedIn } from './people';
import { freePort, Portal } from './portal';

test.describe.configure({ mode: 'serial' });

const ROOT = resolve(__dirname, '../..');
const portal = new Portal();
const room = mkdtempSync(join(tmpdir(), 'beside-'));
let database: { url: string; stop(): Promise<void> };
let ports: { gateway: number; health: number };
let config: string;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let uma: Page;

/** As its Deployment starts it, with the places of this machine. */
async function startGateway() {
  const files = ['app-config.yaml', 'app-config.demo.yaml'].map(file =>
    join(ROOT, file),
  );
  const child: ChildProcess = spawn(
    process.execPath,
    [
      'dist/gateway.js',
      ...[...files, config].flatMap(file => ['--config', file]),
    ],
    {
      cwd: join(ROOT, 'packages/backend'),
      env: {
        ...process.env,
        APP_STORE_ROOT: ROOT,
        PORT: String(portal.port),
        PORTAL_URL: portal.url,
        GATEWAY_PORT: String(ports.gateway),
        APP_STORE_DATA: portal.data,
        APP_STORE_DEMO_SECRET: 'a greeting',
        APP_CONFIG_backend_listen_port: String(ports.health),
        APP_CONFIG_backend_database_ensureExists: 'false',
        APP_CONFIG_backend_database_skipMigrations: 'true',
        APP_CONFIG_discovery_endpoints: JSON.stringify([
          {
            target: `${portal.url}/api/{{pluginId}}`,
            plugins: ['app-store'],
          },
        ]),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', text => {
      output += text;
    });
  for (let i = 0; (await status('/.app-store/health')) !== 200; i++) {
    if (child.exitCode !== null || i > 600)
      throw new Error(`the gateway did not start:\n${output}`);
    await sleep(100);
  }
  return {
    stop: async () => {
      if (child.exitCode !== null) return child.exitCode;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

/** Of an answer of the gateway; 0 where nothing listens. */
async function status(path: string): Promise<number> {
  return fetch(`http://127.0.0.1:${ports.gateway}${path}`).then(
    response => response.status,
    () => 0,
  );
}

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  const { postgres } = await import('../../tools/lib/services.mjs');
  database = await postgres();
  ports = { gateway: await freePort(), health: await freePort() };
  portal.gatewayPort = await freePort();
  config = join(room, 'beside.yaml');
  const { hostname, port, username, pathname } = new URL(database.url);
  writeFileSync(
    config,
    JSON.stringify({
      backend: {
        database: {
          client: 'pg',
          pluginDivisionMode: 'schema',
          connection: {
            host: hostname,
            port: Number(port),
            user: username,
            database: pathname.slice(1),
          },
        },
      },
      appStore: {
        gateway: { baseUrl: `http://apps.localhost:${ports.gateway}` },
      },
    }),
  );
  await portal.start({}, [config]);
  gateway = await startGateway();
  uma = await signedIn(browser, portal, 'uma');
});

test.afterAll(async () => {
  await gateway?.stop();
  await portal.stop();
  portal.remove();
  rmSync(room, { recursive: true, force: true });
  await database?.stop();
});

test('15: people sign in through the portal, and are led to the gateway beside it', async () => {
  const app = await run(uma, portal, 'Hello');
  expect(Number(app.port)).toBe(ports.gateway);
  await expect(uma.getByText('Hello').first()).toBeVisible();
});

test('15: a gateway that is started again knows who is signed in', async () => {
  expect(await gateway.stop()).toBe(0);
  expect(await status('/')).toBe(0);
  gateway = await startGateway();
  const answer = await uma.reload();
  expect(answer!.status()).toBe(200);
  expect(answer!.request().redirectedFrom()).toBeNull();
  await expect(uma.getByText('Hello').first()).toBeVisible();
});

test('15: an instance that is terminated is gone from the gateway beside the portal', async () => {
  const id = new URL(uma.url()).hostname.split('.')[0];
  const { status: answer } = await portal.api('uma', `/instances/${id}`, {
    method: 'DELETE',
  });
  expect(answer).toBeLessThan(300);
  await expect.poll(async () => (await uma.reload())!.status()).not.toBe(200);
});
