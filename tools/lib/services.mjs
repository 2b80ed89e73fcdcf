// What tests need besides Node.js: a PostgreSQL server, a browser, Python and kubectl, found on the
// machine or installed from Debian's packages. Nothing is skipped where they are missing.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { run } from './run.mjs';
import { Sentence, step } from './words.mjs';

/**
 * Installs packages of Debian.
 *
 * @param {string[]} packages
 * @param {string} what - in a sentence
 * @param {{ unless?: string[], who?: string }} [options] - programs that, all there, make it needless; who needs it
 */
export async function aptInstall(
  packages,
  what,
  { unless = [], who = 'The tests' } = {},
) {
  const isThere = (/** @type {string} */ program) =>
    spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status === 0;
  if (unless.length && unless.every(isThere)) return;
  const remedy = `install ${what} (on Debian: apt-get install ${packages.join(
    ' ',
  )}) and try again.`;
  if (
    process.platform !== 'linux' ||
    userInfo().uid !== 0 ||
    !existsSync('/usr/bin/apt-get')
  )
    throw new Sentence(`${who} need ${what}: ${remedy}`);
  step(`Installing ${packages.join(', ')} from Debian's packages`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update'],
    ['install', '-y', '--no-install-recommends', ...packages],
  ]) {
    const { code, output } = await run('apt-get', args, { collect: true, env });
    if (code !== 0)
      throw new Sentence(
        `${who} need ${what}, which could not be installed (${output
          .trim()
          .split('\n')
          .pop()}): ${remedy}`,
      );
  }
}

function findChromium() {
  const candidates = [
    process.env.CHROMIUM,
    // The same browser without its own windows, which take a fifth of all its time.
    '/usr/bin/chromium-headless-shell',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return candidates.find(path => path && existsSync(path));
}

/** The path of a Chromium. */
export async function chromium() {
  if (!findChromium())
    await aptInstall(['chromium-headless-shell'], 'Chromium').catch(() =>
      aptInstall(['chromium'], 'Chromium'),
    );
  const found = findChromium();
  if (!found)
    throw new Sentence(
      'The tests need Chromium: install it, or name its path in CHROMIUM.',
    );
  return found;
}

function hasPython() {
  const found = spawnSync(
    'python3',
    ['-c', 'import venv, pip, sys; sys.exit(sys.version_info < (3, 8))'],
    { stdio: 'ignore' },
  );
  return found.status === 0;
}

/** Makes sure that there is a Python with pip, which Python apps are run with. */
export async function python() {
  if (hasPython()) return;
  await aptInstall(
    ['python3', 'python3-venv', 'python3-pip'],
    'Python with pip',
  );
  if (!hasPython())
    throw new Sentence('The tests need Python 3.8 or newer with venv and pip.');
}

function hasKubectl() {
  const found = spawnSync('kubectl', ['version', '--client'], {
    stdio: 'ignore',
  });
  return found.status === 0;
}

/** Makes sure that there is a kubectl, which the local cluster is tried with. */
export async function kubectl() {
  if (hasKubectl()) return;
  await aptInstall(['kubernetes-client'], 'kubectl');
  if (!hasKubectl())
    throw new Sentence(
      'The tests need kubectl: install it (https://kubernetes.io/docs/tasks/tools/), and try again.',
    );
}

function findPostgres() {
  const roots = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];
  for (const root of roots.filter(existsSync)) {
    for (const version of readdirSync(root).sort().reverse()) {
      const bin = join(root, version, 'bin');
      if (existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres')))
        return bin;
    }
  }
  return undefined;
}

export async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (
    server.address()
  );
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** The user that PostgreSQL runs as; it refuses to be root. */
async function postgresUser() {
  if (userInfo().uid !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const { code, output } = await run('id', ['-u', name], { collect: true });
    if (code === 0) return Number(output.trim());
  }
  throw new Sentence(
    'PostgreSQL does not run as root, and there is no user "postgres": make one, or run the tests as an ordinary user.',
  );
}

/** The directory of PostgreSQL's programs. */
export async function postgresPrograms() {
  if (!findPostgres()) await aptInstall(['postgresql'], 'PostgreSQL');
  const bin = findPostgres();
  if (!bin)
    throw new Sentence('The tests need PostgreSQL: install it and try again.');
  return bin;
}

/**
 * Starts a PostgreSQL of its own, in a temporary directory.
 *
 * @returns its connection string, and how to stop it
 */
export async function postgres() {
  const bin = await postgresPrograms();
  const uid = await postgresUser();
  const directory = mkdtempSync(join(tmpdir(), 'app-store-pg-'));
  const data = join(directory, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (uid !== undefined)
    [directory, data].forEach(path => chownSync(path, uid, uid));
  const as = uid === undefined ? {} : { uid, gid: uid };
  const made = await run(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '--no-sync',
      '-E',
      'UTF8',
      '--locale=C',
    ],
    { collect: true, cwd: directory, ...as },
  );
  if (made.code !== 0)
    throw new Sentence(
      `PostgreSQL could not be set up: ${made.output.trim().split('\n').pop()}`,
    );
  const port = await freePort();
  const server = spawn(
    join(bin, 'postgres'),
    [
      '-D',
      data,
      '-p',
      String(port),
      '-k',
      directory,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'fsync=off',
      '-c',
      'max_connections=200',
    ],
    { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], ...as },
  );
  let log = '';
  for (const stream of [server.stdout, server.stderr])
    stream.setEncoding('utf8').on('data', text => (log += text));
  for (let i = 0; !/ready to accept connections/.test(log); i++) {
    if (i > 200 || server.exitCode !== null)
      throw new Sentence(
        `PostgreSQL did not start: ${log.trim().split('\n').pop()}`,
      );
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      const exited = new Promise(resolve => server.once('exit', resolve));
      server.kill('SIGINT');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
