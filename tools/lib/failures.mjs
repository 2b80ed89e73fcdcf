// Which tests failed, of jest and of Playwright together, said once more at the end,
// where those look who have a long log's last lines alone.
import { stripVTControlCharacters } from 'node:util';
import { join, relative } from 'node:path';

/**
 * A test that did not pass, and what its runner said of it.
 *
 * @typedef {{ file: string; title: string; message: string }} Failure
 */

/** Lines of a message that are printed: what was expected and what came. */
const LINES = 12;

/**
 * @param {any} result
 * @param {string} root
 * @returns {Failure[]}
 */
function ofJest(result, root) {
  return (result?.testResults ?? []).flatMap((/** @type {any} */ each) => {
    const file = relative(root, each.name);
    const failed = each.assertionResults.filter(
      (/** @type {any} */ { status }) => status === 'failed',
    );
    if (!failed.length && each.status === 'failed')
      return [{ file, title: 'did not run', message: each.message }];
    return failed.map((/** @type {any} */ { fullName, failureMessages }) => ({
      file,
      title: fullName,
      message: failureMessages[0] ?? '',
    }));
  });
}

/**
 * @param {any} suite
 * @returns {Generator<{ file: string; title: string; tests: any[] }>}
 */
function* specsOf(suite) {
  yield* suite.specs ?? [];
  for (const inner of suite.suites ?? []) yield* specsOf(inner);
}

/**
 * @param {any} result
 * @param {string} root
 * @returns {Failure[]}
 */
function ofPlaywright(result, root) {
  const specs = (result?.suites ?? []).flatMap((/** @type {any} */ suite) => [
    ...specsOf(suite),
  ]);
  return specs.flatMap((/** @type {any} */ { file, title, tests }) =>
    tests
      .filter((/** @type {any} */ { status }) => status !== 'expected')
      .map((/** @type {any} */ { projectName, status, results }) => ({
        file: relative(root, join(result.config.rootDir, file)),
        title: `${title} (${projectName}, ${
          status === 'skipped' ? 'not run' : status
        })`,
        message:
          results.flatMap((/** @type {any} */ { errors }) => errors)[0]
            ?.message ?? '',
      })),
  );
}

/**
 * Prints them, if there are any.
 *
 * @param {{ jest: any; playwright: any; root: string }} results
 */
export function printFailures({ jest, playwright, root }) {
  const failures = [...ofJest(jest, root), ...ofPlaywright(playwright, root)];
  if (!failures.length) return;
  console.log(`\n  Not passed`);
  for (const { file, title, message } of failures) {
    console.log(`  ${file}: ${title}`);
    const lines = stripVTControlCharacters(message).trim().split('\n');
    for (const line of lines.slice(0, LINES)) console.log(`      ${line}`);
  }
}
