// How much disk directories take.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK_BYTES = 512;

/**
 * Bytes on disk of everything below a directory; 0 where it is not there.
 *
 * @param {string} directory
 */
export function usage(directory) {
  let bytes = 0;
  let entries;
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch {
    return 0;
  }
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) bytes += usage(path);
    else {
      const found = lstatSync(path, { throwIfNoEntry: false });
      bytes += (found?.blocks ?? 0) * BLOCK_BYTES;
    }
  }
  return bytes;
}

/**
 * The largest package among some directories of packages; scoped ones count one by one.
 *
 * @param {string[]} directories
 */
export function largestPackage(directories) {
  /** @type {{ name?: string, bytes: number }} */
  let largest = { bytes: 0 };
  /**
   * @param {string} directory
   * @param {string} prefix
   */
  const look = (directory, prefix) => {
    let entries;
    try {
      entries = readdirSync(directory, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries.filter(e => e.isDirectory())) {
      if (entry.name.startsWith('@'))
        look(join(directory, entry.name), `${entry.name}/`);
      else {
        const bytes = usage(join(directory, entry.name));
        // npm unpacks into `.name-suffix` first.
        const name = prefix + entry.name.replace(/^\.(.+)-\w{8}$/, '$1');
        if (bytes > largest.bytes) largest = { name, bytes };
      }
    }
  };
  directories.forEach(directory => look(directory, ''));
  return largest.name;
}
