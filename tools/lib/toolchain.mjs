// Node.js, Yarn and the installed packages: found, or fetched as plain packages of
// the npm registry, without install scripts.
/** @import { Packages, RunOptions, Tools } from './types' */
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { digest, install, notInstalled, stampOf } from './install.mjs';
import { once } from './once.mjs';
import { all, ROOT, run } from './run.mjs';
import { Sentence, timed } from './words.mjs';

const NODE = join(ROOT, 'tools/node');
const YARN = join(ROOT, 'tools/yarn');
const MAJORS = [22, 24];

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

/** The environment without what npm adds for its scripts. */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)),
  );
}

/**
 * Installs a small set of packages with a lock file of its own, once.
 *
 * @param {string} npm
 * @param {string} directory
 * @param {string} name
 */
async function fetchTool(npm, directory, name) {
  const stamp = join(directory, 'node_modules/.stamp');
  const wanted = digest(join(directory, 'package-lock.json'));
  await once({
    lock: join(ROOT, `.cache/${name}.lock`),
    isMade: () => stampOf(stamp) === wanted,
    make: () =>
      timed(`Fetching ${name} (once)`, `${name} fetched`, async () => {
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
          { cwd: directory, collect: true, env: cleanEnvironment() },
        );
        if (code !== 0) throw notInstalled(name, output);
        writeFileSync(stamp, wanted);
      }),
  });
}

/** Whether the registry has a Node.js for this machine. */
const isPackaged = () =>
  process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);

/** @param {string} npm */
async function packagedNode(npm) {
  if (!isPackaged())
    throw new Sentence(
      `The registry has no Node.js for ${process.platform} ${process.arch}: use Linux on x64 or arm64.`,
    );
  await fetchTool(npm, NODE, 'Node.js 24');
  return join(NODE, `node_modules/node-linux-${process.arch}`);
}

/**
 * The Node.js that the portal runs on: this one where it does, else one of the registry.
 *
 * @param {string} npm
 * @returns {Promise<string>} its path
 */
async function suitableNode(npm) {
  const major = Number(process.versions.node.split('.')[0]);
  if (MAJORS.includes(major)) return process.execPath;
  return join(await packagedNode(npm), 'bin/node');
}

/** @throws Sentence where neither this Node.js nor one of the registry does */
function assertSuitable() {
  const { node } = process.versions;
  const major = Number(node.split('.')[0]);
  if (major < 18)
    throw new Sentence(
      `Node.js ${node} is too old: install Node.js 20 or newer.`,
    );
  if (!isPackaged() && !MAJORS.includes(major))
    throw new Sentence(
      `The portal does not run on Node.js ${node}, and there is no other as a package for ${process.platform} ${process.arch}: install Node.js 24.`,
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
 * @param {Packages} [packages]
 * @returns {Promise<Tools>} the Node.js to use, the environment for it, and how to run Yarn
 */
export async function toolchain(packages = 'all') {
  const npm = npmDirectory();
  assertSuitable();
  const program = join(YARN, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js');
  // Yarn runs on any Node.js from 18 on, so that packages and Node.js come at the same time.
  await fetchTool(npm, YARN, 'Yarn');
  const [node] = await all([
    suitableNode(npm),
    install(
      (args, options) =>
        run(process.execPath, [program, ...args], {
          env: cleanEnvironment(),
          ...options,
        }),
      packages,
    ),
  ]);
  const env = {
    ...cleanEnvironment(),
    PATH: [
      dirname(node),
      join(YARN, 'node_modules/.bin'),
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
    run(node, [program, ...args], { env, ...options });
  return {
    node,
    packagedNode: () => packagedNode(npm),
    env,
    yarn,
    npm,
    registry: () => npmRegistry(npm),
  };
}
