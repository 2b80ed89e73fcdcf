// `npm run test:packages`: builds and packs every published package, installs the archives into an
// empty project, and opens each there: what it exports, its types, and the files that belong to it.
/** @import { Result, Toolchain, Tools } from './types' */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyCheckout } from './copyCheckout.mjs';
import { inLanes, ROOT, run } from './run.mjs';
import { Sentence, step } from './words.mjs';

/**
 * A workspace that is published.
 *
 * @typedef {object} Published
 * @property {string} at - its directory, from the root
 * @property {any} manifest - package.json as it stands in the repository
 */

/** @param {string} path */
const json = path => JSON.parse(readFileSync(path, 'utf8'));

/** @returns {Published[]} */
function published() {
  return ['packages', 'plugins']
    .flatMap(group =>
      readdirSync(join(ROOT, group)).map(name => `${group}/${name}`),
    )
    .filter(at => existsSync(join(ROOT, at, 'package.json')))
    .map(at => ({ at, manifest: json(join(ROOT, at, 'package.json')) }))
    .filter(({ manifest }) => !manifest.private);
}

/** @param {string} name - of a package */
const archiveOf = name => `${name.replace('@', '').replace('/', '-')}.tgz`;

/**
 * Runs a program; what it says is shown where it fails.
 *
 * @param {string} what
 * @param {Promise<import('./types').Ran>} ran
 */
