/**
 * Keeps the environments of apps (what `npm` or `pip` installed) by app version and
 * runtime: the first start builds one and hands it in, later starts restore it, so
 * that a resumption needs no package index.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, readdir, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What an environment belongs to. */
export interface EnvironmentKey {
  appId: string;
  /** The image that it was made with. */
  image: string;
  /** What the pod said of its platform and interpreter: `linux-x64-node-24.1.0`. */
  fingerprint: string;
}

/** A kept environment: a tar stream, and its SHA-256 (hexadecimal). */
export interface KeptEnvironment {
  stream: Readable;
  size: number;
  digest: string;
}

/** See the module's comment. */
export interface EnvironmentStore {
  open(key: EnvironmentKey): Promise<KeptEnvironment | undefined>;
  /** The digest of what is kept under a key. */
  digestOf(key: EnvironmentKey): Promise<string | undefined>;
  /**
   * Keeps an environment; the first one of a key stays, unless a pod that could not use it
   * names it as `replaces`.
   *
   * @param options.digest - SHA-256 that the stream has to have, hexadecimal
   * @returns false where it is larger than allowed, not what was said, or was there already
   */
  keep(
    key: EnvironmentKey,
    stream: Readable,
    options: { digest: string; replaces?: string },
  ): Promise<boolean>;
  /** Drops all environments of an app version. */
  remove(appId: string): Promise<void>;
  /** Drops what belongs to no app, and what was never finished. */
  sweep(appIds: Set<string>): Promise<void>;
}

/** Environments of one app version: the runtime of today, and that of before an upgrade. */
const PER_APP = 2;

class TooLarge extends Error {}

/** Environments in a directory of this machine. */
export class FilesystemEnvironmentStore implements EnvironmentStore {
  readonly #directory: string;
  readonly #limit: number;

  /** @param limit - bytes of one environment */
  static async open(
    directory: string,
    limit: number,
  ): Promise<FilesystemEnvironmentStore> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new FilesystemEnvironmentStore(directory, limit);
  }

  private constructor(directory: string, limit: number) {
    this.#directory = directory;
    this.#limit = limit;
  }

  #nameOf({ image, fingerprint }: EnvironmentKey): string {
    return createHash('sha256')
      .update(JSON.stringify([image, fingerprint]))
      .digest('hex')
      .slice(0, 32);
  }

  /** The name of a kept file is the key's, and its content's digest. */
  async #find(
    key: EnvironmentKey,
  ): Promise<{ path: string; digest: string } | undefined> {
    const directory = join(this.#directory, key.appId);
    const names = await readdir(directory).catch(() => []);
    const name = names.find(
      n => n.startsWith(`${this.#nameOf(key)}.`) && n.endsWith('.tar'),
    );
    return name
      ? { path: join(directory, name), digest: name.split('.')[1] }
      : undefined;
  }

  async open(key: EnvironmentKey): Promise<KeptEnvironment | undefined> {
    const found = await this.#find(key);
    if (!found) return undefined;
    const { size } = await stat(found.path);
    return {
      stream: createReadStream(found.path),
      size,
      digest: found.digest,
    };
  }

  async digestOf(key: EnvironmentKey): Promise<string | undefined> {
    return (await this.#find(key))?.digest;
  }

  /** Makes room for one more: of an app version only the latest few are kept. */
  async #makeRoom(directory: string): Promise<void> {
    const kept = await Promise.all(
      (
        await readdir(directory)
      )
        .filter(name => name.endsWith('.tar'))
        .map(async name => ({
          name,
          at: (await stat(join(directory, name))).mtimeMs,
        })),
    );
    kept.sort((a, b) => b.at - a.at);
    for (const { name } of kept.slice(PER_APP - 1))
      await unlink(join(directory, name)).catch(() => {});
  }

  async keep(
    key: EnvironmentKey,
    stream: Readable,
    options: { digest: string; replaces?: string },
  ): Promise<boolean> {
    const before = await this.#find(key);
    if (before && before.digest !== options.replaces) return false;
    const directory = join(this.#directory, key.appId);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const half = join(directory, `${randomUUID()}.half`);
    const hash = createHash('sha256');
    let size = 0;
    const meter = new Transform({
      transform: (chunk: Buffer, _, done) => {
        size += chunk.length;
        hash.update(chunk);
        done(size > this.#limit ? new TooLarge() : null, chunk);
      },
    });
    try {
      await pipeline(stream, meter, createWriteStream(half, { mode: 0o600 }));
      if (hash.digest('hex') !== options.digest) return false;
      if (before) await unlink(before.path).catch(() => {});
      if (await this.#find(key)) return false;
      await this.#makeRoom(directory);
      await link(
        half,
        join(directory, `${this.#nameOf(key)}.${options.digest}.tar`),
      );
      return true;
    } catch (error) {
      if (
        error instanceof TooLarge ||
        (error as NodeJS.ErrnoException).code === 'EEXIST'
      )
        return false;
      throw error;
    } finally {
      await unlink(half).catch(() => {});
    }
  }

  async remove(appId: string): Promise<void> {
    await rm(join(this.#directory, appId), { recursive: true, force: true });
  }

  async sweep(appIds: Set<string>): Promise<void> {
    for (const appId of await readdir(this.#directory)) {
      if (!appIds.has(appId)) {
        await this.remove(appId);
        continue;
      }
      const directory = join(this.#directory, appId);
      for (const name of await readdir(directory))
        if (name.endsWith('.half')) await unlink(join(directory, name));
    }
  }
}
