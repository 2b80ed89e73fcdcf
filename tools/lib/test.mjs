// `npm test`: lint, types, unit, integration and browser tests, with a PostgreSQL
// and a Chromium. Closes with the ten slowest files and "N passed, N failed".
//
// Two things go on at a time, as a machine of two cores has room for: jest, and beside it the
// tests with a browser, which wait a lot. Whichever ends first takes the next of lint and types.
/** @import { Result, Toolchain, Tools } from './types' */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildPortal } from './build.mjs';
import { lint, reports, types } from './checks.mjs';
import { printFailures } from './failures.mjs';
import { runJest } from './jest.mjs';
import { checkPackages } from './packages/check.mjs';
import { chromium, kubectl, postgresPrograms, python } from './services.mjs';
import { printSlowest } from './slowest.mjs';
import { allTests, SUITES } from './suites.mjs';
import { inLanes, ROOT } from './run.mjs';
import { bold, Sentence, step } from './words.mjs';

const ARTIFACTS = join(ROOT, 'test-artifacts');

/**
 * @param {string} path
 * @returns {any}
 */
function json(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** What jest runs, and where it says how that went. */
const JEST_RESULT = join(ARTIFACTS, 'jest.json');

/**
 * @param {Tools} tools
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} args
 * @param {string} [names] - words in the names of the tests that run
 * @returns {Promise<Result[]>}
 */
async function jest(tools, env, args, names) {
  step('Unit and integration tests');
  const counts = await runJest(tools, {
    result: JEST_RESULT,
    env,
    args: [
      '--silent',
      // The tests with a browser are three at a time beside them, and take longer.
      '--maxWorkers=2',
      ...(names ? ['--testNamePattern', names] : []),
      ...args,
    ],
    isPart: Boolean(names),
  });
  return [{ name: 'unit and integration', ...counts }];
}

/** The tests with a browser, by the word that chooses them and the beginning of their projects' names. */
const BROWSER_PARTS = [
  'attack',
  'browser',
  'docs',
  'spec',
  'kills',
  'layout',
  'overlay',
  'pictures',
  'readme',
];
const PLAYWRIGHT_RESULT = join(ARTIFACTS, 'playwright.json');

/**
 * @param {any} suite
 * @returns {Generator<{ projectName: string; status: string }>}
 */
function* testsOf(suite) {
  for (const spec of suite.specs ?? []) yield* spec.tests;
  for (const inner of suite.suites ?? []) yield* testsOf(inner);
}

/**
 * @param {Tools} tools
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} parts
 * @returns {Promise<Result[]>}
 */
async function playwright(tools, env, parts) {
  // Two portals that start at once would both build it.
  await buildPortal(tools);
  step(`In a browser: ${parts.join(', ')}`);
  const { code } = await tools.yarn(
    ['playwright', 'test', ...parts.flatMap(part => ['--project', `${part}*`])],
    {
      env: {
        ...env,
        TEST_ARTIFACTS: ARTIFACTS,
      },
      onLine: console.log,
    },
  );
  /** @type {Array<{ projectName: string; status: string }>} */
  const tests = (json(PLAYWRIGHT_RESULT)?.suites ?? []).flatMap(
    (/** @type {any} */ suite) => [...testsOf(suite)],
  );
  const results = parts.map(part => {
    const own = tests.filter(({ projectName }) => projectName.startsWith(part));
    const passed = own.filter(({ status }) => status === 'expected').length;
    // What is flaky or not run is not passed.
    return { name: part, passed, failed: own.length - passed };
  });
  const isSound =
    results.some(({ failed }) => failed) ||
    (code === 0 && results.every(({ passed }) => passed));
  return isSound
    ? results
    : [...results, { name: 'the runner of these', passed: 0, failed: 1 }];
}

/** What the last run wrote; undefined of what did not run. */
const readResults = () => ({
  jest: json(JEST_RESULT),
  playwright: json(PLAYWRIGHT_RESULT),
  root: ROOT,
});

/** `npm run test:times`: the slowest files of the last run. */
export async function times() {
  const results = readResults();
  if (!results.jest && !results.playwright)
    throw new Sentence('There are no times yet: run `npm test` first.');
  printSlowest(results, 30);
  return 0;
}

/** What `npm test` runs. */
const PARTS = [
  'lint',
  'types',
  'packages',
  'unit',
  'attack',
  'browser',
  'docs',
  'spec',
];

/**
 * `npm test`: runs the parts that are named, or all of them, and prints a sum. Words after `--` choose parts: `npm test -- lint types packages unit attack browser docs spec`.
 *
 * @param {string[]} args
 * @param {Toolchain} toolchain
 * @param {{ files?: string[], names?: string }} [only] - words in the paths and the names of the tests of a suite
 */
export async function test(args, toolchain, only = {}) {
  /** @param {string} part */
  const wanted = part => (args.length ? args : PARTS).includes(part);
  const tools = await toolchain();
  rmSync(ARTIFACTS, { recursive: true, force: true });
  mkdirSync(ARTIFACTS, { recursive: true });
  /** @type {NodeJS.ProcessEnv} */
  const env = {
    ...tools.env,
    CI: 'true',
    APP_STORE_NPM_REGISTRY: await tools.registry(),
    ...(wanted('long') ? { TEST_ON_ALL_DATABASES: '1' } : {}),
  };
  const inBrowser = BROWSER_PARTS.filter(wanted);
  const suites = Object.entries(SUITES)
    .filter(([name]) => wanted(name))
    .flatMap(([, paths]) => paths)
    .flatMap(path =>
      only.files?.length ? only.files.map(file => `${path}.*${file}`) : path,
    );
  const inJest = wanted('unit') || suites.length > 0;
  // Whatever has to be installed is installed before two things go on at a time.
  if (inJest || inBrowser.length) {
    await python();
    await postgresPrograms();
  }
  if (inJest) await kubectl();
  if (inBrowser.length) env.CHROMIUM = await chromium();
  const checks = [
    ...(wanted('lint') ? lint(tools) : []),
    ...(wanted('types') ? types(tools) : []),
    ...(wanted('packages') ? [() => checkPackages(tools)] : []),
    ...(wanted('reports') ? reports(tools) : []),
  ];
  const tests = inJest
    ? [
        () =>
          jest(
            tools,
            env,
            wanted('unit') ? allTests({ long: wanted('long') }) : suites,
            only.names,
          ),
      ]
    : [];
  const jobs = inBrowser.length
    ? [...tests, () => playwright(tools, env, inBrowser), ...checks]
    : [...checks, ...tests];
  const results = (await inLanes(jobs, inBrowser.length ? 2 : 1)).flat();
  const written = readResults();
  printSlowest(written, 10);
  console.log('');
  for (const { name, passed, failed } of results)
    console.log(
      `  ${
        failed ? 'FAILED' : 'passed'
      }  ${name}: ${passed} passed, ${failed} failed`,
    );
  /** @param {'passed' | 'failed'} key */
  const sum = key => results.reduce((total, result) => total + result[key], 0);
  printFailures(written);
  console.log(
    bold(
      sum('failed')
        ? '\nNot everything passed; pictures are in test-artifacts/.'
        : '\nEverything passed.',
    ),
  );
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') || !sum('passed') ? 1 : 0;
}

/**
 * `npm run mutation`: changes the access rules one by one; each change has to fail a test. Prints those that do not.
 *
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function mutation(args, toolchain) {
  const tools = await toolchain();
  step('Mutations of the access rules');
  const { code } = await tools.yarn(
    ['stryker', 'run', 'test/mutation/stryker.config.json', ...args],
    { env: { ...tools.env, CI: 'true' } },
  );
  return code;
}

/**
 * `npm run test:all`: the same, and what takes long.
 *
 * @param {string[]} _
 * @param {Toolchain} toolchain
 */
export async function testAll(_, toolchain) {
  const code = await test(
    [...PARTS, 'long', 'kills', 'reports', 'layout', 'pictures'],
    toolchain,
  );
  const { testDefences } = await import('./defences.mjs');
  const undefended = await testDefences([], toolchain);
  const mutated = await mutation([], toolchain);
  const { testFaults } = await import('./faults.mjs');
  const broken = await testFaults([], toolchain);
  const { testImages } = await import('./images/check.mjs');
  const unmade = await testImages([], toolchain);
  const { bench, fuzz } = await import('./bench.mjs');
  const fuzzed = await fuzz([], toolchain);
  const measured = [];
  for (const name of [
    'launch',
    'import',
    'store',
    'enter',
    'catalog',
    'local-cluster',
    'processors',
  ])
    measured.push(await bench([name], toolchain));
  return (
    measured.find(Boolean) ||
    undefended ||
    broken ||
    unmade ||
    mutated ||
    fuzzed ||
    code
  );
}
