// Node.js, Yarn and the installed packages: found, or fetched as plain packages of
// the npm registry, without install scripts.
/** @import { Ran, RunOptions, Yarn } from './types' */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { once } from './once.mjs';
import { Sentence, step } from './words.mjs';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const TOOLS = join(ROOT, 'tools/node');
const MAJORS = [22, 24];
/** Held while tools and packages are installed. */
const SETUP_LOCK = join(ROOT, '.cache/setup.lock');

/** Lines of a stack trace, which help nobody who only wants to start the portal. */
const TRACE = /^\s+at .*:\d+:\d+\)?$/;

/**
 * Programs that run now.
 *
 * @type {Set<import('node:child_process').ChildProcess>}
 */
const running = new Set();

/** Ends them all: the signal that ends this process is theirs, too. */
function endAll() {
  for (const { pid } of running)
    try {
      if (pid) process.kill(-pid, 'SIGTERM');
    } catch {
      // It ended by itself just now.
    }
}

/**
 * Runs a program to its end; its output passes through (`traces: false`: without
 * stack traces and repetitions; `lines: true`: a whole line at a time, beside another
 * program's), or is collected.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Ran>}
 */
export function run(command, args, options = {}) {
  const { collect, traces = true, lines = false, ...rest } = options;
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio:
        collect || lines || !traces
          ? ['ignore', 'pipe', 'pipe']
          : ['ignore', 'inherit', 'inherit'],
      // A group of its own, so that it can be ended with all that it started.
      detached: true,
      ...rest,
    });
    running.add(child);
    /** @type {[name: string, end: () => void][]} */
    const ends = Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }).map(
      ([signal, code]) => [
        signal,
        () => {
          endAll();
          process.exit(code);
        },
      ],
    );
    for (const [signal, end] of ends) process.once(signal, end);
    let output = '';
    if (collect)
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', text => (output += text));
    else if (lines || !traces)
      for (const input of [child.stdout, child.stderr]) {
        /** @type {string | undefined} */
        let last;
        if (input)
          createInterface({ input }).on('line', line => {
            if (traces || (!TRACE.test(line) && line !== last))
              console.log(line);
            last = TRACE.test(line) ? last : line;
          });
      }
    child.once('error', fail);
    child.once('close', (code, signal) => {
      for (const [name, end] of ends) process.off(name, end);
      running.delete(child);
      done({ code: code ?? (signal ? 128 : 1), output });
    });
  });
}

/** The directory of the npm that started this, or of the one on PATH. */
function npmDirectory() {
  const fromEnv = process.env.npm_execpath;
  if (fromEnv?.endsWith('npm-cli.js'))
    return dirname(dirname(realpathSync(fromEnv)));
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(directory, 'npm');
    if (existsSync(candidate)) return dirname(dirname(realpathSync(candidate)));
  }
  throw new Sentence(
    'npm is not on the PATH: install it together with Node.js.',
  );
}

/** @param {string} path */
function digest(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/**
 * Makes the small package set with Node.js and Yarn; 4 s, once.
 *
 * @param {string} npm
 */
async function fetchTools(npm) {
  const lock = join(TOOLS, 'package-lock.json');
  const stamp = join(TOOLS, 'node_modules/.stamp');
  const wanted = digest(lock);
  await once({
    lock: SETUP_LOCK,
    isMade: () => isStamped(stamp, wanted),
    make: () => fetchToolsNow(npm, stamp, wanted),
  });
}

/**
 * @param {string} npm
 * @param {string} stamp
 * @param {string} wanted
 */
async function fetchToolsNow(npm, stamp, wanted) {
  step('Fetching Node.js 24 and Yarn (once)');
  const { code, output } = await run(
    process.execPath,
    [
      join(npm, 'bin/npm-cli.js'),
      'ci',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      // npm would try for over a minute to reach a registry that is not there.
      '--fetch-retries=2',
      '--fetch-retry-mintimeout=1000',
      '--fetch-retry-maxtimeout=3000',
    ],
    { cwd: TOOLS, collect: true, env: cleanEnvironment() },
  );
  if (code !== 0) {
    const reason =
      output.split('\n').find(line => /npm error|ERR!/.test(line)) ??
      output.trim().split('\n').pop();
    throw new Sentence(
      `Node.js 24 and Yarn could not be fetched from the npm registry (${reason?.trim()}). Connect to it, or install Node.js 22 or 24 yourself, and try again.`,
    );
  }
  writeFileSync(stamp, wanted);
}

/** The environment without what npm adds for its scripts. */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)),
  );
}

/**
 * The registry that npm uses on this machine, for apps that install packages.
 *
 * @param {string} npm
 */
async function npmRegistry(npm) {
  const { code, output } = await run(
    process.execPath,
    [join(npm, 'bin/npm-cli.js'), 'config', 'get', 'registry'],
    { cwd: '/', collect: true, env: cleanEnvironment() },
  );
  const line = output.trim().split('\n').pop() ?? '';
  return code === 0 && /^https?:/.test(line) ? line : '';
}

/**
 * Makes everything ready to run.
 *
 * @returns the Node.js to use, the environment for it, and how to run Yarn
 */
export async function toolchain() {
  const npm = npmDirectory();
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 18)
    throw new Sentence(
      `Node.js ${process.versions.node} is too old: install Node.js 20 or newer.`,
    );
  if (process.platform !== 'linux' && !MAJORS.includes(major))
    throw new Sentence(
      `Node.js ${process.versions.node} does not do: install Node.js 24.`,
    );
  await fetchTools(npm);
  const bundled = join(
    TOOLS,
    `node_modules/node-linux-${process.arch}/bin/node`,
  );
  const node = MAJORS.includes(major) ? process.execPath : bundled;
  if (!existsSync(node))
    throw new Sentence(
      `There is no Node.js package for ${process.platform} ${process.arch}: install Node.js 24 yourself.`,
    );
  const env = {
    ...cleanEnvironment(),
    PATH: [
      dirname(node),
      join(TOOLS, 'node_modules/.bin'),
      process.env.PATH,
    ].join(delimiter),
    APP_STORE_ROOT: ROOT,
    APP_STORE_NPM: npm,
    // What Node.js compiled is kept: a portal starts a tenth sooner.
    NODE_COMPILE_CACHE: join(ROOT, '.cache/node'),
  };
  /**
   * @param {string[]} args
   * @param {RunOptions} [options]
   */
  const yarn = (args, options = {}) =>
    run(
      node,
      [join(TOOLS, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js'), ...args],
      { env, ...options },
    );
  await install(yarn);
  return { node, env, yarn, npm, registry: () => npmRegistry(npm) };
}

/**
 * Installs the packages where the lock file changed.
 *
 * @param {Yarn} yarn
 */
async function install(yarn) {
  const stamp = join(ROOT, 'node_modules/.portal-stamp');
  const wanted = digest(join(ROOT, 'yarn.lock'));
  await once({
    lock: SETUP_LOCK,
    isMade: () => isStamped(stamp, wanted),
    make: async () => {
      step('Installing packages (about a minute the first time)');
      const { code } = await yarn(['install', '--immutable'], {
        traces: false,
      });
      if (code !== 0)
        throw new Sentence(
          'The packages could not be installed; the lines above say why. With the npm registry in reach, try again.',
        );
      mkdirSync(dirname(stamp), { recursive: true });
      writeFileSync(stamp, wanted);
    },
  });
}

/**
 * @param {string} stamp
 * @param {string} wanted
 */
function isStamped(stamp, wanted) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}