async function succeed(what, ran) {
  const { code, output } = await ran;
  if (code !== 0)
    throw new Sentence(`${what} failed:\n${output.trim().slice(-4000)}`);
  return output;
}

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
function problemsOf({ at, manifest }, archive) {
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
async function pack(tools, workspaces, archives) {
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

/** What the project has beside our packages: the peers that a portal brings, and what opens the packages. */
const BESIDE = [
  '@types/node',
  '@types/react',
  '@types/react-dom',
  'esbuild',
  'react',
  'react-dom',
  'react-router-dom',
  'typescript',
];

/**
 * An empty project with the archives in it. Its versions are those of our lock file.
 *
 * @param {Tools} tools
 * @param {Published[]} workspaces
 * @param {string} archives
 * @param {string} project
 */
async function installInto(tools, workspaces, archives, project) {
  const ours = Object.fromEntries(
    workspaces.map(({ manifest: { name } }) => [
      name,
      `file:${join(archives, archiveOf(name))}`,
    ]),
  );
  const root = json(join(ROOT, 'package.json'));
  const known = Object.assign(
    {},
    ...workspaces.map(({ manifest }) => manifest.devDependencies),
    root.dependencies,
    root.devDependencies,
  );
  const beside = Object.fromEntries(
    BESIDE.map(name => [name, root.resolutions[name] ?? known[name] ?? '*']),
  );
  mkdirSync(project);
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({
      name: 'empty',
      private: true,
      dependencies: { ...ours, ...beside },
      resolutions: { ...root.resolutions, ...ours },
    }),
  );
  for (const file of ['yarn.lock', '.yarnrc.yml'])
    writeFileSync(join(project, file), readFileSync(join(ROOT, file)));
  step('Installing them into an empty project');
  await succeed(
    'Installing the archives',
    tools.yarn(['install', '--no-immutable'], {
      cwd: project,
      collect: true,
    }),
  );
}

/**
 * Loads a package as those do that use it: the web app's build, or Node.js.
 *
 * @param {Tools} tools
 * @param {Published} workspace
 * @param {string} project
 * @returns {Promise<string[]>} problems
 */
async function problemsOfLoading(tools, { manifest }, project) {
  const { name, backstage } = manifest;
  const options = { cwd: project, collect: true, env: tools.env };
  const loads = [];
  if (backstage.role.startsWith('frontend') || manifest.publishConfig.module) {
    writeFileSync(join(project, 'entry.js'), `export * from '${name}';`);
    const kinds = ['css', 'svg', 'png', 'woff', 'woff2'].map(
      kind => `--loader:.${kind}=${kind === 'css' ? 'css' : 'file'}`,
    );
    loads.push([
      'node_modules/esbuild/bin/esbuild',
      ...['entry.js', '--bundle', '--format=esm', '--outdir=bundled'],
      ...['--log-level=error', ...kinds],
    ]);
  }
  if (!backstage.role.startsWith('frontend'))
    loads.push([
      '-e',
      `const it = require('${name}'); if (!Object.keys(it).length) throw new Error('it exports nothing'); process.exit()`,
    ]);
  const problems = [];
  for (const args of loads) {
    const { code, output } = await run(tools.node, args, options);
    if (code !== 0)
      problems.push(`cannot be loaded: ${output.trim().slice(0, 1000)}`);
  }
  for (const bin of Object.keys(manifest.bin ?? {})) {
    const { code, output } = await run(
      join(project, 'node_modules/.bin', bin),
      ['--help'],
      options,
    );
    if (code !== 0) problems.push(`\`${bin} --help\` fails: ${output.trim()}`);
  }
  return problems;
}

/**
 * The problems that TypeScript has with the types of each package.
 *
 * @param {Tools} tools
 * @param {Published[]} workspaces
 * @param {string} project
 * @returns {Promise<string[]>} its lines
 */
async function problemsOfTypes(tools, workspaces, project) {
  writeFileSync(
    join(project, 'types.ts'),
    workspaces
      .filter(({ manifest }) => manifest.types)
      .map(
        ({ manifest: { name } }, index) =>
          `import * as p${index} from '${name}';\nexport type P${index} = keyof typeof p${index};`,
      )
      .join('\n'),
  );
  step('Types, as the project sees them');
  const { output } = await run(
    tools.node,
    [
      join(ROOT, 'node_modules/typescript-native/bin/tsc'),
      ...['--noEmit', '--strict', '--jsx', 'react-jsx', '--pretty', 'false'],
      ...['--module', 'esnext', '--moduleResolution', 'bundler'],
      ...['--target', 'es2023', '--types', 'node', 'types.ts'],
    ],
    { cwd: project, collect: true, env: tools.env },
  );
  // Types of others have faults of their own.
  return output
    .split('\n')
    .filter(line =>
      /^(types\.ts|node_modules\/@ai-app-store\/)|^error/.test(line),
    );
}

/**
 * Opens each package; what is wrong with it is printed below its name.
 *
 * @param {Tools} tools
 * @returns {Promise<Result>}
 */
async function openAll(tools) {
  const workspaces = published();
  const room = mkdtempSync(join(tmpdir(), 'app-store-archives-'));
  const project = join(room, 'project');
  try {
    await pack(tools, workspaces, room);
    await installInto(tools, workspaces, room, project);
    const types = await problemsOfTypes(tools, workspaces, project);
    let failed = 0;
    step('Opening each');
    for (const workspace of workspaces) {
      const { name } = workspace.manifest;
      const archive = join(room, archiveOf(name));
      const problems = [
        ...problemsOf(workspace, archive),
        ...(await problemsOfLoading(tools, workspace, project)),
        ...types.filter(line => line.includes(`${name}/`)),
      ];
      if (problems.length) failed++;
      console.log(`${problems.length ? '✗' : '✓'} ${name}`);
      for (const problem of problems) console.log(`    ${problem}`);
    }
    const others = types.filter(
      line =>
        !workspaces.some(({ manifest }) => line.includes(`${manifest.name}/`)),
    );
    if (others.length) console.log(`✗ types:\n    ${others.join('\n    ')}`);
    return {
      name: 'packages',
      passed: workspaces.length - failed,
      failed: failed + (others.length ? 1 : 0),
    };
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

/**
 * @param {Tools} tools
 * @returns {Promise<Result[]>}
 */
export async function checkPackages(tools) {
  try {
    return [await openAll(tools)];
  } catch (error) {
    if (!(error instanceof Sentence)) throw error;
    console.error(error.message);
    return [{ name: 'packages', passed: 0, failed: 1 }];
  }
}

/**
 * @param {string[]} _
 * @param {Toolchain} toolchain
 */
export async function testPackages(_, toolchain) {
  const [{ passed, failed }] = await checkPackages(await toolchain());
  console.log(`${passed} passed, ${failed} failed`);
  return failed ? 1 : 0;
}
