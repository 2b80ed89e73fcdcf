/**
 * Environments in an S3-compatible bucket: streamed into it as pods hand them in, and
 * visible only once all of one is there and is what the pod said.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { BundleError } from '@ai-app-store/bundle';
import type { Readable } from 'node:stream';
import {
  environmentName,
  PER_APP,
  type EnvironmentKey,
  type EnvironmentStore,
  type KeptEnvironment,
} from './EnvironmentStore';
import { uploadClock } from './uploadClock';
import { metered, OverLimit, WrongDigest } from './Meter';
import type { Listed, S3Bucket } from './S3Bucket';

const ROOT = 'environments/';
/** A pod that takes longer to hand in what it made, or that only drips, keeps others from doing so. */
const HAND_IN_MS = 30 * 60 * 1000;

interface Kept extends Listed {
  /** Of the key that it belongs to; see {@link environmentName}. */
  name: string;
  digest: string;
}

function keyOf(appId: string, name: string, digest: string): string {
  return `${ROOT}${appId}/${name}.${digest}.tar`;
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

/** See the module's comment. */
export class S3EnvironmentStore implements EnvironmentStore {
  readonly #bucket: S3Bucket;
  readonly #limit: number;
  readonly #logger: LoggerService;

  /** @param options.limit - bytes of one environment */
  static create(options: {
    bucket: S3Bucket;
    limit: number;
    logger: LoggerService;
  }): S3EnvironmentStore {
    return new S3EnvironmentStore(options);
  }

  private constructor(options: {
    bucket: S3Bucket;
    limit: number;
    logger: LoggerService;
  }) {
    this.#bucket = options.bucket;
    this.#limit = options.limit;
    this.#logger = options.logger;
  }

  async #list(appId: string): Promise<Kept[]> {
    const kept: Kept[] = [];
    for await (const found of this.#bucket.list(`${ROOT}${appId}/`)) {
      const [name, digest] = found.key
        .slice(found.key.lastIndexOf('/') + 1)
        .split('.');
      kept.push({ ...found, name, digest });
    }
    return kept.sort(byAge);
  }

  async #find(key: EnvironmentKey): Promise<Kept | undefined> {
    const name = environmentName(key);
    return (await this.#list(key.appId)).find(kept => kept.name === name);
  }

  async open(key: EnvironmentKey): Promise<KeptEnvironment | undefined> {
    const found = await this.#find(key);
    const file = found && (await this.#bucket.get(found.key));
    return file && { ...file, digest: found.digest };
  }

  async digestOf(key: EnvironmentKey): Promise<string | undefined> {
    return (await this.#find(key))?.digest;
  }

  async keep(
    key: EnvironmentKey,
    stream: Readable,
    options: { digest: string; replaces?: string },
  ): Promise<boolean> {
    const { digest, replaces } = options;
    const before = await this.#find(key);
    if (before && before.digest !== replaces) return false;
    const name = keyOf(key.appId, environmentName(key), digest);
    try {
      await this.#bucket.upload(
        name,
        () =>
          metered(stream, {
            through: uploadClock({ timeoutMs: HAND_IN_MS }),
            limit: this.#limit,
            expected: digest,
          }),
        { from: 'network', mostBytes: this.#limit },
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
    if (before && before.key !== name) await this.#drop(before);
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
    // Times have whole seconds: what has come just now is the latest, whatever they say.
    for (const each of others.slice(
      0,
      Math.max(0, others.length + 1 - PER_APP),
    ))
      await this.#drop(each);
    return first?.digest === digest;
  }

  async #drop({ key }: Listed): Promise<void> {
    try {
      await this.#bucket.delete(key);
    } catch (error) {
      this.#leave(error);
    }
  }

  /** An environment too many harms nobody, and the next settling or sweep takes it. */
  #leave(error: unknown): void {
    this.#logger.warn(
      `environments stay in the bucket for now: ${(error as Error).message}`,
    );
  }

  async remove(appId: string): Promise<void> {
    try {
      for (const each of await this.#list(appId)) await this.#drop(each);
    } catch (error) {
      this.#leave(error);
    }
  }

  async sweep(appIds: () => Promise<Set<string>>): Promise<void> {
    const kept = await this.#bucket.folders(ROOT);
    const known = await appIds();
    for (const appId of kept) if (!known.has(appId)) await this.remove(appId);
  }
}
