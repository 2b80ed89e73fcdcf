/**
 * Keeps the environments of apps (what `npm` or `pip` installed) by app version and
 * runtime: the first start builds one and hands it in, later starts restore it, so
 * that a resumption needs no package index.
 */
import { BundleError } from '@ai-app-store/bundle';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { metered, OverLimit, WrongDigest } from './Meter';
import type { KeptFile, Listed, ObjectStore } from './ObjectStore';
import { uploadClock } from './uploadClock';

/** What an environment belongs to. */
export interface EnvironmentKey {
  appId: string;
  /** The image that it was made with. */
  image: string;
  /** What the pod said of its platform and interpreter: `linux-x64-node-24.1.0`. */
  fingerprint: string;
}

/** A kept environment: a tar stream, and its SHA-256 (hexadecimal). */
export interface KeptEnvironment extends KeptFile {
  digest: string;
}

interface Kept extends Listed {
  /** Of the key that it belongs to; see {@link environmentName}. */
  name: string;
  digest: string;
}

const ROOT = 'environments/';
const FILE = /\/([0-9a-f]{32})\.([0-9a-f]{64})\.tar$/;
/** Environments of one app version: the runtime of today, and that of before an upgrade. */
const PER_APP = 2;
/** A pod that takes longer to hand in what it made, or that only drips, keeps others from doing so. */
const HAND_IN_MS = 30 * 60 * 1000;

/** What an environment is called among those of its app version. */
function environmentName({ image, fingerprint }: EnvironmentKey): string {
  return createHash('sha256')
    .update(JSON.stringify([image, fingerprint]))
    .digest('hex')
    .slice(0, 32);
}

/**
 * Earliest first. Where two were written in the same second, all replicas agree by the
 * digest on which one is the first.
 */
function byAge(a: Kept, b: Kept): number {
  return (
    a.modifiedAt.getTime() - b.modifiedAt.getTime() ||
    (a.digest < b.digest ? -1 : 1)
  );
}

/** Keeps what was installed for apps. */
export class EnvironmentStore {
  readonly #objects: ObjectStore;
  readonly #limit: number;
  readonly #logger: LoggerService;

  /** @param options.limit - bytes of one environment */
  static create(options: {
    objects: ObjectStore;
    limit: number;
    logger: LoggerService;
  }): EnvironmentStore {
    return new EnvironmentStore(options);
  }

  private constructor(options: {
    objects: ObjectStore;
    limit: number;
    logger: LoggerService;
  }) {
    this.#objects = options.objects;
    this.#limit = options.limit;
    this.#logger = options.logger;
  }

  async #list(appId: string): Promise<Kept[]> {
    const kept: Kept[] = [];
    for await (const found of this.#objects.list(`${ROOT}${appId}/`)) {
      const [, name, digest] = FILE.exec(found.key) ?? [];
      if (name) kept.push({ ...found, name, digest });
    }
    return kept.sort(byAge);
  }

  async #find(key: EnvironmentKey): Promise<Kept | undefined> {
    const name = environmentName(key);
    return (await this.#list(key.appId)).find(kept => kept.name === name);
  }

  async open(key: EnvironmentKey): Promise<KeptEnvironment | undefined> {
    const found = await this.#find(key);
    const file = found && (await this.#objects.get(found.key));
    return file && { ...file, digest: found.digest };
  }

  /** The digest of what is kept under a key. */
  async digestOf(key: EnvironmentKey): Promise<string | undefined> {
    return (await this.#find(key))?.digest;
  }

  /**
   * Keeps an environment; the first one of a key stays, unless a pod that could not use it
   * names it as `replaces`.
   *
   * @param options.digest - SHA-256 that the stream has to have, hexadecimal
   * @returns false where it is larger than allowed, not what was said, too slow, or was there already
   */
  async keep(
    key: EnvironmentKey,
    stream: Readable,
    options: { digest: string; replaces?: string },
  ): Promise<boolean> {
    const { digest, replaces } = options;
    // Who sends may break off before anybody reads: the reading fails then, not the process.
    stream.on('error', () => {});
    const before = await this.#find(key);
    if (before && before.digest !== replaces) return false;
    const at = `${ROOT}${key.appId}/${environmentName(key)}.${digest}.tar`;
    try {
      await this.#objects.putStream(
        at,
        () =>
          metered(stream, {
            through: uploadClock({ timeoutMs: HAND_IN_MS }),
            limit: this.#limit,
            expected: digest,
          }),
        this.#limit,
      );
    } catch (error) {
      if (
        error instanceof OverLimit ||
        error instanceof WrongDigest ||
        error instanceof BundleError
      )
        return false;
      throw error;
    }
    // Where the same bytes came again, they are in the place of those that were damaged.
    if (before && before.key !== at) await this.#drop(before);
    return this.#settle(key, digest);
  }

  /**
   * Leaves one environment of a key, the first that came whole, and the latest few of
   * an app version.
   *
   * @returns whether the one of this digest stays
   */
  async #settle(key: EnvironmentKey, digest: string): Promise<boolean> {
    const name = environmentName(key);
    const kept = await this.#list(key.appId);
    const [first, ...late] = kept.filter(each => each.name === name);
    for (const each of late) await this.#drop(each);
    const others = kept.filter(each => each.name !== name);
    // Times may have whole seconds: what has come just now is the latest, whatever they say.
    for (const each of others.slice(
      0,
      Math.max(0, others.length + 1 - PER_APP),
    ))
      await this.#drop(each);
    return first?.digest === digest;
  }

  async #drop({ key }: Listed): Promise<void> {
    try {
      await this.#objects.delete(key);
    } catch (error) {
      this.#leave(error);
    }
  }

  /** An environment too many harms nobody, and the next settling or sweep takes it. */
  #leave(error: unknown): void {
    this.#logger.warn(`environments stay for now: ${(error as Error).message}`);
  }

  /** Drops all environments of an app version; what cannot be dropped now is left to the sweep. */
  async remove(appId: string): Promise<void> {
    try {
      for await (const each of this.#objects.list(`${ROOT}${appId}/`))
        await this.#drop(each);
    } catch (error) {
      this.#leave(error);
    }
  }

  /**
   * Drops what belongs to no app.
   *
   * @param appIds - is asked once it is known what is kept: an app is there before its environments
   */
  async sweep(appIds: () => Promise<Set<string>>): Promise<void> {
    const kept = await this.#objects.folders(ROOT);
    const known = await appIds();
    for (const appId of kept) if (!known.has(appId)) await this.remove(appId);
  }
}
