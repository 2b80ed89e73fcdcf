import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './run.mjs';

/** What git does not have and the tests need. */
const INSTALLED = [
  'node_modules',
  'tools/node/node_modules',
  'tools/yarn/node_modules',
];

/**
 * Copies a directory; files are linked where that is possible, since nobody writes to them.
 *
 * @param {string} from
 * @param {string} to
 */
function link(from, to) {
  if (spawnSync('cp', ['-al', from, to], { stdio: 'ignore' }).status !== 0)
    cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

/**
 * A copy of what is committed or would be, with all that is installed.
 *
 * @param {string} name - how the directory's name begins
 * @returns the directory, below that of temporary files
 */
export function copyCheckout(name) {
  const copy = mkdtempSync(join(tmpdir(), `${name}-`));
  const files = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
    .split('\0')
    .filter(file => file && existsSync(join(ROOT, file)));
  for (const file of files) cpSync(join(ROOT, file), join(copy, file));
  const own = files
    .filter(file => /^(packages|plugins)\/[^/]+\/package\.json$/.test(file))
    .map(file => join(dirname(file), 'node_modules'));
  for (const path of [...INSTALLED, ...own])
    if (existsSync(join(ROOT, path))) link(join(ROOT, path), join(copy, path));
  return copy;
}
