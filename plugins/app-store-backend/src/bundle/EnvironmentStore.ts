/**
 * Keeps the environments of apps (what `npm` or `pip` installed) by app version and
 * runtime: the first start builds one and hands it in, later starts restore it, so
 * that a resumption needs no package index.
 */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

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
  /** Drops all environments of an app version; what cannot be dropped now is left to the sweep. */
  remove(appId: string): Promise<void>;
  /**
   * Drops what belongs to no app, and what was never finished.
   *
   * @param appIds - is asked once it is known what is kept: an app is there before its environments
   */
  sweep(appIds: () => Promise<Set<string>>): Promise<void>;
}

/** Environments of one app version: the runtime of today, and that of before an upgrade. */
export const PER_APP = 2;

/** What an environment is called among those of its app version. */
export function environmentName({
  image,
  fingerprint,
}: EnvironmentKey): string {
  return createHash('sha256')
    .update(JSON.stringify([image, fingerprint]))
    .digest('hex')
    .slice(0, 32);
}
