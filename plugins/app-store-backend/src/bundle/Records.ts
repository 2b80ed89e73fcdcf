/**
 * Small files beside the bundles, by name: what the store has to find again without its database.
 * Each is there whole or not at all.
 */
import { randomUUID } from 'node:crypto';
import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { S3Bucket } from './S3Bucket';

/** See the module's comment. */
export interface Records {
  put(name: string, data: Buffer): Promise<void>;
  get(name: string): Promise<Buffer | undefined>;
  remove(name: string): Promise<void>;
  /** Names that begin with a folder's, `apps/`. */
  list(folder: string): Promise<string[]>;
}

/** In a directory. */
export class FilesystemRecords implements Records {
  readonly #directory: string;

  static create(directory: string): FilesystemRecords {
    return new FilesystemRecords(directory);
  }

  private constructor(directory: string) {
    this.#directory = directory;
  }

  async put(name: string, data: Buffer): Promise<void> {
    const path = join(this.#directory, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
    await writeFile(temporary, data, { mode: 0o600, flush: true });
    await rename(temporary, path);
  }

  async get(name: string): Promise<Buffer | undefined> {
    return readFile(join(this.#directory, name)).catch(missing);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#directory, name), { force: true });
  }

  async list(folder: string): Promise<string[]> {
    const names = await readdir(join(this.#directory, folder)).catch(missing);
    return (names ?? [])
      .filter(name => !name.startsWith('.'))
      .map(name => `${folder}${name}`);
  }
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

/** In a bucket. */
export class S3Records implements Records {
  readonly #bucket: S3Bucket;
  readonly #prefix: string;

  static create(bucket: S3Bucket, prefix: string): S3Records {
    return new S3Records(bucket, prefix);
  }

  private constructor(bucket: S3Bucket, prefix: string) {
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  put(name: string, data: Buffer): Promise<void> {
    return this.#bucket.put(`${this.#prefix}${name}`, data);
  }

  async get(name: string): Promise<Buffer | undefined> {
    const found = await this.#bucket.get(`${this.#prefix}${name}`);
    return found && buffer(found.stream);
  }

  remove(name: string): Promise<void> {
    return this.#bucket.delete(`${this.#prefix}${name}`);
  }

  async list(folder: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { key } of this.#bucket.list(`${this.#prefix}${folder}`))
      names.push(key.slice(this.#prefix.length));
    return names;
  }
}
