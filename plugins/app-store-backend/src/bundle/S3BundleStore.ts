/**
 * Bundles and pictures in an S3-compatible bucket. Uploads are taken to a local
 * directory, where they are checked, and are in the bucket once they are kept; what
 * comes back is held against its digest.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  isAssetName,
  SWEEP_AGE_MS,
  type BundleStore,
  type DropInTurn,
  type KeptFile,
  type UsedFiles,
} from './BundleStore';
import { FileSink } from './FileSink';
import { LEFT_AFTER_MS } from './leftovers';
import { LocalCopies } from './LocalCopies';
import { metered, WrongDigest } from './Meter';
import type { S3Bucket } from './S3Bucket';
import { bundleMissing, StorageError } from './StorageError';
import type { UploadPace } from './uploadClock';
import { UploadSpool, type Upload } from './UploadSpool';

/** Bytes of a file that are read at once on its way to the bucket. */
const READ_BYTES = 1024 ** 2;

function damaged(digest: string, cause: unknown): StorageError {
  return new StorageError({
    code: 'BUNDLE_DAMAGED',
    message: `The bundle ${digest.slice(
      0,
      12,
    )} of this app is not what was once imported.`,
    owner: 'admin',
    remedy:
      'An admin brings the object back from a backup of the bucket; or its owner deletes the app and imports it again.',
    cause,
  });
}

function spoolFull(cause: unknown): StorageError {
  return new StorageError({
    code: 'DISK_FULL',
    message: 'The disk on which the store reads bundles is full.',
    owner: 'admin',
    remedy: 'An admin makes room under appStore.bundles.spoolDirectory.',
    cause,
  });
}

/** See the module's comment. */
export class S3BundleStore implements BundleStore {
  readonly #bucket: S3Bucket;
  readonly #spool: UploadSpool;
  readonly #copies: LocalCopies;
  readonly #logger: LoggerService;
  readonly #sweepAgeMs: number;

  /**
   * Makes the local directory ready; whether the bucket is, `S3Bucket` is asked first.
   *
   * @throws Error where the local directory cannot be written to
   */
  static async open(options: {
    bucket: S3Bucket;
    spoolDirectory: string;
    logger: LoggerService;
    sweepAgeMs?: number;
    /** Of local copies that nobody reads. */
    keptBytes?: number;
  }): Promise<S3BundleStore> {
    const { spoolDirectory, keptBytes } = options;
    try {
      const spool = await UploadSpool.open(
        join(spoolDirectory, 'incoming'),
        LEFT_AFTER_MS,
      );
      const copies = await LocalCopies.open(join(spoolDirectory, 'copies'), {
        keptBytes,
      });
      return new S3BundleStore({ ...options, spool, copies });
    } catch (error) {
      throw new Error(
        `appStore.bundles.spoolDirectory (${spoolDirectory}) cannot be written to: ${
          (error as Error).message
        }`,
      );
    }
  }

  private constructor(parts: {
    bucket: S3Bucket;
    spool: UploadSpool;
    copies: LocalCopies;
    logger: LoggerService;
    sweepAgeMs?: number;
  }) {
    this.#bucket = parts.bucket;
    this.#spool = parts.spool;
    this.#copies = parts.copies;
    this.#logger = parts.logger;
    this.#sweepAgeMs = parts.sweepAgeMs ?? SWEEP_AGE_MS;
  }

  receive(
    stream: Readable,
    options: { limit: number } & UploadPace,
  ): Promise<Upload> {
    return this.#spool.receive(stream, options);
  }

  async keep(upload: Upload): Promise<void> {
    const { path, digest, size } = upload;
    await this.#bucket.upload(
      keyOf(digest),
      // A file that changed since it was checked must not come to be the bundle.
      () =>
        metered(createReadStream(path, { highWaterMark: READ_BYTES }), {
          expected: digest,
        }),
      { from: 'disk', mostBytes: size },
    );
    // Whoever imports an app mostly starts it next.
    await this.#copies.adopt(digest, upload);
  }

  discard(upload: Upload): Promise<void> {
    return this.#spool.discard(upload);
  }

  async openBundle(digest: string): Promise<KeptFile> {
    const kept = await this.#bucket.get(keyOf(digest));
    if (!kept) throw bundleMissing(digest);
    return {
      stream: metered(kept.stream, { expected: digest }),
      size: kept.size,
    };
  }

  withFile<T>(digest: string, use: (path: string) => Promise<T>): Promise<T> {
    return this.#copies.use(digest, path => this.#fetch(digest, path), use);
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

  async removeBundle(digest: string): Promise<void> {
    await this.#copies.drop(digest);
    try {
      await this.#bucket.delete(keyOf(digest));
    } catch (error) {
      this.#logger.warn(
        `the bundle ${digest} stays in the bucket until the next sweep: ${
          (error as Error).message
        }`,
      );
    }
  }

  async putAsset(name: string, data: Buffer): Promise<void> {
    await this.#bucket.put(`assets/${name}`, data);
  }

  async openAsset(name: string): Promise<KeptFile | undefined> {
    return isAssetName(name) ? this.#bucket.get(`assets/${name}`) : undefined;
  }

  async list(): Promise<string[]> {
    const digests: string[] = [];
    for await (const { key } of this.#bucket.list('bundles/'))
      digests.push(key.slice('bundles/'.length).replace(/\.wave$/, ''));
    return digests;
  }

  #isOld(modifiedAt: Date | undefined): boolean {
    return Boolean(
      modifiedAt && Date.now() - modifiedAt.getTime() > this.#sweepAgeMs,
    );
  }

  async sweep(used: UsedFiles, inTurn: DropInTurn): Promise<void> {
    for (const part of ['bundles', 'assets'] as const)
      for await (const { key, modifiedAt } of this.#bucket.list(`${part}/`)) {
        const name = key.slice(part.length + 1).replace(/\.wave$/, '');
        if (used[part].has(name) || !this.#isOld(modifiedAt)) continue;
        await inTurn(name, async () => {
          // Somebody may have kept it again meanwhile.
          if (this.#isOld(await this.#bucket.modifiedAt(key)))
            await this.#bucket.delete(key);
        });
      }
    await this.#bucket.abortAbandoned();
  }

  close(): void {
    this.#bucket.close();
  }
}

function keyOf(digest: string): string {
  return `bundles/${digest}.wave`;
}
