/** Drops what a process that ended early left in a directory of unfinished files. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files younger than this may belong to somebody who is still at work, in milliseconds. */
export const LEFT_AFTER_MS = 60 * 60 * 1000;

/** @param ageMs - files that were touched within this time stay; negative for none */
export async function dropLeftovers(
  directory: string,
  ageMs: number,
): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() && Date.now() - found.mtimeMs > ageMs)
      await rm(path, { force: true });
  }
}
