/** What a local cluster of a test runs apps with. */
import type { LocalImage } from '@ai-app-store/local-cluster';
import { ENTRY_DIRECTORY } from '@ai-app-store/runtime-entry';
import { dirname } from 'node:path';

/**
 * An image with the Node.js of this machine and the entry program.
 *
 * @param entry - the directory of the entry program
 */
export const nodeImage = (entry: string = ENTRY_DIRECTORY): LocalImage => ({
  mounts: [
    { source: dirname(dirname(process.execPath)), target: '/opt/node' },
    { source: entry, target: '/opt/entry' },
  ],
  path: ['/opt/entry', '/opt/node/bin'],
});

/** Restarts come soon. */
export const SOON = { firstMs: 300, lastMs: 1000, resetMs: 60_000 };
