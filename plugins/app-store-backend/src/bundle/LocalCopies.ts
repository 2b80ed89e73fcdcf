/**
 * Local copies of bundles that are kept elsewhere, for those who read them as files: each
 * is fetched once, however many want it, checked, and stays until others need the room.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { dropLeftovers, LEFT_AFTER_MS } from './leftovers';

/** Bytes of copies that nobody is reading any more. */
const KEPT_BYTES = 2 * 1024 ** 3;

interface Copy {
  path: string;
  ready: Promise<void>;
  size: number;
  users: number;
}

/** See the module's comment. */
export class LocalCopies {
  readonly #directory: string;
  readonly #keptBytes: number;
  /** In the order of their last use. */
  readonly #copies = new Map<string, Copy>();

  static async open(
    directory: string,
    options: { keptBytes?: number } = {},
  ): Promise<LocalCopies> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await dropLeftovers(directory, LEFT_AFTER_MS);
    return new LocalCopies(directory, options.keptBytes ?? KEPT_BYTES);
  }

  private constructor(directory: string, keptBytes: number) {
    this.#directory = directory;
    this.#keptBytes = keptBytes;
  }

  #newPath(digest: string): string {
    return join(this.#directory, `${digest}.${randomUUID()}`);
  }

  /**
   * Does something with a copy, which stays until that is done.
   *
   * @param fetch - writes what is to be the copy to a new file, or throws
   */
  async use<T>(
    digest: string,
    fetch: (path: string) => Promise<void>,
    work: (path: string) => Promise<T>,
  ): Promise<T> {
    await this.#forgetWhereGone(digest);
    const copy = this.#copies.get(digest) ?? this.#begin(digest, fetch);
    copy.users++;
    this.#copies.delete(digest);
    this.#copies.set(digest, copy);
    try {
      await copy.ready;
      return await work(copy.path);
    } finally {
      copy.users--;
      await this.#makeRoom();
    }
  }

  #begin(digest: string, fetch: (path: string) => Promise<void>): Copy {
    const path = this.#newPath(digest);
    const copy: Copy = { path, size: 0, users: 0, ready: Promise.resolve() };
    copy.ready = fetch(path).then(
      async () => {
        copy.size = (await stat(path)).size;
      },
      async error => {
        // The next one tries again.
        if (this.#copies.get(digest) === copy) this.#copies.delete(digest);
        await rm(path, { force: true });
        throw error;
      },
    );
    return copy;
  }

  /** Somebody may have tidied up the directory: the system, or another process after an hour. */
  async #forgetWhereGone(digest: string): Promise<void> {
    const copy = this.#copies.get(digest);
    // One that is being read or fetched is there.
    if (!copy || copy.users) return;
    const now = new Date();
    try {
      await utimes(copy.path, now, now);
    } catch {
      if (this.#copies.get(digest) === copy && !copy.users)
        this.#copies.delete(digest);
    }
  }

  /** Takes a file that is known to hold this bundle; it is moved. */
  async adopt(digest: string, file: { path: string; size: number }) {
    if (this.#copies.has(digest)) {
      await rm(file.path, { force: true });
      return;
    }
    const path = this.#newPath(digest);
    await rename(file.path, path);
    this.#copies.set(digest, {
      path,
      size: file.size,
      users: 0,
      ready: Promise.resolve(),
    });
    await this.#makeRoom();
  }

  async drop(digest: string): Promise<void> {
    const copy = this.#copies.get(digest);
    if (!copy || copy.users) return;
    this.#copies.delete(digest);
    await rm(copy.path, { force: true });
  }

  async #makeRoom(): Promise<void> {
    let bytes = 0;
    for (const { size } of this.#copies.values()) bytes += size;
    for (const [digest, { size, users }] of this.#copies) {
      if (bytes <= this.#keptBytes) return;
      if (users) continue;
      bytes -= size;
      await this.drop(digest);
    }
  }
}
