// `npm test`: lint, types, unit, integration and browser tests, with a PostgreSQL
// and a Chromium. Closes with "N passed, N failed".
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, postgres, python } from './services.mjs';
import { ROOT } from './toolchain.mjs';
import { bold, step } from './words.mjs';

const ARTIFACTS = join(ROOT, 'test-artifacts');

function json(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** A check that passes or fails as a whole. */
async function check(tools, name, args) {
  step(name);
  const { code } = await tools.yarn(args);
  return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

async function jest(tools, env, args) {
  step('Unit and integration tests');
  const result = join(ARTIFACTS, 'jest.json');
  const { code } = await tools.yarn(
    [
      'backstage-cli',
      'repo',
      'test',
      '--json',
      `--outputFile=${result}`,
      '--silent',
      ...args,
    ],
    { env, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const summary = json(result);
  const passed = summary?.numPassedTests ?? 0;
  const failed =
    (summary?.numFailedTests ?? 0) + (summary?.numRuntimeErrorTestSuites ?? 0);
  // What is not run is not passed, and a runner that ended badly without a failed test has failed.
  const notRun = (summary?.numPendingTests ?? 0) + (summary?.numTodoTests ?? 0);
  return {
    name: 'unit and integration',
    passed,
    failed: failed + notRun || (code === 0 ? 0 : 1),
  };
}

async function playwright(tools, env, project, title) {
  step(title);
  const { code } = await tools.yarn(
    ['playwright', 'test', '--project', `${project}*`],
    { env },
  );
  const stats = json(join(ARTIFACTS, 'playwright.json'))?.stats;
  const failed =
    (stats?.unexpected ?? 0) + (stats?.flaky ?? 0) + (stats?.skipped ?? 0);
  return {
    name: project,
    passed: stats?.expected ?? 0,
    failed: failed || (code === 0 ? 0 : 1),
  };
}

/** The suites of the access rules, for `npm run test:policy`; `unit` has them, too. */
const POLICY = [
  'plugins/app-store-backend/src/policy',
  'plugins/app-store-backend/src/routes.test.ts',
];

/** What `npm test` runs. */
const PARTS = ['lint', 'types', 'unit', 'attack', 'browser', 'spec'];

/** See the module's comment. Words after `--` choose parts: `npm test -- lint types unit attack browser spec`. */
export async function test(args, toolchain) {
  const wanted = part => (args.length ? args : PARTS).includes(part);
  const tools = await toolchain();
  rmSync(ARTIFACTS, { recursive: true, force: true });
  mkdirSync(ARTIFACTS, { recursive: true });
  const results = [];
  if (wanted('lint')) {
    results.push(
      await check(tools, 'Format', [
        'prettier',
        '--check',
        '--loglevel=warn',
        '.',
      ]),
    );
    results.push(await check(tools, 'Lint', ['backstage-cli', 'repo', 'lint']));
  }
  if (wanted('types'))
    results.push(
      await check(tools, 'Types', [
        'tsc',
        '--noEmit',
        '--emitDeclarationOnly',
        'false',
      ]),
    );
  const env = {
    ...tools.env,
    CI: 'true',
    APP_STORE_NPM_REGISTRY: await tools.registry(),
  };
  if (['unit', 'attack', 'browser', 'pictures', 'spec'].some(wanted))
    await python();
  if (wanted('unit') || wanted('policy')) {
    const database = await postgres();
    try {
      results.push(
        await jest(
          tools,
          {
            ...env,
            BACKSTAGE_TEST_DATABASE_POSTGRES17_CONNECTION_STRING: database.url,
          },
          wanted('unit') ? [] : POLICY,
        ),
      );
    } finally {
      await database.stop();
    }
  }
  for (const [part, title] of [
    ['attack', 'Attacks'],
    ['browser', 'Browser tests'],
    ['spec', 'The 25 points of the specification'],
    ['pictures', 'Every page as everybody'],
  ])
    if (wanted(part))
      results.push(
        await playwright(
          tools,
          { ...env, CHROMIUM: await chromium(), TEST_ARTIFACTS: ARTIFACTS },
          part,
          title,
        ),
      );
  console.log('');
  for (const { name, passed, failed } of results)
    console.log(
      `  ${
        failed ? 'FAILED' : 'passed'
      }  ${name}: ${passed} passed, ${failed} failed`,
    );
  const sum = key => results.reduce((total, result) => total + result[key], 0);
  console.log(
    bold(
      sum('failed')
        ? '\nNot everything passed; pictures and traces are in test-artifacts/.'
        : '\nEverything passed.',
    ),
  );
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') || !sum('passed') ? 1 : 0;
}

/** `npm run mutation`: changes the access rules one by one; each change has to fail a test. Prints those that do not. */
export async function mutation(args, toolchain) {
  const tools = await toolchain();
  step('Mutations of the access rules');
  const { code } = await tools.yarn(
    ['stryker', 'run', 'test/mutation/stryker.config.json', ...args],
    { env: { ...tools.env, CI: 'true' } },
  );
  return code;
}

/** `npm run test:all`: the same, and what takes long. */
export async function testAll(_, toolchain) {
  const code = await test([...PARTS, 'pictures'], toolchain);
  const { testDefences } = await import('./defences.mjs');
  const undefended = await testDefences([], toolchain);
  const mutated = await mutation([], toolchain);
  const { bench, fuzz } = await import('./bench.mjs');
  const fuzzed = await fuzz([], toolchain);
  const measured = [];
  for (const name of ['launch', 'import', 'store'])
    measured.push(await bench([name], toolchain));
  return measured.find(Boolean) || undefended || mutated || fuzzed || code;
}
