// What the portal's image holds: the built back end and web app, and the packages that they need at run time.
/** @import { Tools } from '../types' */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { buildPortal, forgetBuilds, PORTAL_PROGRAM } from '../build.mjs';
import { ROOT } from '../run.mjs';
import { Sentence } from '../words.mjs';

/** Where it lies in the image. */
const HOME = 'opt/portal';
const CONFIG_FILES = ['app-config.yaml', 'app-config.production.yaml'];
/** What is looked up beside the package that it belongs to. */
const BESIDE = ['package.json', 'migrations', 'workers', 'dist', 'bin'];
/** Made for whoever builds, not for what runs. */
const NOT_RUN = /\.(map|d\.[cm]?ts|md|markdown|flow|tsbuildinfo)$/;
/** Packages that only build: of schemas, of types, of native modules. */
const BUILDERS = ['typescript', 'node-gyp', '@types'];

/** The command of the image, in its working directory. */
export const PORTAL = {
  workingDir: `/${HOME}/packages/backend`,
  cmd: [
    'node',
    ...PORTAL_PROGRAM,
    ...CONFIG_FILES.flatMap(file => ['--config', `/${HOME}/${file}`]),
  ],
};

/** The workspaces, by their directories. */
const workspaces = () =>
  ['packages', 'plugins'].flatMap(folder =>
    readdirSync(join(ROOT, folder))
      .map(name => `${folder}/${name}`)
      .filter(path => existsSync(join(ROOT, path, 'package.json'))),
  );

/**
 * Removes what nothing reads that runs.
 *
 * @param {string} directory
 */
function prune(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) prune(path);
    else if (entry.isFile() && NOT_RUN.test(entry.name)) rmSync(path);
  }
}

/**
 * @param {string} tree
 * @param {Tools} tools
 * @param {{ fresh?: boolean }} [options] - `fresh`: built now
 * @returns the directory of its packages
 */
export async function addPortal(tree, tools, { fresh = false } = {}) {
  if (fresh) forgetBuilds();
  await buildPortal(tools);
  const home = join(tree, HOME);
  mkdirSync(home, { recursive: true });
  for (const file of [
    'package.json',
    'yarn.lock',
    '.yarnrc.yml',
    'backstage.json',
    ...CONFIG_FILES,
  ])
    cpSync(join(ROOT, file), join(home, file));
  for (const path of workspaces())
    for (const name of BESIDE) {
      const from = join(ROOT, path, name);
      if (!existsSync(from)) continue;
      mkdirSync(dirname(join(home, path, name)), { recursive: true });
      cpSync(from, join(home, path, name), { recursive: true });
    }
  const { code, output } = await tools.yarn(
    ['workspaces', 'focus', 'backend', '--production'],
    { cwd: home, collect: true },
  );
  if (code !== 0)
    throw new Sentence(
      `The portal's packages could not be installed:\n${output}`,
    );
  const modules = join(home, 'node_modules');
  for (const name of BUILDERS)
    rmSync(join(modules, name), { recursive: true, force: true });
  prune(modules);
  for (const name of ['.yarn-state.yml', '.bin'])
    rmSync(join(modules, name), { recursive: true, force: true });
  for (const name of ['yarn.lock', '.yarnrc.yml']) rmSync(join(home, name));
  return modules;
}

/** @returns the version of the portal, which is the image's tag */
export const portalVersion = () =>
  /** @type {string} */ (
    JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version
  );
