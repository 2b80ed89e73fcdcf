/** Keeps bundles and pictures by the digest of their content. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  constants,
  mkdir,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BundleError } from '@ai-app-store/bundle';
import { FileSink } from './FileSink';
import { uploadClock, type UploadPace } from './uploadClock';

/** An upload on disk, not yet kept. */
export interface Upload {
  path: string;
  digest: string;
  size: number;
}

/** See the module's comment. */
export interface BundleStore {
  /**
   * Streams an upload to disk.
   *
   * @throws BundleError `TOO_LARGE` as soon as more than `limit` bytes have come,
   *   `UPLOAD_TOO_SLOW`, `UPLOAD_CUT_OFF`
   */
  receive(
    stream: Readable,
    options: { limit: number } & UploadPace,
  ): Promise<Upload>;
  /** Keeps a received bundle; the upload is gone afterwards. */
  keep(upload: Upload): Promise<void>;
  /** Drops a received bundle; does nothing where it was kept. */
  discard(upload: Upload): Promise<void>;
  /** The file of a kept bundle. */
  bundlePath(digest: string): string;
  removeBundle(digest: string): Promise<void>;
  /** Keeps a picture; returns its name. */
  putAsset(data: Buffer, extension: string): Promise<string>;
  openAsset(
    name: string,
  ): Promise<{ stream: Readable; size: number } | undefined>;
  /** Drops what an import left that did not come to its end: files that nothing speaks of. */
  sweep(used: { bundles: Set<string>; assets: Set<string> }): Promise<void>;
}

/** How a stream says that its other end is gone. */
const CUT_OFF = new Set([
  'ECONNRESET',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ECONNABORTED',
]);
/** Files younger than this may belong to an import that is under way, in milliseconds. */
const SWEEP_AGE_MS = 60 * 60 * 1000;
const ASSET = /^[0-9a-f]{64}\.(png|jpg)$/;

/** Bundles in a directory of this machine. */
export class FilesystemBundleStore implements BundleStore {
  readonly #directory: string;
  readonly #sweepAgeMs: number;

  /**
   * Opens the directory; makes it if need be and drops what an interrupted import left.
   *
   * @throws Error where it cannot be written to
   */
  static async open(
    directory: string,
    options: { sweepAgeMs?: number } = {},
  ): Promise<FilesystemBundleStore> {
    try {
      for (const part of ['bundles', 'assets', 'incoming'])
        await mkdir(join(directory, part), { recursive: true, mode: 0o700 });
      await access(directory, constants.W_OK);
    } catch (error) {
      throw new Error(
        `appStore.bundles.directory (${directory}) cannot be written to: ${
          (error as Error).message
        }`,
      );
    }
    for (const left of await readdir(join(directory, 'incoming')))
      await rm(join(directory, 'incoming', left), { force: true });
    return new FilesystemBundleStore(
      directory,
      options.sweepAgeMs ?? SWEEP_AGE_MS,
    );
  }

  private constructor(directory: string, sweepAgeMs: number) {
    this.#directory = directory;
    this.#sweepAgeMs = sweepAgeMs;
  }

  async receive(
    stream: Readable,
    options: { limit: number } & UploadPace,
  ): Promise<Upload> {
    const { limit } = options;
    const path = join(this.#directory, 'incoming', randomUUID());
    const hash = createHash('sha256');
    let size = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _, done) {
        size += chunk.length;
        if (size > limit) {
          done(
            new BundleError({
              code: 'TOO_LARGE',
              message: `the bundle is larger than ${limit} bytes`,
              remedy:
                'Leave out what the app does not need, or ask an admin to raise appStore.limits.bundleBytes.',
            }),
          );
          return;
        }
        hash.update(chunk);
        done(null, chunk);
      },
    });
    try {
      await pipeline(stream, uploadClock(options), meter, new FileSink(path));
    } catch (error) {
      await rm(path, { force: true });
      throw CUT_OFF.has((error as NodeJS.ErrnoException).code ?? '')
        ? new BundleError({
            code: 'UPLOAD_CUT_OFF',
            message: `the upload ended after ${size} bytes, before it was complete`,
            remedy: 'Send it again.',
          })
        : error;
    }
    return { path, digest: hash.digest('hex'), size };
  }

  async keep(upload: Upload): Promise<void> {
    await rename(upload.path, this.bundlePath(upload.digest));
  }

  async discard(upload: Upload): Promise<void> {
    await rm(upload.path, { force: true });
  }

  bundlePath(digest: string): string {
    return join(this.#directory, 'bundles', `${digest}.wave`);
  }

  async removeBundle(digest: string): Promise<void> {
    await rm(this.bundlePath(digest), { force: true });
  }

  async putAsset(data: Buffer, extension: string): Promise<string> {
    const name = `${createHash('sha256')
      .update(data)
      .digest('hex')}.${extension}`;
    const temporary = join(this.#directory, 'incoming', randomUUID());
    await writeFile(temporary, data, { mode: 0o600 });
    await rename(temporary, join(this.#directory, 'assets', name));
    return name;
  }

  async openAsset(
    name: string,
  ): Promise<{ stream: Readable; size: number } | undefined> {
    if (!ASSET.test(name)) return undefined;
    const path = join(this.#directory, 'assets', name);
    const found = await stat(path).catch(() => undefined);
    return found && { stream: createReadStream(path), size: found.size };
  }

  async sweep(used: {
    bundles: Set<string>;
    assets: Set<string>;
  }): Promise<void> {
    for (const part of ['bundles', 'assets'] as const) {
      const directory = join(this.#directory, part);
      for (const name of await readdir(directory)) {
        const key = part === 'bundles' ? name.replace(/\.wave$/, '') : name;
        if (used[part].has(key)) continue;
        const path = join(directory, name);
        const found = await stat(path).catch(() => undefined);
        if (found && Date.now() - found.ctimeMs > this.#sweepAgeMs)
          await rm(path, { force: true });
      }
    }
  }
}
