/**
 * Packs a directory into a bundle. The same files give the same bytes, whenever
 * and wherever they are packed. `.appignore` leaves out what it matches
 * (gitignore rules).
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import ignore from 'ignore';
import { ZipFile } from 'yazl';

/** Left out always. */
const ALWAYS = [
  '.git',
  '.appignore',
  'node_modules',
  '__pycache__',
  '.DS_Store',
];
/** The earliest time that a zip can hold, so that times do not change the bytes. */
const EPOCH = new Date(1980, 0, 1);

async function* walk(root: string, prefix = ''): AsyncGenerator<string> {
  const entries = await readdir(join(root, prefix), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = prefix ? `${prefix}/${entry.name}` : entry.name;
    if (entry.isDirectory()) yield* walk(root, path);
    else if (entry.isFile()) yield path;
  }
}

/** The bundle of a directory, as a stream. */
export async function packDirectory(directory: string): Promise<Readable> {
  const rules = ignore().add(ALWAYS);
  const own = await readFile(join(directory, '.appignore'), 'utf8').catch(
    () => '',
  );
  rules.add(own);
  const zip = new ZipFile();
  for await (const path of walk(directory)) {
    if (rules.ignores(path)) continue;
    const full = join(directory, path);
    const { mode } = await stat(full);
    zip.addFile(full, path, {
      mtime: EPOCH,
      mode: mode % 0o200 >= 0o100 ? 0o100755 : 0o100644,
      forceDosTimestamp: true,
    } as Parameters<ZipFile['addFile']>[2]);
  }
  zip.end();
  return zip.outputStream as Readable;
}
