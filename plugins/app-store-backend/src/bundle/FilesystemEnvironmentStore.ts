/** Environments in a directory: of this machine, or one that all replicas see. */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, readdir, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  environmentName,
  PER_APP,
  type EnvironmentKey,
  type EnvironmentStore,
  type KeptEnvironment,
} from './EnvironmentStore';
import { dropLeftovers, LEFT_AFTER_MS } from './leftovers';
import { Meter, OverLimit, WrongDigest } from './Meter';

/** See the module's comment. */
export class FilesystemEnvironmentStore implements EnvironmentStore {
  readonly #directory: string;
  readonly #limit: number;
  readonly #halfAgeMs: number;

  /**
   * @param options.limit - bytes of one environment
   * @param options.shared - whether others may be at work in the directory
   */
  static async open(
    directory: string,
    options: { limit: number; shared?: boolean },
  ): Promise<FilesystemEnvironmentStore> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new FilesystemEnvironmentStore(
      directory,
      options.limit,
      options.shared ? LEFT_AFTER_MS : -1,
    );
  }

  private constructor(directory: string, limit: number, halfAgeMs: number) {
    this.#directory = directory;
    this.#limit = limit;
    this.#halfAgeMs = halfAgeMs;
  }

  /** The name of a kept file is the key's, and its content's digest. */
  async #find(
    key: EnvironmentKey,
  ): Promise<{ path: string; digest: string } | undefined> {
    const directory = join(this.#directory, key.appId);
    const names = await readdir(directory).catch(() => []);
    const name = names.find(
      n => n.startsWith(`${environmentName(key)}.`) && n.endsWith('.tar'),
    );
    return name
      ? { path: join(directory, name), digest: name.split('.')[1] }
      : undefined;
  }

  async open(key: EnvironmentKey): Promise<KeptEnvironment | undefined> {
    const found = await this.#find(key);
    if (!found) return undefined;
    const file = await stat(found.path).catch(() => undefined);
    return (
      file && {
        stream: createReadStream(found.path),
        size: file.size,
        digest: found.digest,
      }
    );
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
    const meter = new Meter({ limit: this.#limit, expected: options.digest });
    try {
      await pipeline(stream, meter, createWriteStream(half, { mode: 0o600 }));
      if (before) await unlink(before.path).catch(() => {});
      if (await this.#find(key)) return false;
      await this.#makeRoom(directory);
      await link(
        half,
        join(directory, `${environmentName(key)}.${options.digest}.tar`),
      );
      return true;
    } catch (error) {
      if (
        error instanceof OverLimit ||
        error instanceof WrongDigest ||
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

  async sweep(appIds: () => Promise<Set<string>>): Promise<void> {
    const kept = await readdir(this.#directory);
    const known = await appIds();
    for (const appId of kept) {
      if (!known.has(appId)) {
        await this.remove(appId);
        continue;
      }
      await dropLeftovers(join(this.#directory, appId), this.#halfAgeMs, name =>
        name.endsWith('.half'),
      );
    }
  }
}
