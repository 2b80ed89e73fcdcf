// `npm start`: builds what is not built, starts the portal in one process, says where it is.
/** @import { Tools, Toolchain, Settings, Portal } from './types' */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { buildPortal, PORTAL_PROGRAM } from './build.mjs';
import { claimData, prepareData, releaseData } from './dataDirectory.mjs';
import {
  assertFree,
  CONFIG_FILES,
  configEnvironment,
  HELP,
  readSettings,
} from './settings.mjs';
import { ROOT, run } from './run.mjs';
import { bold, dim, Sentence, step } from './words.mjs';

const READY_TIMEOUT_MS = 180_000;
/** Apps have 10 s to end. */
const END_TIMEOUT_MS = 20_000;

/**
 * Takes away what a portal left locked that ended in the middle of its start.
 *
 * @param {Tools} tools
 * @param {Settings} settings
 */
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
      }\nDelete the data with --reset, or choose another directory with --data DIR.`,
    );
}

/**
 * Starts the backend; its log goes to a file.
 *
 * @param {Tools} tools
 * @param {Settings} settings
 * @param {string} registry
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 * @returns {Portal}
 */
export function spawnPortal(tools, settings, registry, options = {}) {
  const logPath = join(settings.data, 'portal.log');
  const child = spawn(
    tools.node,
    [
      ...PORTAL_PROGRAM,
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
  /** @type {string[]} */
  const tail = [];
  /** @type {Portal} */
  const portal = { child, tail, logPath, isolation: undefined };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', text => {
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

/** The people of the demo (`examples/org.yaml`). The catalog takes them in one after the other. */
const PEOPLE = ['ada', 'dev', 'uma', 'vic', 'val'];
/** Whoever is not there this long after the first one was taken out of that file. */
const EVERYBODY_MS = 15_000;

/**
 * @param {string} url
 * @param {RequestInit} [init]
 */
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

/**
 * The sentences in a log that ends in a failure to start.
 *
 * @param {string[]} tail
 */
function causeOf(tail) {
  // eslint-disable-next-line no-control-regex
  const plain = tail.map(line => line.replace(/\u001b\[[0-9;]*m/g, ''));
  // Several wrong settings are lines below the first.
  const causes = Array.from(
    plain
      .join('\n')
      .matchAll(/startup failed; caused by \w*Error: (.*(?:\n {4}.*)*)/g),
    ([, cause]) => cause,
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

/**
 * Waits until the portal answers and everybody can sign in.
 *
 * @param {Portal} portal
 * @param {Settings} settings
 */
export async function untilReady({ child, tail, logPath }, settings) {
  const base = `http://localhost:${settings.port}`;
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let ended;
  let enough = Infinity;
  child.once('exit', (code, signal) => (ended = { code, signal }));
  while (Date.now() < deadline) {
    if (ended)
      throw new Sentence(
        `The portal did not start: ${causeOf(tail)}\nIts log is ${logPath}.`,
      );
    if (await answers(`${base}/.backstage/health/v1/readiness`)) {
      const signedIn = await Promise.all(
        PEOPLE.map(name =>
          answers(`${base}/api/auth/demo/refresh`, {
            headers: {
              'x-demo-person': `user:default/${name}`,
              'x-requested-with': 'XMLHttpRequest',
            },
          }),
        ),
      );
      if (signedIn.some(Boolean))
        enough = Math.min(enough, Date.now() + EVERYBODY_MS);
      if (signedIn.every(Boolean) || Date.now() > enough) return;
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Sentence(
    `The portal does not answer after ${
      READY_TIMEOUT_MS / 1000
    } s; its log is ${logPath}.`,
  );
}

/**
 * @param {Settings} settings
 * @param {string | undefined} isolation
 */
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

/**
 * `npm start`: builds what is not built, starts the portal, and prints where it is.
 *
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
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
  const tools = await toolchain('portal');
  const registry = tools.registry();
  await buildPortal(tools);
  await releaseMigrationLocks(tools, settings);
  step('Starting the portal');
  const portal = spawnPortal(tools, settings, await registry);
  const { child } = portal;
  if (child.pid) claimData(settings, child.pid);
  child.once('exit', () => releaseData(settings));
  let stopping = false;
  /** @param {NodeJS.Signals} signal */
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
