// The checks of `npm test` that read the repository without running it.
/** @import { Job, Tools } from './types' */
import { join } from 'node:path';
import { missingSettings } from './missingSettings.mjs';
import { ROOT } from './run.mjs';
import { step } from './words.mjs';

/** @typedef {[name: string, args: string[], env?: NodeJS.ProcessEnv]} Check its name, what Yarn runs, and variables beside the tools' */

/**
 * @param {string} name
 * @param {string[]} files
 * @returns {Check}
 */
function configuration(name, ...files) {
  const paths = files.map(file => join(ROOT, file));
  return [
    `Configuration ${name}`,
    [
      'backstage-cli',
      'config:check',
      '--strict',
      ...paths.flatMap(path => ['--config', path]),
    ],
    // What they are is for the portal to check; here they only have to be there.
    Object.fromEntries(
      [...missingSettings(paths, {}).keys()].map(variable => [variable, '1']),
    ),
  ];
}

/**
 * Each passes or fails as a whole. Made when packages are installed.
 *
 * @returns {Check[]}
 */
const lintChecks = () => [
  ['Format', ['prettier', '--check', '--loglevel=warn', '.']],
  ['Lint', ['backstage-cli', 'repo', 'lint']],
  [
    'Unused files, dependencies and exports',
    ['knip', '--no-progress', '--no-config-hints'],
  ],
  ['Document of the REST API', ['lint:api']],
  ['Places of the defences', ['node', 'tools/defencePlaces.mjs']],
  configuration('of the demo', 'app-config.yaml', 'app-config.demo.yaml'),
  configuration(
    'in production',
    'app-config.yaml',
    'app-config.production.yaml',
  ),
];

/**
 * TypeScript 7, which is TypeScript as a native program: a tenth of the time. What Backstage's tools
 * bring is an older one, which `npm test -- reports` runs.
 */
const TSC = ['node', 'node_modules/typescript-native/bin/tsc'];

/** @type {Check[]} */
const TYPES = [
  ['Types', [...TSC, '--noEmit', '--emitDeclarationOnly', 'false']],
  ['Types of programs in JavaScript', [...TSC, '-p', 'tsconfig.tools.json']],
];

/**
 * @param {Tools} tools
 * @param {Check} check
 */
async function run(tools, [name, args, env]) {
  step(name);
  const { code } = await tools.yarn(args, { env: { ...tools.env, ...env } });
  return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

/**
 * A job for each.
 *
 * @param {Tools} tools
 * @param {Check[]} checks
 * @returns {Job[]}
 */
const jobs = (tools, checks) =>
  checks.map(check => async () => [await run(tools, check)]);

/**
 * What published packages export, held against their reports (`report.api.md`); takes a minute.
 * `yarn api-reports` writes these. The command is left out: its help has sections of its own.
 * Warnings are allowed where generated types have tags of their generator's.
 *
 * @type {Check[]}
 */
const REPORTS = [['API reports', ['api-reports', '--ci']]];

/** @param {Tools} tools */
export const lint = tools => jobs(tools, lintChecks());
/** @param {Tools} tools */
export const types = tools => jobs(tools, TYPES);
/** @param {Tools} tools */
export const reports = tools => jobs(tools, REPORTS);
