// `npm start`: builds what is not built, starts the portal in one process, says where it is.
import { spawn } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { claimData, prepareData, releaseData } from './dataDirectory.mjs';
import {
  assertFree,
  CONFIG_FILES,
  configEnvironment,
  HELP,
  readSettings,
} from './settings.mjs';
import { ROOT, run } from './toolchain.mjs';
import { bold, dim, Sentence, step } from './words.mjs';

const READY_TIMEOUT_MS = 180_000;
/** Apps have 10 s to end. */
const END_TIMEOUT_MS = 20_000;
/** What goes into the web app. */
const WEB_SOURCES = [
  'packages/app/config.d.ts',
  'packages/app/package.json',
  'packages/app/src',
  'packages/app/public/index.html',
  'packages/app/public/icon.svg',
  'packages/app/public/first-paint.js',
  // The command is offered for download.
  'packages/bundle',
  'packages/cli',
  'plugins/app-store',
  'plugins/app-store-common',
  'yarn.lock',
  'app-config.yaml',
];

function* files(path) {
  const full = join(ROOT, path);
  if (!statSync(full).isDirectory()) yield path;
  else
    for (const entry of readdirSync(full, { withFileTypes: true })) {
      if (
        ['node_modules', 'dist', 'coverage'].includes(entry.name) ||
        entry.name.includes('.test.')
      )
        continue;
      yield* files(join(path, entry.name));
    }
}

