/**
 * Paths in directories that containers write to. What they left there may be a link to anywhere on this
 * machine: none is followed.
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';

/** A path that leads out of its directory. */
export class UnsafePathError extends Error {}

/**
 * A place below a directory; missing directories on the way are made.
 *
 * @param path - relative; `..` leads no further up than to the directory
 * @returns its path on this machine
 * @throws UnsafePathError where a link, or a file on the way, is in between
 */
export function placeIn(directory: string, path: string): string {
  const elements = normalize(`/${path}`).split('/').filter(Boolean);
  let at = directory;
  for (const [index, element] of elements.entries()) {
    at = join(at, element);
    const found = lstatSync(at, { throwIfNoEntry: false });
    const isLast = index === elements.length - 1;
    if (!found) mkdirSync(at);
    else if (!found.isDirectory() && !(isLast && found.isFile()))
      throw new UnsafePathError(
        `${JSON.stringify(path)} leads over ${JSON.stringify(
          element,
        )}, which is not a directory`,
      );
  }
  return at;
}

/** Writes a file in place of what has its name, whatever that is. */
export function writeAnew(
  directory: string,
  path: string,
  data: string | Buffer,
  mode: number,
): void {
  const parent = placeIn(directory, dirname(normalize(`/${path}`)));
  const name = basename(path);
  const written = join(parent, `..${name}.new`);
  writeFileSync(written, data, { flag: 'w' });
  // Not by way of the umask.
  chmodSync(written, mode);
  renameSync(written, join(parent, name));
}
