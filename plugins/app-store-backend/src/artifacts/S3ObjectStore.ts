/**
 * Objects in a part of an S3-compatible bucket: sizes are known before the first byte, and
 * memory does not grow with objects.
 *
 * Only calls that S3-compatible stores agree on are made: no batch deletion, no
 * conditional writes, no checksums but those of the signature.
 */
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { LoggerService } from '@backstage/backend-plugin-api';
import pLimit from 'p-limit';
import { createReadStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { S3Config } from '../config/BundleConfig';
import { metered } from './Meter';
import type { CheckedFile, KeptFile, Listed, ObjectStore } from './ObjectStore';
import { s3Client } from './s3Client';
import { s3Fault } from './s3Fault';
import { StorageError } from '../errors/StorageError';

/** Bytes of a part of an upload; less S3 does not take. */
const PART_BYTES = 5 * 1024 ** 2;
/** Bytes of a file that are read at once on its way to the bucket. */
const READ_BYTES = 1024 ** 2;
/** More parts than S3 takes of one object are not needed, whatever the part is then. */
const MOST_PARTS = 9_000;
/** Parts of one upload that are sent at once. */
const PARTS_AT_ONCE = 2;
/**
 * Uploads at once, by where they come from: those of pods take as long as pods do, and must
 * not keep others waiting. One takes some 100 MiB of memory, all together twice as much.
 */
const UPLOADS_AT_ONCE = { disk: 2, network: 3 };
/** An answer that stands still for this long is given up. */
const IDLE_MS = 120_000;
/** An upload that began so long ago has nobody who waits for it. */
const HALF_AGE_MS = 24 * 60 * 60 * 1000;

function isMissing(error: unknown): boolean {
  const { name } = error as { name?: string };
  return name === 'NoSuchKey' || name === 'NotFound';
}

/** Objects in a part of a bucket. */
export class S3ObjectStore implements ObjectStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #logger: LoggerService;
  readonly #limits = {
    disk: pLimit(UPLOADS_AT_ONCE.disk),
    network: pLimit(UPLOADS_AT_ONCE.network),
  };
  readonly #idleMs: number;

  static create(
    config: S3Config,
    options: { logger: LoggerService; idleMs?: number; attempts?: number },
  ): S3ObjectStore {
    const client = s3Client(config, options);
    return new S3ObjectStore(client, config, options);
  }

  private constructor(
    client: S3Client,
    config: S3Config,
    options: { logger: LoggerService; idleMs?: number },
  ) {
    this.#client = client;
    this.#bucket = config.bucket;
    this.#prefix = config.prefix;
    this.#logger = options.logger;
    this.#idleMs = options.idleMs ?? IDLE_MS;
  }

  #at(key: string) {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${key}` };
  }

  /** What is thrown to those who only want their bundle. */
  #failure(error: unknown): StorageError {
    const { key, what } = s3Fault(error);
    const { name, message } = error as Error;
    this.#logger.warn(`S3: ${name}: ${message}`);
    return new StorageError({
      code: 'BUNDLE_STORE_UNAVAILABLE',
      message: `The store cannot access its bundles: ${what}.`,
      owner: 'admin',
      remedy: `Try again in a moment; if the problem continues, an admin must check appStore.bundles.s3.${key}.`,
      cause: error,
    });
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async put(key: string, data: Buffer): Promise<void> {
    await this.#ask(() =>
      this.#client.send(new PutObjectCommand({ ...this.#at(key), Body: data })),
    );
  }

  async putFile(key: string, file: CheckedFile): Promise<void> {
    await this.#putInTurn('disk', key, file.size, () =>
      // A file that changed since it was checked must not come to be the object.
      metered(createReadStream(file.path, { highWaterMark: READ_BYTES }), {
        expected: file.digest,
      }),
    );
  }

  async putStream(
    key: string,
    open: () => Readable,
    mostBytes: number,
  ): Promise<void> {
    await this.#putInTurn('network', key, mostBytes, open);
  }

  async #putInTurn(
    from: 'disk' | 'network',
    key: string,
    mostBytes: number,
    open: () => Readable,
  ): Promise<void> {
    await this.#limits[from](async () => {
      let broken: Error | undefined;
      const body = open().once('error', error => {
        broken = error;
      });
      try {
        await this.#upload(key, body, mostBytes);
      } catch (error) {
        // The library ends the stream where the bucket fails: that is an error of the stream, too.
        throw error === broken ? error : this.#failure(error);
      } finally {
        body.destroy();
      }
    });
  }

  async #upload(key: string, body: Readable, mostBytes: number): Promise<void> {
    const upload = new Upload({
      client: this.#client,
      params: { ...this.#at(key), Body: body },
      partSize: Math.max(PART_BYTES, Math.ceil(mostBytes / MOST_PARTS)),
      queueSize: PARTS_AT_ONCE,
    });
    try {
      await upload.done();
    } catch (error) {
      // The library does not clean up after an upload whose very end failed.
      if (upload.uploadId) await this.#abort(key, upload.uploadId);
      throw error;
    }
  }

  async #abort(key: string, uploadId: string): Promise<void> {
    await this.#client
      .send(
        new AbortMultipartUploadCommand({
          ...this.#at(key),
          UploadId: uploadId,
        }),
      )
      .catch(error => {
        if (error.name !== 'NoSuchUpload')
          this.#logger.warn(
            `an unfinished upload to S3 stays until a later sweep: ${error.message}`,
          );
      });
  }

  async get(key: string): Promise<KeptFile | undefined> {
    try {
      const { Body, ContentLength } = await this.#client.send(
        new GetObjectCommand(this.#at(key)),
      );
      const stream = Body as unknown as IncomingMessage;
      stream.setTimeout(this.#idleMs, () =>
        stream.destroy(
          this.#failure(
            Object.assign(new Error('the upload stopped'), {
              name: 'TimeoutError',
            }),
          ),
        ),
      );
      return { stream, size: ContentLength! };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw this.#failure(error);
    }
  }

  async modifiedAt(key: string): Promise<Date | undefined> {
    try {
      const head = await this.#client.send(
        new HeadObjectCommand(this.#at(key)),
      );
      return head.LastModified;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw this.#failure(error);
    }
  }

  async delete(key: string): Promise<void> {
    await this.#ask(() =>
      this.#client.send(new DeleteObjectCommand(this.#at(key))),
    );
  }

  async *list(start: string): AsyncGenerator<Listed> {
    for await (const { Contents } of this.#pages(start))
      for (const { Key, LastModified } of Contents ?? [])
        yield { key: this.#inner(Key!), modifiedAt: LastModified! };
  }

  async folders(start: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { CommonPrefixes } of this.#pages(start, '/'))
      for (const { Prefix } of CommonPrefixes ?? [])
        names.push(this.#inner(Prefix!).slice(start.length, -1));
    return names;
  }

  #inner(key: string): string {
    return key.slice(this.#prefix.length);
  }

  async *#pages(start: string, Delimiter?: string) {
    try {
      yield* paginateListObjectsV2(
        { client: this.#client },
        {
          Bucket: this.#bucket,
          Prefix: `${this.#prefix}${start}`,
          Delimiter,
        },
      );
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /**
   * Their parts are paid for and are in no list. Stores that cannot tell of them have a rule
   * of their own for that.
   */
  async dropUnfinished(ageMs = HALF_AGE_MS): Promise<void> {
    try {
      let marker: { KeyMarker?: string; UploadIdMarker?: string } | undefined =
        {};
      while (marker) {
        const page: {
          Uploads?: Array<{
            Key?: string;
            UploadId?: string;
            Initiated?: Date;
          }>;
          IsTruncated?: boolean;
          NextKeyMarker?: string;
          NextUploadIdMarker?: string;
        } = await this.#client.send(
          new ListMultipartUploadsCommand({
            Bucket: this.#bucket,
            Prefix: this.#prefix,
            ...marker,
          }),
        );
        for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
          if (Initiated && Date.now() - Initiated.getTime() > ageMs)
            await this.#abort(this.#inner(Key!), UploadId!);
        marker = page.IsTruncated
          ? {
              KeyMarker: page.NextKeyMarker,
              UploadIdMarker: page.NextUploadIdMarker,
            }
          : undefined;
      }
    } catch (error) {
      this.#logger.warn(
        `unfinished uploads to S3 could not be looked for: ${
          s3Fault(error).what
        }`,
      );
    }
  }

  close(): void {
    this.#client.destroy();
  }
}
