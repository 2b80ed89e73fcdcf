/**
 * Packs files into a bundle. The same files give the same bytes, whenever and
 * wherever they are packed: in the order of their paths, at one time, with one of
 * two modes.
 */
import type { Readable } from 'node:stream';
import { ZipFile, type Options } from 'yazl';
import { DirectoryTree } from './DirectoryTree';
import type { FileTree } from './FileTree';

// Missing in the published types.
interface LazyZipFile extends ZipFile {
  addReadStreamLazy(
    path: string,
    options: Partial<Options>,
    open: (done: (error: Error | null, stream?: Readable) => void) => void,
  ): void;
}

/** The earliest time that a zip can hold, so that times do not change the bytes. */
const EPOCH = new Date(1980, 0, 1);

/**
 * A file to pack instead of, or beside, those of the tree.
 *
 * @public
 */
export interface Replacement {
  path: string;
  content: Buffer;
}

/**
 * The bundle of a tree, as a stream.
 *
 * @param replace - such as an `app.toml` with another version
 *
 * @public
 */
export function packTree(
  tree: FileTree,
  replace: Replacement[] = [],
): Readable {
  const zip = new ZipFile() as LazyZipFile;
  const options = (executable: boolean) =>
    ({
      mtime: EPOCH,
      mode: executable ? 0o100755 : 0o100644,
      forceDosTimestamp: true,
    } as Partial<Options>);
  const instead = new Map(replace.map(r => [r.path, r.content]));
  for (const file of tree.files) {
    const content = instead.get(file.path);
    instead.delete(file.path);
    if (content) zip.addBuffer(content, file.path, options(file.executable));
    else
      zip.addReadStreamLazy(file.path, options(file.executable), done => {
        file.open().then(
          stream => {
            // yazl does not listen to what it reads from.
            stream.once('error', error => zip.emit('error', error));
            done(null, stream);
          },
          error => done(error),
        );
      });
  }
  for (const [path, content] of instead)
    zip.addBuffer(content, path, options(false));
  zip.end();
  const output = zip.outputStream as Readable;
  zip.on('error', error => output.destroy(error));
  return output;
}

/**
 * The bundle of a directory, as a stream.
 *
 * @public
 */
export async function packDirectory(directory: string): Promise<Readable> {
  return packTree(await DirectoryTree.open(directory));
}
