/** Faults, and what they get: on the command line, on the pages, and after a kill. */
import { expect, test, type Page } from '@playwright/test';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { enterApp } from './gateway';
import { openInstance, signedIn } from './people';
import { accessible } from './violations';
import { pictures } from './pictures';
import { Portal } from './portal';
import { importApp, launch, SERVES } from './smallApps';

test.describe.configure({ mode: 'serial' });

const ROOT = resolve(__dirname, '../..');
const portal = new Portal();

test.beforeAll(async () => {
  test.setTimeout(240_000);
  await portal.start();
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
});

/** Runs `npm start` with these words to its end. */
async function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ['tools/portal.mjs', 'start', ...args],
    {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  const collect = (text: string) => {
    output += text;
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const [code] = await once(child, 'exit');
  return { code, output };
}

const ports = ['--port', '7801', '--gateway-port', '7802'];

test('13: what several commands need at once is made once, also where one of them is killed', async () => {
  const room = mkdtempSync(join(tmpdir(), 'once-'));
  const made = join(room, 'made');
  const log = join(room, 'log');
  /** Makes something that takes so long, unless it is made. */
  const command = (ms: number) =>
    spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { once } from ${JSON.stringify(
          join(ROOT, 'tools/lib/once.mjs'),
        )};
         import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
         import { setTimeout } from 'node:timers/promises';
         await once({
           lock: ${JSON.stringify(join(room, 'lock'))},
           isMade: () => existsSync(${JSON.stringify(made)}),
           make: async () => {
             appendFileSync(${JSON.stringify(log)}, 'made ');
             await setTimeout(${ms});
             writeFileSync(${JSON.stringify(made)}, '');
           },
         });`,
      ],
      { stdio: 'ignore' },
    );
  const begun = async (times: number) => {
    await expect(async () =>
      expect(readFileSync(log, 'utf8')).toBe('made '.repeat(times)),
    ).toPass();
  };
  const killed = command(60_000);
  await begun(1);
  killed.kill('SIGKILL');
  // Its lock is of nobody now: one of these takes it, and the others wait.
  const commands = [command(500), command(500), command(500)];
  expect(
    await Promise.all(
      commands.map(async each => (await once(each, 'exit'))[0]),
    ),
  ).toEqual([0, 0, 0]);
  await begun(2);
  expect(readdirSync(room).sort()).toEqual(['log', 'made']);
  rmSync(room, { recursive: true });
});

test('what keeps it from starting is one sentence with the remedy', async () => {
  const room = mkdtempSync(join(tmpdir(), 'faults-'));
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  writeFileSync(join(room, 'file'), '');
  mkdtempSync(join(room, 'foreign-'));
  const data = ['--data', join(room, 'data')];
  const cases: Array<[string[], RegExp, Record<string, string>?]> = [
    [
      ['--port', String(port), ...data],
      /Port \d+ for the portal is taken by another program: .*--port/,
    ],
    [
      ['--port', '7801', '--gateway-port', String(port), ...data],
      /Port \d+ for the gateway is taken by another program: .*--gateway-port/,
    ],
    [['--port', 'many', ...data], /--port must be a port from 1 to 65535/],
    [
      ['--port', '7801', '--gateway-port', '7801', ...data],
      /two different ports/,
    ],
    [
      [...ports, '--data', join(room, 'file/below')],
      /data directory .* cannot be written to .*--data/,
    ],
    [
      [...ports, '--data', room, '--reset'],
      /holds files that are not the portal's/,
    ],
    [[...ports, '--data', room], /holds files that are not the portal's/],
    [[...ports, '--data', ''], /--data needs a directory/],
    [[...ports, '--data', portal.data], /Another portal .* uses/],
    [[...ports, '--colour'], /--colour/],
    [[...ports, ...data], /NODE_ENV=production/, { NODE_ENV: 'production' }],
  ];
  for (const [args, sentence, env] of cases) {
    const { code, output } = await start(args, env);
    expect(output).toMatch(sentence);
    expect(code).not.toBe(0);
    expect(output).not.toMatch(/\n\s+at .*:\d+:\d+/);
  }
  taken.close();
  rmSync(room, { recursive: true, force: true });
});

test('an app that does not come up has a named cause on its page', async ({
  browser,
}) => {
  const page = await signedIn(browser, portal, 'uma');
  const cases: Array<[string, string, RegExp, RegExp?]> = [
    [
      'exits',
      `console.error('cannot find the moon'); process.exit(3)`,
      /ended with exit code 3/,
      /cannot find the moon/,
    ],
    [
      'silent',
      `setInterval(() => {}, 1000)`,
      /nothing answers on its port 8080/,
    ],
    [
      'elsewhere',
      `require('http').createServer().listen(9090)`,
      /nothing answers on its port 8080: the container listens on port 9090/,
    ],
  ];
  for (const [name, server, cause, tail] of cases) {
    const id = await launch(
      portal,
      'uma',
      await importApp(portal, name, server),
    );
    await openInstance(page, portal, new URL(`http://${id}.apps.localhost`));
    await expect(page.getByText(cause).first()).toBeVisible({
      timeout: 40_000,
    });
    if (tail)
      await expect(page.getByLabel('End of the log')).toContainText(tail);
    if (name === 'exits') {
      await pictures(page, 'failed');
      await accessible(page, 'failed');
      await page.getByLabel('Previous process').click({ force: true });
      await expect(page.locator('body')).toContainText('cannot find the moon');
      const app = await page.context().newPage();
      await app.goto(`http://${id}.apps.localhost:${portal.gatewayPort}/`);
      await expect(
        app.getByRole('heading', { name: 'exits is restarting' }),
      ).toBeVisible();
      await pictures(app, 'crashed');
      await app.close();
    }
    await portal.api('uma', `/instances/${id}`, { method: 'DELETE' });
  }
  await page.context().close();
});

