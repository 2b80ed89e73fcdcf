/**
 * Where bundles, pictures, environments and records are kept: a directory or a bucket. Every
 * object is there whole or not at all; keys are paths with `/`, the same in every place.
 */
import type { Readable } from 'node:stream';

/** An object on its way out, and its size in bytes. */
export interface KeptFile {
  stream: Readable;
  size: number;
}

/** An object's key, and when it was written. */
export interface Listed {
  key: string;
  modifiedAt: Date;
}

/** A local file whose content was checked. */
export interface CheckedFile {
  path: string;
  /** SHA-256, hexadecimal. */
  digest: string;
  /** Bytes. */
  size: number;
}

/** Keeps objects by keys. Throws `StorageError` where the place does not answer. */
export interface ObjectStore {
  put(key: string, data: Buffer): Promise<void>;
  /** Keeps a local file; it is moved where that can be done. */
  putFile(key: string, file: CheckedFile): Promise<void>;
  /**
   * Keeps what a stream from the network holds; nothing stays of a stream that fails, whose own
   * error is thrown.
   *
   * @param open - is called when its turn has come
   * @param mostBytes - more will not come
   */
  putStream(
    key: string,
    open: () => Readable,
    mostBytes: number,
  ): Promise<void>;
  get(key: string): Promise<KeptFile | undefined>;
  /** Undefined where it is not there. */
  modifiedAt(key: string): Promise<Date | undefined>;
  /** Does nothing where it is not there. */
  delete(key: string): Promise<void>;
  /** All objects below `folder`, which ends with a slash. */
  list(folder: string): AsyncGenerator<Listed>;
  /** The names directly below `folder`, which ends with a slash, that have something below them. */
  folders(folder: string): Promise<string[]>;
  /** Drops what was begun, and nobody will bring to its end. */
  dropUnfinished(): Promise<void>;
  /** Where an object lies on this machine; left out by places that are elsewhere. */
  pathOf?(key: string): string;
  close(): void;
}
