/**
 * Keeps bundles and pictures by the digest of their content: each is there whole or
 * not at all, and whoever keeps the same bytes again changes nothing. Uploads are taken to a
 * local directory, where they are checked; what comes back from elsewhere is held against
 * its digest.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bundleMissing, StorageError } from '../errors/StorageError';
import { FileSink } from './FileSink';
import type { LocalCopies } from './LocalCopies';
import { metered, WrongDigest } from './Meter';
import type { CheckedFile, KeptFile, ObjectStore } from './ObjectStore';
import type { UploadPace } from './uploadClock';
import type { UploadSpool } from './UploadSpool';

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

/** Files younger than this may belong to an import that is under way, in milliseconds. */
export const SWEEP_AGE_MS = 60 * 60 * 1000;

const ASSET = /^[0-9a-f]{64}\.(png|jpg)$/;

/** The name of a picture: the digest of its content, and what it is. */
export function assetName(data: Buffer, extension: string): string {
  return `${createHash('sha256').update(data).digest('hex')}.${extension}`;
}

const keyOf = (digest: string) => `bundles/${digest}.wave`;

function damaged(digest: string, cause: unknown): StorageError {
  return new StorageError({
    code: 'BUNDLE_DAMAGED',
    message: `The bundle ${digest.slice(
      0,
      12,
    )} of this app is not the bundle that was imported.`,
    owner: 'admin',
    remedy:
      'An admin can restore the object from a backup of the bucket, or the owner can delete the app and import it again.',
    cause,
  });
}

function spoolFull(cause: unknown): StorageError {
  return new StorageError({
    code: 'DISK_FULL',
    message: 'The disk where the store reads bundles is full.',
    owner: 'admin',
    remedy: 'An admin must free disk space in appStore.bundles.spoolDirectory.',
    cause,
  });
}

/** Keeps bundles and images by the digest of their content. */
export class BundleStore {
  readonly #objects: ObjectStore;
  readonly #spool: UploadSpool;
  readonly #copies: LocalCopies | undefined;
  readonly #logger: LoggerService;
  readonly #sweepAgeMs: number;

  /** @param options.copies - of bundles, where objects do not lie on this machine */
  static create(options: {
    objects: ObjectStore;
    spool: UploadSpool;
    copies?: LocalCopies;
    logger: LoggerService;
    sweepAgeMs?: number;
  }): BundleStore {
    return new BundleStore(options);
  }

  private constructor(options: Parameters<typeof BundleStore.create>[0]) {
    this.#objects = options.objects;
    this.#spool = options.spool;
    this.#copies = options.copies;
    this.#logger = options.logger;
    this.#sweepAgeMs = options.sweepAgeMs ?? SWEEP_AGE_MS;
  }

  /** Takes an upload to a local file; see {@link UploadSpool.receive}. */
  receive(
    stream: Readable,
    options: { limit: number } & UploadPace,
  ): Promise<CheckedFile> {
    return this.#spool.receive(stream, options);
  }

  /** Keeps a received bundle; the upload is gone afterwards. */
  async keep(upload: CheckedFile): Promise<void> {
    await this.#objects.putFile(keyOf(upload.digest), upload);
    // Whoever imports an app mostly starts it next.
    await this.#copies?.adopt(upload.digest, upload);
  }

  /** Drops a received bundle; does nothing where it was kept. */
  discard(upload: CheckedFile): Promise<void> {
    return this.#spool.discard(upload);
  }

  /** @throws StorageError where it is not there */
  async openBundle(digest: string): Promise<KeptFile> {
    const kept = await this.#objects.get(keyOf(digest));
    if (!kept) throw bundleMissing(digest);
    return this.#objects.pathOf
      ? kept
      : { ...kept, stream: metered(kept.stream, { expected: digest }) };
  }

  /**
   * Does something with a kept bundle as a local file. What `use` opened stays readable;
   * nothing may be at its path afterwards.
   *
   * @throws StorageError where it is not there
   */
  async withFile<T>(
    digest: string,
    use: (path: string) => Promise<T>,
  ): Promise<T> {
    if (this.#copies)
      return this.#copies.use(digest, path => this.#fetch(digest, path), use);
    const path = this.#objects.pathOf!(keyOf(digest));
    await access(path).catch(() => {
      throw bundleMissing(digest);
    });
    return use(path);
  }

  async #fetch(digest: string, path: string): Promise<void> {
    const { stream } = await this.openBundle(digest);
    try {
      await pipeline(stream, new FileSink(path));
    } catch (error) {
      if (error instanceof WrongDigest) throw damaged(digest, error);
      throw (error as NodeJS.ErrnoException).code === 'ENOSPC'
        ? spoolFull(error)
        : error;
    }
  }

  /** Drops a bundle; what cannot be dropped now is left to the sweep. */
  async removeBundle(digest: string): Promise<void> {
    await this.#copies?.drop(digest);
    try {
      await this.#objects.delete(keyOf(digest));
    } catch (error) {
      this.#logger.warn(
        `the bundle ${digest} stays until the next sweep: ${
          (error as Error).message
        }`,
      );
    }
  }

  /** @param name - from {@link assetName} */
  putAsset(name: string, data: Buffer): Promise<void> {
    return this.#objects.put(`assets/${name}`, data);
  }

  async openAsset(name: string): Promise<KeptFile | undefined> {
    // Names come from rows; what is none of ours is not looked for.
    return ASSET.test(name) ? this.#objects.get(`assets/${name}`) : undefined;
  }

  async *#list(part: 'bundles' | 'assets') {
    for await (const found of this.#objects.list(`${part}/`))
      yield {
        ...found,
        name: found.key.slice(part.length + 1).replace(/\.wave$/, ''),
      };
  }

  /** Digests of all bundles. */
  async list(): Promise<string[]> {
    const digests: string[] = [];
    for await (const { name } of this.#list('bundles')) digests.push(name);
    return digests;
  }

  #isOld(modifiedAt: Date | undefined): boolean {
    return Boolean(
      modifiedAt && Date.now() - modifiedAt.getTime() > this.#sweepAgeMs,
    );
  }

  /** Drops what nothing speaks of, unless it is so new that a row may yet come. */
  async sweep(used: UsedFiles, inTurn: DropInTurn): Promise<void> {
    for (const part of ['bundles', 'assets'] as const)
      for await (const { key, name, modifiedAt } of this.#list(part)) {
        if (used[part].has(name) || !this.#isOld(modifiedAt)) continue;
        await inTurn(name, async () => {
          // Somebody may have kept it again meanwhile.
          if (this.#isOld(await this.#objects.modifiedAt(key)))
            await this.#objects.delete(key);
        });
      }
    await this.#objects.dropUnfinished();
  }
}
