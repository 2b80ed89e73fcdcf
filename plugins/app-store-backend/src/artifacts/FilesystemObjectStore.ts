/** Objects as files in a directory: of this machine, or one that all replicas see. */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import {
  access,
  constants,
  mkdir,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { removeUnfinishedFiles, ABANDONED_AFTER_MS } from './unfinishedFiles';
import type { CheckedFile, KeptFile, Listed, ObjectStore } from './ObjectStore';

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

/** Objects in a directory. */
export class FilesystemObjectStore implements ObjectStore {
  readonly #directory: string;
  readonly #leftAfterMs: number;

  /**
   * Opens the directory; makes it if need be and drops what was not brought to its end.
   *
   * @param options.shared - whether others may be at work in it
   * @throws Error where it cannot be written to
   */
  static async open(
    directory: string,
    options: { shared?: boolean } = {},
  ): Promise<FilesystemObjectStore> {
    const store = new FilesystemObjectStore(
      directory,
      options.shared ? ABANDONED_AFTER_MS : -1,
    );
    await mkdir(store.#unfinished, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK);
    await store.dropUnfinished();
    return store;
  }

  private constructor(directory: string, leftAfterMs: number) {
    this.#directory = directory;
    this.#leftAfterMs = leftAfterMs;
  }

  /** Where files are written before they are kept: on the disk to which they are moved. */
  get #unfinished(): string {
    return join(this.#directory, 'unfinished');
  }

  pathOf(key: string): string {
    return join(this.#directory, key);
  }

  async #move(from: string, key: string): Promise<void> {
    const path = this.pathOf(key);
    for (let tries = 0; ; tries++) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      try {
        await rename(from, path);
        return;
      } catch (error) {
        // Its folder may have become empty, and been removed, meanwhile.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries > 2)
          throw error;
      }
    }
  }

  /** Writes a file aside, and moves it to its place once it is whole. */
  async #write(
    key: string,
    write: (path: string) => Promise<void>,
  ): Promise<void> {
    const half = join(this.#unfinished, randomUUID());
    try {
      await write(half);
      await this.#move(half, key);
    } finally {
      await rm(half, { force: true });
    }
  }

  async put(key: string, data: Buffer): Promise<void> {
    await this.#write(key, path =>
      writeFile(path, data, { mode: 0o600, flush: true }),
    );
  }

  async putFile(key: string, file: CheckedFile): Promise<void> {
    await this.#move(file.path, key);
  }

  async putStream(key: string, open: () => Readable): Promise<void> {
    await this.#write(key, path =>
      pipeline(open(), createWriteStream(path, { mode: 0o600 })),
    );
  }

  async get(key: string): Promise<KeptFile | undefined> {
    const path = this.pathOf(key);
    const found = await stat(path).catch(missing);
    return found && { stream: createReadStream(path), size: found.size };
  }

  async modifiedAt(key: string): Promise<Date | undefined> {
    // The time of the last rename, which is when it was kept.
    return (await stat(this.pathOf(key)).catch(missing))?.ctime;
  }

  async delete(key: string): Promise<void> {
    const path = this.pathOf(key);
    await rm(path, { force: true });
    // A folder of a bucket is there as long as something is in it; `folder/name` is no more than that deep.
    if (key.split('/').length > 2) await rmdir(dirname(path)).catch(() => {});
  }

  async *list(folder: string): AsyncGenerator<Listed> {
    const entries = await readdir(this.pathOf(folder), {
      recursive: true,
      withFileTypes: true,
    }).catch(missing);
    for (const entry of entries ?? []) {
      // Releases before this one wrote files beside their places, under names that begin with a point.
      if (!entry.isFile() || entry.name.startsWith('.')) continue;
      const key = relative(this.#directory, join(entry.parentPath, entry.name));
      const modifiedAt = await this.modifiedAt(key);
      if (modifiedAt) yield { key, modifiedAt };
    }
  }

  async folders(folder: string): Promise<string[]> {
    const entries = await readdir(this.pathOf(folder), {
      withFileTypes: true,
    }).catch(missing);
    return (entries ?? [])
      .filter(entry => entry.isDirectory())
      .map(({ name }) => name);
  }

  async dropUnfinished(): Promise<void> {
    await removeUnfinishedFiles(this.#unfinished, this.#leftAfterMs);
  }

  close(): void {}
}
