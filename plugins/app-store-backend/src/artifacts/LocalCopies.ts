/**
 * Local copies of bundles that are kept elsewhere, for those who read them as files: each
 * is fetched once, however many want it, checked, and stays until others need the room.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { removeUnfinishedFiles, ABANDONED_AFTER_MS } from './unfinishedFiles';

/** Bytes of copies that nobody is reading any more. */
const KEPT_BYTES = 2 * 1024 ** 3;
/** Ends the name of a copy that is being fetched; a whole one is called as its digest. */
const HALF = '.half';

interface Copy {
  ready: Promise<void>;
  size: number;
  users: number;
}

/** Copies of bundles that are kept elsewhere. */
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
    await removeUnfinishedFiles(directory, ABANDONED_AFTER_MS, name =>
      name.endsWith(HALF),
    );
    const copies = new LocalCopies(directory, options.keptBytes ?? KEPT_BYTES);
    await copies.#takeOver();
    return copies;
  }

  private constructor(directory: string, keptBytes: number) {
    this.#directory = directory;
    this.#keptBytes = keptBytes;
  }

  #pathOf(digest: string): string {
    return join(this.#directory, digest);
  }

  /** What a predecessor fetched is as good as one's own, and counts as much. */
  async #takeOver(): Promise<void> {
    const left = [];
    for (const digest of await readdir(this.#directory)) {
      const found = await stat(this.#pathOf(digest)).catch(() => undefined);
      if (found && !digest.endsWith(HALF)) left.push({ digest, ...found });
    }
    left.sort((a, b) => a.mtimeMs - b.mtimeMs);
    for (const { digest, size } of left) this.#add(digest, size);
    await this.#makeRoom();
  }

  #add(digest: string, size: number): void {
    this.#copies.set(digest, { size, users: 0, ready: Promise.resolve() });
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
      return await work(this.#pathOf(digest));
    } finally {
      copy.users--;
      await this.#makeRoom();
    }
  }

  #begin(digest: string, fetch: (path: string) => Promise<void>): Copy {
    const half = `${this.#pathOf(digest)}.${randomUUID()}${HALF}`;
    const copy: Copy = { size: 0, users: 0, ready: Promise.resolve() };
    copy.ready = fetch(half).then(
      async () => {
        copy.size = (await stat(half)).size;
        await rename(half, this.#pathOf(digest));
      },
      async error => {
        // The next one tries again.
        if (this.#copies.get(digest) === copy) this.#copies.delete(digest);
        await rm(half, { force: true });
        throw error;
      },
    );
    return copy;
  }

  /** Somebody may have tidied up the directory: the system, or another process that was given it, too. */
  async #forgetWhereGone(digest: string): Promise<void> {
    const copy = this.#copies.get(digest);
    // One that is being read or fetched is there.
    if (!copy || copy.users) return;
    const now = new Date();
    try {
      await utimes(this.#pathOf(digest), now, now);
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
    await rename(file.path, this.#pathOf(digest));
    this.#add(digest, file.size);
    await this.#makeRoom();
  }

  async drop(digest: string): Promise<void> {
    const copy = this.#copies.get(digest);
    if (!copy || copy.users) return;
    this.#copies.delete(digest);
    await rm(this.#pathOf(digest), { force: true });
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
