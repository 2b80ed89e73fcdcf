/**
 * Keeps bundles and pictures by the digest of their content: each is there whole or
 * not at all, and whoever keeps the same bytes again changes nothing.
 */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Upload } from './UploadSpool';
import type { UploadPace } from './uploadClock';

export type { Upload } from './UploadSpool';

/** Bytes on their way out, and how many. */
export interface KeptFile {
  stream: Readable;
  size: number;
}

/** Names of what rows speak of. */
export interface UsedFiles {
  /** By digest. */
  bundles: Set<string>;
  /** By name. */
  assets: Set<string>;
}

/**
 * Drops one file when it is its turn, or does not: whoever keeps the same bytes meanwhile
 * must not lose them.
 */
export type DropInTurn = (
  name: string,
  drop: () => Promise<void>,
) => Promise<void>;

/** See the module's comment. */
export interface BundleStore {
  /** Takes an upload to a local file; see {@link UploadSpool.receive}. */
  receive(
    stream: Readable,
    options: { limit: number } & UploadPace,
  ): Promise<Upload>;
  /** Keeps a received bundle; the upload is gone afterwards. */
  keep(upload: Upload): Promise<void>;
  /** Drops a received bundle; does nothing where it was kept. */
  discard(upload: Upload): Promise<void>;
  /** @throws StorageError where it is not there */
  openBundle(digest: string): Promise<KeptFile>;
  /**
   * Does something with a kept bundle as a local file. What `use` opened stays readable;
   * its path may lead nowhere afterwards.
   *
   * @throws StorageError where it is not there
   */
  withFile<T>(digest: string, use: (path: string) => Promise<T>): Promise<T>;
  /** Drops a bundle; what cannot be dropped now is left to the sweep. */
  removeBundle(digest: string): Promise<void>;
  /** @param name - from {@link assetName} */
  putAsset(name: string, data: Buffer): Promise<void>;
  openAsset(name: string): Promise<KeptFile | undefined>;
  /** Digests of all bundles. */
  list(): Promise<string[]>;
  /** Drops what nothing speaks of, unless it is so new that a row may yet come. */
  sweep(used: UsedFiles, inTurn: DropInTurn): Promise<void>;
  close(): void;
}

/** Files younger than this may belong to an import that is under way, in milliseconds. */
export const SWEEP_AGE_MS = 60 * 60 * 1000;

const ASSET = /^[0-9a-f]{64}\.(png|jpg)$/;

/** The name of a picture: the digest of its content, and what it is. */
export function assetName(data: Buffer, extension: string): string {
  return `${createHash('sha256').update(data).digest('hex')}.${extension}`;
}

/** Names come from rows; what is none of ours is not looked for. */
export function isAssetName(name: string): boolean {
  return ASSET.test(name);
}
