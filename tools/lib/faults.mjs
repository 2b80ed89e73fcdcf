// `npm run test:faults`: what goes wrong between the store and a cluster, and the seconds until all is
// right again, on PostgreSQL. Prints a table and closes with "N passed, N failed".
/** @import { Toolchain } from './types' */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { postgres, postgresPrograms } from './services.mjs';
import { ROOT } from './toolchain.mjs';
import { step } from './words.mjs';

const ARTIFACTS = join(ROOT, 'test-artifacts');
const TABLE = join(ARTIFACTS, 'faults.jsonl');
const RESULT = join(ARTIFACTS, 'faults.json');

/** Every row that a test wrote. */
function printTable() {
  if (!existsSync(TABLE)) return;
  const rows = readFileSync(TABLE, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
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
  const database = await postgres();
  try {
    const { code } = await tools.yarn(
      [
        'backstage-cli',
        'repo',
        'test',
        'plugins/app-store-backend/src/faults',
        '--runInBand',
        '--json',
        `--outputFile=${RESULT}`,
        ...(args.length ? ['--testNamePattern', args.join(' ')] : []),
      ],
      {
        env: {
          ...tools.env,
          CI: 'true',
          TEST_FAULTS_TABLE: TABLE,
          BACKSTAGE_TEST_DATABASE_POSTGRES17_CONNECTION_STRING: database.url,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
        lines: true,
      },
    );
    printTable();
    const result = existsSync(RESULT)
      ? JSON.parse(readFileSync(RESULT, 'utf8'))
      : {};
    const { numPassedTests: passed = 0, numFailedTests = 0 } = result;
    const failed =
      numFailedTests + (result.numRuntimeErrorTestSuites ?? 0) ||
      (code === 0 ? 0 : 1);
    console.log(`\n${passed} passed, ${failed} failed`);
    return failed || !passed ? 1 : 0;
  } finally {
    await database.stop();
  }
}
