// Packs the published packages, and says what is wrong with an archive.
/** @import { Tools } from '../types' */
/** @import { Published } from './workspaces.mjs' */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyCheckout } from '../copyCheckout.mjs';
import { inLanes, ROOT, run } from '../run.mjs';
import { step } from '../words.mjs';
import { archiveOf, succeed } from './workspaces.mjs';

/**
 * Every file that package.json names.
 *
 * @param {any} value - of `exports`, `bin`, `main` and the like
 * @returns {string[]}
 */
function named(value) {
  if (typeof value === 'string') return [value.replace(/^\.\//, '')];
  return Object.entries(value ?? {})
    .filter(([condition]) => condition !== 'backstage') // a kind, not a file
    .flatMap(([, each]) => named(each));
}

/**
 * What is wrong with an archive.
 *
 * @param {Published} workspace
 * @param {string} archive
 * @returns {string[]}
 */
export function problemsOf({ at, manifest }, archive) {
  const files = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(file => file.replace(/^package\//, ''));
  const packed = JSON.parse(
    execFileSync('tar', ['-xzOf', archive, 'package/package.json'], {
      encoding: 'utf8',
    }),
  );
  const migrations = existsSync(join(ROOT, at, 'migrations'))
    ? readdirSync(join(ROOT, at, 'migrations'))
        .filter(file => file.endsWith('.js'))
        .map(file => `migrations/${file}`)
    : [];
  const { main, module, types, exports, bin, configSchema } = packed;
  const wanted = [
    'README.md',
    'LICENSE',
    ...named({ main, module, types, exports, bin, configSchema }),
    ...migrations,
  ];
  const ranges = Object.entries({
    ...packed.dependencies,
    ...packed.peerDependencies,
  });
  return [
    ...wanted
      .filter(file => !files.includes(file))
      .map(file => `${file} is not in it`),
    ...(files.some(file => file.startsWith('dist/'))
      ? []
      : ['no build is in it']),
    ...(files.some(file => /\.test\.|__testUtils__/.test(file))
      ? ['tests are in it']
      : []),
    ...(named(main).some(file => file.startsWith('src/'))
      ? ['`main` is a source: publishConfig was not applied']
      : []),
    ...(packed.repository?.directory === at
      ? []
      : [`\`repository.directory\` is not ${at}`]),
    ...(packed.homepage ? [] : ['`homepage` is missing']),
    ...(packed.license ? [] : ['`license` is missing']),
    ...ranges
      .filter(([, range]) => /^(workspace|link|file):/.test(String(range)))
      .map(([name, range]) => `${name} is wanted as ${range}`),
    ...(manifest.configSchema && !configSchema
      ? ['`configSchema` is lost']
      : []),
  ];
}

/**
 * Builds all packages in a copy of the checkout, since packing changes each package.json for a while.
 *
 * @param {Tools} tools
 * @param {Published[]} workspaces
 * @param {string} archives - the directory that they come to
 */
export async function pack(tools, workspaces, archives) {
  const copy = copyCheckout('app-store-packages');
  const options = {
    cwd: copy,
    collect: true,
    env: { ...tools.env, APP_STORE_ROOT: copy },
  };
  try {
    step('Types of all packages');
    await succeed(
      'Making types',
      run(tools.node, ['node_modules/typescript-native/bin/tsc'], options),
    );
    step('Building all packages');
    await succeed(
      'The build',
      tools.yarn(['backstage-cli', 'repo', 'build'], options),
    );
    step(`Packing ${workspaces.length} packages`);
    await inLanes(
      workspaces.map(({ manifest: { name } }) => () => {
        const archive = join(archives, archiveOf(name));
        const pack = tools.yarn(
          ['workspace', name, 'pack', '--out', archive],
          options,
        );
        return succeed(`Packing ${name}`, pack);
      }),
      2,
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