/** A digest of everything that the web app is built from. */
function webDigest() {
  const hash = createHash('sha256');
  for (const source of WEB_SOURCES)
    for (const file of files(source))
      hash.update(file).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/** Builds the web app where its sources changed. */
export async function buildWebApp(tools, settings) {
  const stamp = join(ROOT, 'packages/app/dist/.stamp');
  const wanted = webDigest();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  step('Building the web app (about half a minute, once)');
  const env = { ...tools.env, ...configEnvironment(settings, '') };
  const { code, output } = await tools.yarn(
    [
      'workspace',
      'app',
      'build',
      ...CONFIG_FILES.flatMap(file => ['--config', file]),
    ],
    { env, collect: true },
  );
  if (code !== 0)
    throw new Sentence(`The web app could not be built:\n${output}`);
  mkdirSync(join(ROOT, 'packages/app/dist'), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Takes away what a portal left locked that ended in the middle of its start. */
export async function releaseMigrationLocks(tools, settings) {
  const { code, output } = await run(
    tools.node,
    [
      join(ROOT, 'tools/lib/releaseMigrationLocks.cjs'),
      ROOT,
      join(settings.data, 'db'),
    ],
    { collect: true, env: tools.env },
  );
  if (code !== 0)
    throw new Sentence(
      `The databases in ${settings.data} cannot be opened: ${
        output.split('\n').find(line => /Error/.test(line)) ?? output
      }\nBegin anew with --reset, or choose another directory with --data DIR.`,
    );
}

/** Starts the backend; its log goes to a file. */
export function spawnPortal(tools, settings, registry, options = {}) {
  const logPath = join(settings.data, 'portal.log');
  const child = spawn(
    tools.node,
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      'src/index.ts',
      ...[...CONFIG_FILES, ...settings.config].flatMap(file => [
        '--config',
        file,
      ]),
    ],
    {
      cwd: join(ROOT, 'packages/backend'),
      env: {
        ...tools.env,
        ...configEnvironment(settings, registry),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A terminal's Ctrl-C goes to all of its group; the portal is told once, by this process.
      detached: true,
    },
  );
  const log = createWriteStream(logPath, { flags: 'w', mode: 0o600 });
  // A full disk loses the log, not the portal.
  log.on('error', () => {});
  const tail = [];
  const portal = { child, tail, logPath, isolation: undefined };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', text => {
      log.write(text);
      portal.isolation ??=
        /apps run as processes of this user; ([\w ,']*\w)/.exec(text)?.[1];
      if (settings.verbose) process.stdout.write(text);
      tail.push(...text.split('\n').filter(Boolean));
      tail.splice(0, Math.max(0, tail.length - 60));
    });
  }
  return portal;
}

async function answers(url, init) {
  try {
    const response = await fetch(url, {
      ...init,
      signal: AbortSignal.timeout(2000),
    });
    return response.ok;
  } catch {
    return false;
  }
}

/** The sentences in a log that ends in a failure to start. */
function causeOf(tail) {
  // eslint-disable-next-line no-control-regex
  const plain = tail.map(line => line.replace(/\u001b\[[0-9;]*m/g, ''));
  const causes = plain.flatMap(
    line => /startup failed; caused by \w*Error: (.*)/.exec(line)?.[1] ?? [],
  );
  if (causes.length > 0) return [...new Set(causes)].join('\n');
  const telling =
    plain
      .filter(line => /threw an error|startup failed|Error:|error /i.test(line))
      .pop() ??
    plain[plain.length - 1] ??
    '';
  return telling
    .replace(/^.*?threw an error during startup, waiting for [^,]*[,;]\s*/i, '')
    .replace(/^.*?(?:[A-Za-z]*Error): /, '')
    .trim();
}

/** Waits until the portal answers and somebody can sign in. */
export async function untilReady({ child, tail, logPath }, settings) {
  const base = `http://localhost:${settings.port}`;
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let ended;
  child.once('exit', (code, signal) => (ended = { code, signal }));
  while (Date.now() < deadline) {
    if (ended)
      throw new Sentence(
        `The portal did not start: ${causeOf(tail)}\nIts log is ${logPath}.`,
      );
    if (await answers(`${base}/.backstage/health/v1/readiness`)) {
      const person = {
        headers: {
          'x-demo-person': 'user:default/ada',
          'x-requested-with': 'XMLHttpRequest',
        },
      };
      if (await answers(`${base}/api/auth/demo/refresh`, person)) return;
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Sentence(
    `The portal does not answer after ${
      READY_TIMEOUT_MS / 1000
    } s; its log is ${logPath}.`,
  );
}

function banner(settings, isolation) {
  return `
  ${bold('The AI App Store is running.')}

  Open      ${bold(`http://localhost:${settings.port}/app-store`)}
  Sign in   as Ada (admin), Devika (app developer), Uma (user), Victor or Valentina (visitors): no password
  Apps      open under http://<instance>.apps.localhost:${settings.gatewayPort}/
  Data      ${settings.data}
  Log       ${join(settings.data, 'portal.log')}

  The local cluster runs apps as processes of this user, for development only${
    isolation ? `:\n  ${isolation}` : ''
  }.
  ${dim(
    'Ctrl-C ends the portal and all apps; they are there again after the next start.',
  )}
`;
}

/** See the module's comment. */
export async function start(args, toolchain) {
  const settings = readSettings(args);
  if (settings.help) {
    console.log(HELP);
    return 0;
  }
  step('Starting the AI App Store');
  await assertFree(settings.port, 'portal', '--port');
  await assertFree(settings.gatewayPort, 'gateway', '--gateway-port');
  await prepareData(settings);
  const tools = await toolchain();
  const registry = tools.registry();
  await buildWebApp(tools, settings);
  await releaseMigrationLocks(tools, settings);
  step('Starting the portal');
  const portal = spawnPortal(tools, settings, await registry);
  const { child } = portal;
  claimData(settings, child.pid);
  child.once('exit', () => releaseData(settings));
  let stopping = false;
  const stop = signal => {
    if (stopping) return;
    stopping = true;
    step('Ending the portal and all apps');
    child.kill(signal);
    setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS).unref();
  };
  process.on('SIGINT', () => stop('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP'])
    process.on(signal, () => stop('SIGTERM'));
  const exited = new Promise(resolve =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  try {
    await untilReady(portal, settings);
  } catch (error) {
    if (stopping) {
      await exited;
      return 0;
    }
    child.kill('SIGKILL');
    throw error;
  }
  step('Ready');
  console.log(banner(settings, portal.isolation));
  const { code, signal } = await exited;
  if (stopping) {
    step('Ended');
    return 0;
  }
  throw new Sentence(
    `The portal ended unexpectedly (${
      signal ?? `exit code ${code}`
    }); its log is ${portal.logPath}.`,
  );
}
