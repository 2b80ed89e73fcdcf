// `npm run defences`: takes each defence of `test/attack/defences` out of a copy of the checkout, in
// turn, and demands that its test fails. A test that stays green does not hold the defence in place.
/** @import { Tools, Toolchain } from './types' */
import {
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { defences } from '../../test/attack/defences/index.mjs';
import { copyCheckout } from './copyCheckout.mjs';
import { chromium, postgres, python } from './services.mjs';
import { ROOT } from './run.mjs';
import { Sentence, step } from './words.mjs';

/**
 * See test/attack/defences/index.mjs.
 *
 * @typedef {object} Defence
 * @property {string | number} finding
 * @property {string} name
 * @property {string} file
 * @property {string} from
 * @property {string} to
 * @property {{ jest?: string, attack?: string, name: string }} test
 */

/**
 * The test that has to fail, as arguments of yarn.
 *
 * @param {Defence} defence
 * @returns {string[]}
 */
function testOf({ test }) {
  return test.jest
    ? ['backstage-cli', 'repo', 'test', '--silent', test.jest, '-t', test.name]
    : [
        'playwright',
        'test',
        '--project',
        'attack',
        '--max-failures',
        '1',
        '-g',
        test.name,
        /** @type {string} */ (test.attack),
      ];
}

/**
 * Runs a test in the copy; what it printed, and whether it failed as a test does.
 *
 * @param {Tools} tools
 * @param {NodeJS.ProcessEnv} env
 * @param {string} copy
 * @param {Defence} defence
 */
async function runTest(tools, env, copy, defence) {
  const { code, output } = await tools.yarn(testOf(defence), {
    cwd: copy,
    collect: true,
    env: {
      ...env,
      APP_STORE_ROOT: copy,
      TEST_ARTIFACTS: join(copy, 'test-artifacts'),
    },
  });
  const ran = defence.test.jest
    ? /^Tests: +(?:.*, )?\d+ (?:passed|failed)/m.test(output)
    : /^ +\d+ (?:passed|failed)/m.test(output);
  const failed = defence.test.jest
    ? /^Tests: +\d+ failed/m.test(output)
    : /^ +\d+ failed/m.test(output);
  return { code, output, ran, failed };
}

/**
 * Takes one defence away, and puts it back. @returns the reason why it is not held, if it is not
 *
 * @param {Tools} tools
 * @param {NodeJS.ProcessEnv} env
 * @param {string} copy
 * @param {Defence} defence
 */
async function without(tools, env, copy, defence) {
  const path = join(copy, defence.file);
  const source = readFileSync(path, 'utf8');
  if (source.split(defence.from).length !== 2)
    return `its text does not occur exactly once in ${defence.file}`;
  writeFileSync(
    path,
    source.replace(defence.from, () => defence.to),
  );
  try {
    const { ran, failed, output } = await runTest(tools, env, copy, defence);
    if (failed) return undefined;
    return ran
      ? 'its test stays green without it'
      : `its test did not run:\n${output
          .trim()
          .split('\n')
          .slice(-15)
          .join('\n')}`;
  } finally {
    writeFileSync(path, source);
  }
}

/**
 * Words after `--` choose findings or parts of names.
 *
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function testDefences(args, toolchain) {
  const tools = await toolchain();
  const wanted = (await defences()).filter(
    ({ finding, name }) =>
      !args.length ||
      args.some(word => word === String(finding) || name.includes(word)),
  );
  if (!wanted.length)
    throw new Sentence(`No defence is called ${args.join(' ')}.`);
  await python();
  const database = await postgres();
  const copy = copyCheckout('app-store-defences');
  // Saves a build; a copy, since the web app may be built anew there.
  const web = join(ROOT, 'packages/app/dist');
  if (existsSync(web))
    cpSync(web, join(copy, 'packages/app/dist'), { recursive: true });
  const env = {
    ...tools.env,
    CI: 'true',
    CHROMIUM: await chromium(),
    APP_STORE_NPM_REGISTRY: await tools.registry(),
    BACKSTAGE_TEST_DATABASE_POSTGRES17_CONNECTION_STRING: database.url,
  };
  let failed = 0;
  try {
    for (const defence of wanted) {
      const problem = await without(tools, env, copy, defence);
      step(
        `${problem ? 'NOT HELD' : 'held'}  ${defence.finding}: ${defence.name}${
          problem ? `: ${problem}` : ''
        }`,
      );
      if (problem) failed++;
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
    await database.stop();
  }
  console.log(`defences: ${wanted.length - failed} passed, ${failed} failed`);
  return failed ? 1 : 0;
}
