// The empty project that the packages are installed into, and what is found wrong there.
/** @import { Tools } from '../types' */
/** @import { Published } from './workspaces.mjs' */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from '../run.mjs';
import { step } from '../words.mjs';
import { archiveOf, json, succeed } from './workspaces.mjs';

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
export async function installInto(tools, workspaces, archives, project) {
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
export async function problemsOfLoading(tools, { manifest }, project) {
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
export async function problemsOfTypes(tools, workspaces, project) {
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
