/**
 * Where the entry program of the runtime images is; see `bin/app-store-entry.mjs`.
 *
 * @packageDocumentation
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The directory to show in a container; the program is `app-store-entry.mjs` in it.
 *
 * @public
 */
export const ENTRY_DIRECTORY = join(
  dirname(require.resolve('@ai-app-store/runtime-entry/package.json')),
  'bin',
);
/**
 * A line that begins so is the reason of a failure.
 *
 * @public
 */
export const FAILURE_PREFIX = 'app-store-entry: failed: ';
/**
 * The line before it names the cause of a failed installation; see `bin/lib/causes.mjs`.
 *
 * @public
 */
export const CAUSE_PREFIX = 'app-store-entry: cause: ';

/**
 * The packages that the entry program needs, by name: to be shown in `node_modules` beside or above it.
 *
 * @public
 */
export function entryModules(): Record<string, string> {
  const modules: Record<string, string> = {};
  const add = (name: string, from: string) => {
    if (modules[name]) return;
    let directory = dirname(require.resolve(name, { paths: [from] }));
    while (!existsSync(join(directory, 'package.json')))
      directory = dirname(directory);
    modules[name] = directory;
    const { dependencies = {} } = JSON.parse(
      readFileSync(join(directory, 'package.json'), 'utf8'),
    );
    for (const inner of Object.keys(dependencies)) add(inner, directory);
  };
  add('sirv', ENTRY_DIRECTORY);
  return modules;
}
