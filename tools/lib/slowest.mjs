// Which files of tests take longest, of jest and of Playwright together.
import { join, relative } from 'node:path';

/**
 * One file, and how long it took.
 *
 * @typedef {{ file: string; ms: number }} Taken
 */

/**
 * @param {any} result
 * @param {string} root
 * @returns {Taken[]}
 */
function ofJest(result, root) {
  return (result?.testResults ?? []).map((/** @type {any} */ each) => ({
    file: relative(root, each.name),
    ms: each.endTime - each.startTime,
  }));
}

/**
 * Each run of a test: its file, its project, when it began and how long it took.
 *
 * @param {any} suite
 * @returns {Generator<{ file: string; projectName: string; began: number; duration: number }>}
 */
function* runsOf(suite) {
  for (const { file, tests } of suite.specs ?? [])
    for (const { projectName, results } of tests)
      for (const { startTime, duration } of results)
        yield { file, projectName, began: Date.parse(startTime), duration };
  for (const inner of suite.suites ?? []) yield* runsOf(inner);
}

/**
 * From the first test of a file to the end of its last: what it waits for before and between them is part of it.
 *
 * @param {any} result
 * @param {string} root
 * @returns {Taken[]}
 */
function ofPlaywright(result, root) {
  const files = new Map();
  for (const suite of result?.suites ?? [])
    for (const { file, projectName, began, duration } of runsOf(suite)) {
      const path = relative(root, join(result.config.rootDir, file));
      const name = projectName.includes(' ')
        ? `${path} (${projectName})`
        : path;
      const { from, to } = files.get(name) ?? { from: Infinity, to: 0 };
      files.set(name, {
        from: Math.min(from, began),
        to: Math.max(to, began + duration),
      });
    }
  return [...files].map(([file, { from, to }]) => ({ file, ms: to - from }));
}

/**
 * The slowest files, of what the two runners wrote as JSON.
 *
 * @param {{ jest: any; playwright: any; root: string }} results
 * @param {number} count
 * @returns {Taken[]}
 */
function slowest({ jest, playwright, root }, count) {
  return [...ofJest(jest, root), ...ofPlaywright(playwright, root)]
    .sort((a, b) => b.ms - a.ms)
    .slice(0, count);
}

/**
 * Prints the table.
 *
 * @param {{ jest: any; playwright: any; root: string }} results
 * @param {number} count - lines of the table
 */
export function printSlowest(results, count) {
  const files = slowest(results, count);
  if (!files.length) return;
  console.log(`\n  The ${files.length} slowest files`);
  for (const { file, ms } of files)
    console.log(`  ${(ms / 1000).toFixed(1).padStart(7)} s  ${file}`);
}
