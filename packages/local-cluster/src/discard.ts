/**
 * Removes directories that pods wrote to, whatever they did to them: out of the way
 * at once, away in the background, and never an error for the caller.
 */
import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { chmod, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What is on its way out is called so. */
export const DISCARDED = '.discarded-';

/** Makes a tree removable: an app may have taken its owner's right to write. */
async function open(path: string): Promise<void> {
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await open(join(path, entry.name));
  }
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await open(path).catch(() => {});
    // What cannot be removed even so is tried again at the next start.
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** Removes a directory: moves it aside at once and deletes it in the background. The promise ends with the deletion and never rejects. */
export function discard(path: string): Promise<void> {
  const aside = join(
    dirname(path),
    `${DISCARDED}${randomBytes(6).toString('hex')}`,
  );
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return Promise.resolve();
    return remove(path);
  }
  return remove(aside);
}
