// Runs jest with a PostgreSQL, and counts what it says.
/** @import { Tools } from './types' */
import { existsSync, readFileSync } from 'node:fs';
import { postgres } from './services.mjs';

/**
 * @param {Tools} tools
 * @param {{ result: string, args: string[], env: NodeJS.ProcessEnv, isPart?: boolean }} options -
 *   `result` is the file where jest says how it went; of a part, tests were left out on purpose
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runJest(tools, { result, args, env, isPart }) {
  const database = await postgres();
  try {
    const { code } = await tools.yarn(
      [
        'backstage-cli',
        'repo',
        'test',
        '--json',
        `--outputFile=${result}`,
        ...args,
      ],
      {
        env: {
          ...env,
          BACKSTAGE_TEST_DATABASE_POSTGRES17_CONNECTION_STRING: database.url,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
        onLine: console.log,
      },
    );
    const {
      numPassedTests: passed = 0,
      numFailedTests = 0,
      numRuntimeErrorTestSuites = 0,
      numPendingTests = 0,
      numTodoTests = 0,
    } = existsSync(result) ? JSON.parse(readFileSync(result, 'utf8')) : {};
    // What is not run is not passed, and a runner that ended badly without a failed test has failed.
    const notRun = isPart ? 0 : numPendingTests + numTodoTests;
    const failed = numFailedTests + numRuntimeErrorTestSuites + notRun;
    return { passed, failed: failed || (code === 0 ? 0 : 1) };
  } finally {
    await database.stop();
  }
}
