// The two builds that a portal starts from, each made anew where its sources changed:
// the web app, and the back end.
/** @import { Tools } from './types' */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { CONFIG_FILES, configEnvironment } from './settings.mjs';
import { once } from './once.mjs';
import { all, ROOT } from './run.mjs';
import { visibleSchema } from '../../packages/backend/scripts/visibleSchema.mjs';
import { Sentence, timed } from './words.mjs';

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
  'packages/backend/scripts/visibleSchema.mjs',
];

/** What goes into the back end: all packages but those of the browser, which have a part of the configuration's schema. */
function backendSources() {
  const browser = ['packages/app', 'plugins/app-store'];
  return [
    ...['packages', 'plugins']
      .flatMap(folder =>
        readdirSync(join(ROOT, folder)).map(name => `${folder}/${name}`),
      )
      .filter(path => !browser.includes(path)),
    ...browser.flatMap(path => [`${path}/config.d.ts`, `${path}/package.json`]),
    'package.json',
    'yarn.lock',
  ];
}

/**
 * @param {string} path
 * @returns {Generator<string>}
 */
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

/** @param {string[]} sources */
function digest(sources) {
  const hash = createHash('sha256');
  for (const source of sources)
    for (const file of files(source))
      hash.update(file).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/**
 * Runs a build where its sources are not those of the last one.
 *
 * @param {string[]} sources
 * @param {() => Promise<void>} build
 * @param {string} dist - where the build goes, with a note of what it was made from
 */
async function buildWhereChanged(dist, sources, build) {
  const stamp = join(ROOT, dist, '.stamp');
  const wanted = digest(sources);
  await once({
    lock: join(ROOT, `.cache/${dist.split('/')[1]}.lock`),
    isMade: () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted,
    make: async () => {
      await build();
      mkdirSync(join(ROOT, dist), { recursive: true });
      writeFileSync(stamp, wanted);
    },
  });
}

/**
 * The same whoever builds: the configuration of a build goes into its pages, where the back end
 * puts its own in its place.
 *
 * @param {Tools} tools
 */
function buildEnvironment(tools) {
  const env = Object.entries(tools.env).filter(
    ([name]) => !name.startsWith('APP_CONFIG_'),
  );
  return {
    ...Object.fromEntries(env),
    ...configEnvironment(
      { port: 7007, gatewayPort: 7008, data: join(ROOT, '.data') },
      '',
    ),
  };
}

/**
 * Builds the web app where its sources changed.
 *
 * @param {Tools} tools
 */
async function buildWebApp(tools) {
  await buildWhereChanged('packages/app/dist', WEB_SOURCES, () =>
    timed('Building the web app (once)', 'Web app built', async () => {
      const { code, output } = await tools.yarn(
        [
          'workspace',
          'app',
          'build',
          ...CONFIG_FILES.flatMap(file => ['--config', file]),
        ],
        { env: buildEnvironment(tools), collect: true },
      );
      if (code !== 0)
        throw new Sentence(`The web app could not be built:\n${output}`);
      const schema = join(ROOT, 'packages/app/dist/.config-schema.json');
      const whole = JSON.parse(readFileSync(schema, 'utf8'));
      writeFileSync(schema, JSON.stringify(visibleSchema(whole, 'frontend')));
      withoutPathOfCheckout(join(ROOT, 'packages/app/dist/static'));
    }),
  );
}

/**
 * The bundler names JSON files in source maps by their path on this machine.
 *
 * @param {string} directory
 */
function withoutPathOfCheckout(directory) {
  for (const name of readdirSync(directory)) {
    if (!name.endsWith('.map')) continue;
    const text = readFileSync(join(directory, name), 'utf8');
    if (text.includes(`${ROOT}/`))
      writeFileSync(join(directory, name), text.replaceAll(`${ROOT}/`, ''));
  }
}

/**
 * Builds the portal's back end and the local cluster's program where their sources changed.
 *
 * @param {Tools} tools
 */
export async function buildBackend(tools) {
  await buildWhereChanged('packages/backend/dist', backendSources(), () =>
    timed('Building the back end (once)', 'Back end built', async () => {
      const { code, output } = await tools.yarn(
        ['workspace', 'backend', 'programs'],
        { collect: true },
      );
      if (code !== 0)
        throw new Sentence(`The back end could not be built:\n${output}`);
    }),
  );
}

/** Has the next build made anew, also of the same sources. */
export function forgetBuilds() {
  for (const dist of ['packages/app/dist', 'packages/backend/dist'])
    rmSync(join(ROOT, dist, '.stamp'), { force: true });
}

/**
 * Builds what a portal needs, where sources changed.
 *
 * @param {Tools} tools
 */
export async function buildPortal(tools) {
  await all([buildBackend(tools), buildWebApp(tools)]);
}

/**
 * The arguments of Node.js that run the portal, in the directory of `packages/backend`.
 * Node.js 24 lets the space of new objects grow to 128 MB, which an idle portal then keeps;
 * this is what Node.js 22 gives it.
 */
export const PORTAL_PROGRAM = ['--max-semi-space-size=16', 'dist/index.js'];

/** The local cluster alone. */
export const LOCAL_CLUSTER_PROGRAM = [
  join(ROOT, 'packages/backend/dist/local-cluster.js'),
];
