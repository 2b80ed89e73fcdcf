// `npm run test:faults`: what goes wrong between the store and a cluster, and the seconds until all is
// right again, on PostgreSQL. Prints a table and closes with "N passed, N failed".
/** @import { Toolchain } from './types' */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runJest } from './jest.mjs';
import { postgresPrograms } from './services.mjs';
import { ROOT } from './run.mjs';
import { step } from './words.mjs';

const ARTIFACTS = join(ROOT, 'test-artifacts');
const TABLE = join(ARTIFACTS, 'faults.jsonl');
const RESULT = join(ARTIFACTS, 'faults.json');

/** @param {{ fault: string }} row */
const numberOf = ({ fault }) =>
  Number(/^(\d+) /.exec(fault)?.[1] ?? Number.MAX_SAFE_INTEGER);

/** Every row that a test wrote. */
function printTable() {
  if (!existsSync(TABLE)) return;
  const rows = readFileSync(TABLE, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
    // In the order of what was seen on a real cluster; what was added since comes last.
    .sort((a, b) => numberOf(a) - numberOf(b));
  const width = Math.max(...rows.map(({ fault }) => fault.length));
  console.log(
    `\n${'fault'.padEnd(width)}  ${'now'.padStart(7)}  ${'allowed'.padStart(
      7,
    )}  before`,
  );
  for (const { fault, before, seconds, limitS } of rows)
    console.log(
      `${fault.padEnd(width)}  ${`${seconds.toFixed(1)} s`.padStart(
        7,
      )}  ${`${limitS} s`.padStart(7)}  ${before}`,
    );
}

/**
 * @param {string[]} args - names of tests, as a regular expression
 * @param {Toolchain} toolchain
 */
export async function testFaults(args, toolchain) {
  const tools = await toolchain();
  await postgresPrograms();
  mkdirSync(ARTIFACTS, { recursive: true });
  rmSync(TABLE, { force: true });
  rmSync(RESULT, { force: true });
  step('Faults');
  const { passed, failed } = await runJest(tools, {
    result: RESULT,
    isPart: args.length > 0,
    env: { ...tools.env, CI: 'true', TEST_FAULTS_TABLE: TABLE },
    args: [
      'plugins/app-store-backend/src/faults',
      '--runInBand',
      ...(args.length ? ['--testNamePattern', args.join(' ')] : []),
    ],
  });
  printTable();
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed || !passed ? 1 : 0;
}