/** Types a command as uma. */
function type(...args: string[]): string {
  return execFileSync(
    process.execPath,
    [
      join(ROOT, 'packages/cli/bin/app-store.js'),
      '--conf',
      join(portal.data, 'uma.json'),
      ...args,
    ],
    { encoding: 'utf8', env: { PATH: process.env.PATH, NO_COLOR: '1' } },
  );
}

/** Collects, from now on, each state that a page shows. */
async function collectStates(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    const look = () =>
      document.querySelectorAll('span').forEach(({ textContent }) => {
        const text = textContent?.trim() ?? '';
        if (
          /^(Running|Starting|Suspended|Failed|Unknown|Restarting.*)$/.test(
            text,
          )
        )
          seen.add(text);
      });
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    look();
    Object.assign(window, { states: () => [...seen] });
  });
  return () =>
    page.evaluate(() => (window as unknown as { states(): string[] }).states());
}

test('16: an app that ends again and again is restarting, never running, wherever it is looked at', async ({
  browser,
}) => {
  const id = await launch(
    portal,
    'uma',
    await importApp(
      portal,
      'lapses',
      `require('http').createServer((q,s)=>s.end('up for a moment')).listen(process.env.PORT,()=>setTimeout(()=>{console.error('the tank is empty');process.exit(7)},1500))`,
    ),
  );
  const well = await launch(
    portal,
    'uma',
    await importApp(portal, 'steady', SERVES),
  );
  const status = async (path = '') =>
    (await portal.api('uma', `/instances/${id}${path}`)).body;
  await expect.poll(async () => (await status()).status).toBe('FAILED');
  const page = await signedIn(browser, portal, 'uma');
  await openInstance(page, portal, new URL(`http://${id}.apps.localhost`));
  await expect(page.getByText(/^Restarting/)).toBeVisible();
  const list = await page.context().newPage();
  await list.goto(`${portal.url}/app-store/instances?search=lapses`);
  await expect(list.getByText(/^Restarting/)).toBeVisible();
  const shown = await Promise.all([page, list].map(collectStates));

  // Long enough for it to be up, and ready, twice more.
  const said = new Set<string>();
  let restarts = 0;
  let ups = 0;
  let wasUp = false;
  const entered = await enterApp(portal, 'uma', id);
  for (const began = Date.now(); Date.now() - began < 24_000; ) {
    const {
      status: state,
      restarting,
      problem,
      stage,
      restartCount,
    } = await status();
    const { status: pod } = await status('/status');
    said.add([state, restarting, stage, problem?.message, pod].join(' | '));
    restarts = Math.max(restarts, restartCount);
    const answer = await entered('/').catch(() => undefined);
    const isUp = answer?.body === 'up for a moment';
    if (isUp && !wasUp) ups += 1;
    wasUp = isUp;
    await sleep(150);
  }
  expect([...said]).toEqual([
    'FAILED | true | starting | The app ended with exit code 7. | CrashLoopBackOff',
  ]);
  // It was up in between, and people got in.
  expect(ups).toBeGreaterThan(0);
  expect(restarts).toBeGreaterThan(1);
  for (const states of shown)
    for (const state of await states())
      expect(state).toMatch(/^Restarting( \(\d+ times?\))?$/);

  await expect(page.getByText(/^The app ended with exit code 7/)).toBeVisible();
  await expect(page.getByLabel('End of the log')).toContainText(
    'the tank is empty',
  );
  await expect(list.getByText(/exit code 7/)).toBeVisible();
  await list.goto(`${portal.url}/app-store/instances`);
  await expect(
    list.getByText('1 running · 2 of 10 slots in use'),
  ).toBeVisible();
  await pictures(page, 'restarting');
  await accessible(page, 'restarting');
  await pictures(list, 'restarting-list');
  await accessible(list, 'restarting, list');
  const app = await page.context().newPage();
  // Whoever comes in the moment in which it is up sees the app.
  await expect(async () => {
    await app.goto(`http://${id}.apps.localhost:${portal.gatewayPort}/`);
    await expect(
      app.getByRole('heading', { name: 'lapses is restarting' }),
    ).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(
    app.getByText(/exit code 7.*Restarted \d+ times?/),
  ).toBeVisible();
  await pictures(app, 'restarting-gateway');

  type('login', portal.url, '--demo', 'uma');
  expect(type('instance', 'list')).toMatch(/lapses.*\tRESTARTING \(\d+\)\t/);
  expect(type('instance', 'get', id)).toMatch(/Status\s+RESTARTING \(\d+\)/);
  expect(type('instance', 'status', id)).toMatch(/Status\s+CrashLoopBackOff/);
  expect(type('config', 'whoami')).toMatch(
    /Instances\s+1 running, 2 of 10 slots in use/,
  );
  for (const each of [id, well])
    await portal.api('uma', `/instances/${each}`, { method: 'DELETE' });
  await page.context().close();
});

test('a runaway app stays bounded, and ending it leaves no process', async () => {
  const marker = `86400.${process.pid}`;
  const id = await launch(
    portal,
    'uma',
    await importApp(
      portal,
      'runaway',
      `require('child_process').spawn('sleep', ['${marker}'], { detached: true, stdio: 'ignore' }).unref(); ${SERVES}; const line = 'x'.repeat(1023) + '\\n'; const write = () => { while (process.stdout.write(line)); process.stdout.once('drain', write); }; write();`,
    ),
  );
  const ready = async () =>
    (await portal.api('uma', `/instances/${id}`)).body.status;
  await expect.poll(ready, { timeout: 30_000 }).toBe('DEPLOYED');
  await sleep(5000);
  // The portal still answers while the app writes as fast as it may.
  const began = Date.now();
  expect((await portal.api('uma', '/me')).status).toBe(200);
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(
    Number(
      execFileSync('du', ['-sm', join(portal.data, 'cluster')], {
        encoding: 'utf8',
      }).split('\t')[0],
    ),
  ).toBeLessThan(60);
  const running = () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(
      `sleep ${marker}`,
    );
  expect(running()).toBe(true);
  await portal.api('uma', `/instances/${id}`, { method: 'DELETE' });
  await expect.poll(running, { timeout: 30_000 }).toBe(false);
});

test('Ctrl-C lets apps end in their own time, and nothing that was left locked stops the next start', async () => {
  test.setTimeout(120_000);
  const id = await launch(
    portal,
    'dev',
    await importApp(
      portal,
      'polite',
      `const fs = require('fs'); const write = word => fs.appendFileSync(process.env.APP_STORE_VOLUME_PATH + '/words', word); process.on('SIGTERM', () => { write('asked '); setTimeout(() => { write('done '); process.exit(); }, 1500); }); ${SERVES}`,
      'VolumeMount = "/data"\nVolumeSize = "1Gi"\n',
    ),
  );
  const status = async () =>
    (await portal.api('dev', `/instances/${id}`)).body.status;
  await expect.poll(status, { timeout: 30_000 }).toBe('DEPLOYED');
  expect(await portal.stop()).toBe(0);
  expect(portal.appProcesses()).toEqual([]);
  const [words] = execFileSync(
    'find',
    [join(portal.data, 'cluster'), '-name', 'words'],
    { encoding: 'utf8' },
  ).split('\n');
  expect(readFileSync(words, 'utf8')).toBe('asked done ');

  // As a kill in the middle of a start leaves it.
  const database = new DatabaseSync(join(portal.data, 'db/catalog.sqlite'));
  const { changes } = database
    .prepare('update knex_migrations_lock set is_locked = 1')
    .run();
  expect(changes).toBe(1);
  database.close();
  writeFileSync(
    join(portal.data, 'portal.pid'),
    JSON.stringify({ pid: process.pid, began: 'at another time' }),
  );
  await portal.start();
  await expect.poll(status, { timeout: 60_000 }).toBe('DEPLOYED');
});

test('23: an answer of an app that is under way when the portal ends comes to its end', async () => {
  test.setTimeout(120_000);
  const id = await launch(
    portal,
    'dev',
    await importApp(
      portal,
      'slow',
      `require('http').createServer((q,s)=>setTimeout(()=>s.end('whole'), q.url === '/slow' ? 3000 : 0)).listen(process.env.PORT)`,
    ),
  );
  const status = async () =>
    (await portal.api('dev', `/instances/${id}`)).body.status;
  await expect.poll(status, { timeout: 30_000 }).toBe('DEPLOYED');
  const ask = await enterApp(portal, 'dev', id);
  await expect.poll(async () => (await ask()).body).toBe('whole');
  const answer = ask('/slow');
  await sleep(500);
  const ended = portal.stop();
  expect(await answer).toEqual({ status: 200, body: 'whole' });
  expect(await ended).toBe(0);
});
