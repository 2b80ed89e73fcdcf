/**
 * Where the entry program of the runtime images is; see `bin/app-store-entry.mjs`.
 *
 * @packageDocumentation
 */
import { dirname, join } from 'node:path';

/** The directory to show in a container; the program is `app-store-entry.mjs` in it. */
export const ENTRY_DIRECTORY = join(
  dirname(require.resolve('@ai-app-store/runtime-entry/package.json')),
  'bin',
);
/** A line that begins so is the reason of a failure. */
export const FAILURE_PREFIX = 'app-store-entry: failed: ';
