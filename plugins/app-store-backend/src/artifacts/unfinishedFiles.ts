/** Removes unfinished files of processes that ended early. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files younger than this may belong to somebody who is still at work, in milliseconds. */
export const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/**
 * @param ageMs - files that were touched within this time stay; negative for none
 * @param isUnfinished - whether a name is that of an unfinished file
 */
export async function removeUnfinishedFiles(
  directory: string,
  ageMs: number,
  isUnfinished: (name: string) => boolean = () => true,
): Promise<void> {
  // One that somebody removed meanwhile holds nothing.
  for (const name of await readdir(directory).catch(() => [])) {
    if (!isUnfinished(name)) continue;
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() && Date.now() - found.mtimeMs > ageMs)
      await rm(path, { force: true });
  }
}
