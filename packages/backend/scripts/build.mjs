// Builds the portal's back end: `yarn workspace backend programs`, which tools/lib/build.mjs runs
// where sources changed. Our own packages become one file for each program; what comes from
// the registry stays in node_modules, so that native modules, migrations, and whatever else
// a package looks up beside its own files are found.
import { loadConfigSchema } from '@backstage/config-loader';
import { build } from 'esbuild';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { visibleSchema } from './visibleSchema.mjs';

const BACKEND = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const ROOT = resolve(BACKEND, '../..');
const DIST = join(BACKEND, 'dist');
const PROGRAMS = {
  index: join(BACKEND, 'src/index.ts'),
  gateway: join(BACKEND, 'src/gateway.ts'),
  'local-cluster': join(ROOT, 'packages/local-cluster/src/main.ts'),
};

/** Names of the packages of this repository. */
const own = new Set(
  ['packages', 'plugins'].flatMap(folder =>
    readdirSync(join(ROOT, folder)).map(
      name =>
        JSON.parse(
          readFileSync(join(ROOT, folder, name, 'package.json'), 'utf8'),
        ).name,
    ),
  ),
);

/**
 * A portal that starts meanwhile reads the old file or the new one.
 *
 * @param {string} name
 * @param {string | Uint8Array} contents
 */
function write(name, contents) {
  const path = join(DIST, name);
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}

/**
 * `@scope/name` of `@scope/name/path`.
 *
 * @param {string} specifier
 */
function packageOf(specifier) {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/**
 * A package of which nearly nothing is used: its reader of kubeconfig files. All of it is 970
 * modules, 75 MB of memory and half a second of each start; a build leaves out what is not used.
 */
const SHAKEN = '@kubernetes/client-node';

/**
 * Packages of the registry are required at run time. One that the importing package has
 * in another version than the build would find is named by its path.
 */
const external = {
  name: 'external',
  /** @param {import('esbuild').PluginBuild} given */
  setup({ onResolve }) {
    const fromBuild = createRequire(join(DIST, 'index.cjs.js'));
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
      resolveDir.includes(`/node_modules/${SHAKEN}/`)
        ? { path: resolve(resolveDir, path), sideEffects: false }
        : undefined,
    );
    onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point') return undefined;
      if (kind === 'require-resolve' || path.startsWith('node:'))
        return { path, external: true };
      if (own.has(packageOf(path))) return undefined;
      const wanted = createRequire(importer).resolve(path);
      if (path === SHAKEN) return { path: wanted, sideEffects: false };
      let found;
      try {
        found = fromBuild.resolve(path);
      } catch {
        // Only the importing package has it.
      }
      return {
        path: found === wanted ? path : relative(DIST, wanted),
        external: true,
      };
    });
  },
};

const { outputFiles } = await build({
  entryPoints: PROGRAMS,
  outdir: DIST,
  outExtension: { '.js': '.cjs.js' },
  bundle: true,
  platform: 'node',
  target: 'node22',
  // The file's own base comes with the tools of development, which a first start does not install.
  tsconfigRaw: { compilerOptions: { strict: true } },
  format: 'cjs',
  // As nodeTransform does: a package in CommonJS is the same object however it is imported.
  supported: { 'dynamic-import': false },
  // Names of classes are part of messages.
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: false,
  plugins: [external],
  logLevel: 'warning',
  write: false,
});

process.chdir(BACKEND);
const schema = await loadConfigSchema({ dependencies: [...own] });

mkdirSync(DIST, { recursive: true });
// For the log alone, which masks secrets.
write(
  'config-schema.json',
  JSON.stringify(
    visibleSchema(/** @type {any} */ (schema.serialize()), 'secret'),
  ),
);
for (const { path, contents } of outputFiles.reverse())
  write(basename(path), contents);
for (const program of Object.keys(PROGRAMS))
  write(
    `${program}.js`,
    // The maps of all of node_modules would take hundreds of megabytes.
    `const { setSourceMapsSupport } = require('node:module');
if (setSourceMapsSupport) setSourceMapsSupport(true, { nodeModules: false });
else process.setSourceMapsEnabled(true);
require('./${program}.cjs.js');
`,
  );
