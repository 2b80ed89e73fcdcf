/** Takes uploads into files of a local directory, whole or not at all. */
import { BundleError } from '@ai-app-store/bundle';
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FileSink } from './FileSink';
import { removeUnfinishedFiles } from './unfinishedFiles';
import { Meter, OverLimit } from './Meter';
import type { CheckedFile } from './ObjectStore';
import { uploadClock, type UploadPace } from './uploadClock';

/** How a stream says that its other end is gone. */
const CUT_OFF = new Set([
  'ECONNRESET',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ECONNABORTED',
]);

/** What is told of an upload that did not come to its end. */
function refusal(error: unknown, size: number, limit: number): unknown {
  if (error instanceof OverLimit)
    return new BundleError({
      code: 'TOO_LARGE',
      message: `the bundle is larger than ${limit} bytes`,
      remedy:
        'Leave out files that the app does not need, or ask an admin to raise appStore.limits.bundleBytes.',
    });
  return CUT_OFF.has((error as NodeJS.ErrnoException).code ?? '')
    ? new BundleError({
        code: 'UPLOAD_CUT_OFF',
        message: `the upload ended after ${size} bytes, before it was complete`,
        remedy: 'Send it again.',
      })
    : error;
}

/** Takes uploads into a local directory. */
export class UploadSpool {
  readonly #directory: string;

  /**
   * Makes the directory if need be and drops what interrupted uploads left.
   *
   * @param leftAfterMs - what was touched within this time stays; negative for none
   */
  static async open(
    directory: string,
    leftAfterMs: number,
  ): Promise<UploadSpool> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await removeUnfinishedFiles(directory, leftAfterMs);
    return new UploadSpool(directory);
  }

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Streams an upload to disk.
   *
   * @throws BundleError `TOO_LARGE` as soon as more than `limit` bytes have come,
   *   `UPLOAD_TOO_SLOW`, `UPLOAD_CUT_OFF`
   */
  async receive(
    stream: Readable,
    options: { limit: number } & UploadPace,
  ): Promise<CheckedFile> {
    const { limit } = options;
    const path = join(this.#directory, randomUUID());
    const meter = new Meter({ limit });
    try {
      await pipeline(stream, uploadClock(options), meter, new FileSink(path));
    } catch (error) {
      await rm(path, { force: true });
      throw refusal(error, meter.bytes, limit);
    }
    return { path, digest: meter.digest, size: meter.bytes };
  }

  async discard(upload: CheckedFile): Promise<void> {
    await rm(upload.path, { force: true });
  }
}
