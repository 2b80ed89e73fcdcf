/** Bundles and pictures in a directory: of this machine, or one that all replicas see. */
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
import type { Readable } from 'node:stream';
import {
  isAssetName,
  SWEEP_AGE_MS,
  type BundleStore,
  type DropInTurn,
  type KeptFile,
  type UsedFiles,
} from './BundleStore';
import { LEFT_AFTER_MS } from './leftovers';
import { bundleMissing } from './StorageError';
import type { UploadPace } from './uploadClock';
import { UploadSpool, type Upload } from './UploadSpool';

/** See the module's comment. */
export class FilesystemBundleStore implements BundleStore {
  readonly #directory: string;
  readonly #spool: UploadSpool;
  readonly #sweepAgeMs: number;

  /**
   * Opens the directory; makes it if need be and drops what an interrupted import left.
   *
   * @param options.shared - whether others may be at work in it
   * @throws Error where it cannot be written to
   */
  static async open(
    directory: string,
    options: { sweepAgeMs?: number; shared?: boolean } = {},
  ): Promise<FilesystemBundleStore> {
    try {
      for (const part of ['bundles', 'assets'])
        await mkdir(join(directory, part), { recursive: true, mode: 0o700 });
      await access(directory, constants.W_OK);
      const spool = await UploadSpool.open(
        join(directory, 'incoming'),
        options.shared ? LEFT_AFTER_MS : -1,
      );
      return new FilesystemBundleStore(
        directory,
        spool,
        options.sweepAgeMs ?? SWEEP_AGE_MS,
      );
    } catch (error) {
      throw new Error(
        `appStore.bundles.directory (${directory}) cannot be written to: ${
          (error as Error).message
        }`,
      );
    }
  }

  private constructor(
    directory: string,
    spool: UploadSpool,
    sweepAgeMs: number,
  ) {
    this.#directory = directory;
    this.#spool = spool;
    this.#sweepAgeMs = sweepAgeMs;
  }

  receive(
    stream: Readable,
    options: { limit: number } & UploadPace,
  ): Promise<Upload> {
    return this.#spool.receive(stream, options);
  }

  async keep(upload: Upload): Promise<void> {
    await rename(upload.path, this.#pathOf(upload.digest));
  }

  discard(upload: Upload): Promise<void> {
    return this.#spool.discard(upload);
  }

  #pathOf(digest: string): string {
    return join(this.#directory, 'bundles', `${digest}.wave`);
  }

  async #open(path: string): Promise<KeptFile | undefined> {
    const found = await stat(path).catch(() => undefined);
    return found && { stream: createReadStream(path), size: found.size };
  }

  async openBundle(digest: string): Promise<KeptFile> {
    const file = await this.#open(this.#pathOf(digest));
    if (!file) throw bundleMissing(digest);
    return file;
  }

  async withFile<T>(
    digest: string,
    use: (path: string) => Promise<T>,
  ): Promise<T> {
    const path = this.#pathOf(digest);
    if (!(await stat(path).catch(() => undefined))) throw bundleMissing(digest);
    return use(path);
  }

  async removeBundle(digest: string): Promise<void> {
    await rm(this.#pathOf(digest), { force: true });
  }

  async putAsset(name: string, data: Buffer): Promise<void> {
    const temporary = this.#spool.newPath();
    await writeFile(temporary, data, { mode: 0o600 });
    await rename(temporary, join(this.#directory, 'assets', name));
  }

  async openAsset(name: string): Promise<KeptFile | undefined> {
    return isAssetName(name)
      ? this.#open(join(this.#directory, 'assets', name))
      : undefined;
  }

  async list(): Promise<string[]> {
    return (await readdir(join(this.#directory, 'bundles'))).map(file =>
      file.replace(/\.wave$/, ''),
    );
  }

  async #isOld(path: string): Promise<boolean> {
    const found = await stat(path).catch(() => undefined);
    // The time of the last rename, which is when it was kept.
    return Boolean(found && Date.now() - found.ctimeMs > this.#sweepAgeMs);
  }

  async sweep(used: UsedFiles, inTurn: DropInTurn): Promise<void> {
    for (const part of ['bundles', 'assets'] as const) {
      const directory = join(this.#directory, part);
      for (const file of await readdir(directory)) {
        const name = part === 'bundles' ? file.replace(/\.wave$/, '') : file;
        const path = join(directory, file);
        if (used[part].has(name) || !(await this.#isOld(path))) continue;
        await inTurn(name, async () => {
          // Somebody may have kept it again meanwhile.
          if (await this.#isOld(path)) await rm(path, { force: true });
        });
      }
    }
  }

  close(): void {}
}
