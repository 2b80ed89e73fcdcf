/** What a bundle is read from: an archive, or a directory that is to be one. */
import type { Readable } from 'node:stream';

/**
 * A file of a bundle.
 *
 * @public
 */
export interface BundleFile {
  /** Relative to the bundle's root, with `/` between its elements. */
  path: string;
  /** Bytes. */
  size: number;
  executable: boolean;
  open(): Promise<Readable>;
  /** The whole content at once, in memory that nothing else uses; there where the file is small. */
  readAll?(): Promise<Buffer>;
}

/**
 * Files by their path, in the order of their paths.
 *
 * @public
 */
export interface FileTree {
  readonly files: readonly BundleFile[];
  find(path: string): BundleFile | undefined;
  /**
   * The content of a file.
   *
   * @throws BundleError where it is larger than `limit` bytes, or damaged
   */
  read(file: BundleFile, limit: number): Promise<Buffer>;
}

/** Orders paths by their UTF-16 code units, on every machine alike. */
export function byPath(a: { path: string }, b: { path: string }): number {
  if (a.path === b.path) return 0;
  return a.path < b.path ? -1 : 1;
}
