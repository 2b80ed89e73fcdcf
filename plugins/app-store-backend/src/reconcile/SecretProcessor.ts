/**
 * Compares secrets with the cluster, when the cluster says that one changed, and now and then: says which were changed outside of
 * the store or are gone, and drops objects of secrets that were deleted. It cannot
 * invent a value.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { SecretRepository } from '../secrets/SecretRepository';
import type { SecretRecord, SecretState } from '../secrets/secretRows';
import type { DeletionGuard } from '../epoch/Epoch';
import type { Preconditions } from '../apps/Preconditions';
import type { FoundSecret, SecretCluster } from '../kubernetes/SecretCluster';

/** An object without a row may be one that is being made, in milliseconds. */
const ORPHAN_AGE_MS = 10 * 60_000;

/** @param digest - keyed hash of what the cluster has; undefined where it has nothing */
function stateOf(
  { valueDigest }: SecretRecord,
  digest: string | undefined,
): SecretState {
  if (digest === undefined) return 'LOST';
  return !valueDigest || digest === valueDigest ? 'READY' : 'CHANGED_OUTSIDE';
}

/** Compares secrets with the cluster. */
export class SecretProcessor {
  readonly #secrets: SecretRepository;
  readonly #cluster: SecretCluster;
  readonly #preconditions: Preconditions;
  readonly #guard: DeletionGuard;
  readonly #logger: LoggerService;
  readonly #now: () => number;

  constructor(options: {
    secrets: SecretRepository;
    cluster: SecretCluster;
    preconditions: Preconditions;
    guard: DeletionGuard;
    logger: LoggerService;
    now?: () => number;
  }) {
    this.#secrets = options.secrets;
    this.#cluster = options.cluster;
    this.#preconditions = options.preconditions;
    this.#guard = options.guard;
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
  }

  async #compare(
    secret: SecretRecord,
    object: FoundSecret | undefined,
  ): Promise<void> {
    if (stateOf(secret, object?.digest) === secret.state) return;
    // Each may have been changed through the store before the other was read.
    const again = await this.#secrets.get(secret.id);
    if (!again || again.revision !== secret.revision) return;
    const state = stateOf(again, (await this.#cluster.find(secret.id))?.digest);
    if (state === again.state) return;
    this.#logger.warn(
      `the secret ${secret.name} (${secret.visibility}) is ${state} in the cluster`,
    );
    await this.#secrets.setState(again, state);
    await this.#preconditions.refreshUsersOf(
      (await this.#secrets.usesOf(secret)).map(use => use.appId),
    );
  }

  /** One look at one secret, of which the cluster says that it changed. */
  async lookAt(secretId: string): Promise<void> {
    const secret = await this.#secrets.get(secretId);
    if (secret) await this.#compare(secret, await this.#cluster.find(secretId));
  }

  /** One look at all secrets. */
  async look(): Promise<void> {
    const found = new Map(
      (await this.#cluster.list()).map(object => [object.secretId, object]),
    );
    for await (const secret of this.#secrets.all()) {
      const object = found.get(secret.id);
      found.delete(secret.id);
      if (object && !object.label)
        await this.#cluster
          .describe(object, secret)
          .catch(error => this.#logger.warn(error.message));
      await this.#compare(secret, object);
    }
    // A restored database knows nothing of what came after its backup.
    if (!found.size || (await this.#guard.isHeld('cluster'))) return;
    for (const orphan of found.values()) {
      if (orphan.kept) continue;
      if (this.#now() - Date.parse(orphan.createdAt) < ORPHAN_AGE_MS) continue;
      if (await this.#secrets.get(orphan.secretId)) continue;
      await this.#cluster.remove(orphan.secretId, orphan);
    }
  }
}
