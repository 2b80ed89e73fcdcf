/** Deletes app versions, with what only they stood on. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BundleStore } from '../artifacts/BundleStore';
import type { EnvironmentStore } from '../artifacts/EnvironmentStore';
import type { AppRecord, AppRepository } from './AppRepository';
import type { InstanceRepository } from '../instances/InstanceRepository';
import type { InstanceTransitions } from '../instances/InstanceTransitions';
import type { AppNotes } from './AppNotes';
import type { DeletionGuard } from '../epoch/Epoch';
import type { AppService } from './AppService';
import type { Audit } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import type { KeyedLock } from '../database/KeyedLock';
import { StoreError } from '../errors/StoreError';

/** How long a deletion waits for what is left of terminated instances, in milliseconds. */
const PURGE_WAIT_MS = 20_000;
const PURGE_LOOK_MS = 100;

/** What the service stands on. */
export interface AppDeletionOptions {
  audit: Audit;
  service: AppService;
  apps: AppRepository;
  instances: InstanceRepository;
  transitions: InstanceTransitions;
  bundles: BundleStore;
  environments: EnvironmentStore;
  notes: AppNotes;
  guard: DeletionGuard;
  /** By the digest of a bundle: held while its file and the rows that speak of it change. */
  files: KeyedLock;
  logger: LoggerService;
}

/** Deletes apps, and what is kept of them. */
export class AppDeletion {
  readonly #o: AppDeletionOptions;

  constructor(options: AppDeletionOptions) {
    this.#o = options;
  }

  /**
   * Deletes an app version without instances.
   *
   * @param purgeTerminated - gives up volumes of terminated instances
   * @throws StoreError 409 while instances are there, suspended ones included, or volumes that could be restored
   */
  async delete(
    caller: Caller,
    id: string,
    { purgeTerminated = false }: { purgeTerminated?: boolean } = {},
  ): Promise<void> {
    return this.#o.audit.run(caller, 'app:delete', id, async context => {
      const record = await this.#o.service.require(
        caller,
        id,
        'delete',
        context,
        'You are not allowed to delete this app.',
      );
      await this.#o.guard.assertMayDelete();
      if (await this.#o.instances.hasLive(id)) throw inUse();
      if (purgeTerminated) await this.#o.transitions.purge({ appId: id });
      await this.#waitForEnded(id);
      await this.#o.files.run(record.bundleDigest, () => this.#remove(record));
      await this.#afterwards(record, async () => {
        await this.#o.environments.remove(id);
        await this.#o.notes.remove(id);
      });
    });
  }

  /** Instances that are being ended are gone in a moment. */
  async #waitForEnded(id: string): Promise<void> {
    const until = Date.now() + PURGE_WAIT_MS;
    for (;;) {
      const { kept, ending } = await this.#o.instances.leftOf(id);
      if (kept)
        throw new StoreError({
          status: 409,
          code: 'VOLUMES_KEPT',
          message: `Volumes of ${kept} terminated instance${
            kept > 1 ? 's' : ''
          } of this app are kept and can still be restored.`,
          owner: 'you',
          remedy:
            'Wait until they are purged, or delete with purgeTerminated (`--purge-terminated`) to delete them now.',
        });
      if (!ending) return;
      if (Date.now() > until) throw inUse();
      await sleep(PURGE_LOOK_MS);
    }
  }

  async #remove({ id, bundleDigest }: AppRecord): Promise<void> {
    if (!(await this.#o.apps.delete(id))) throw inUse();
    await this.#afterwards({ id }, async () => {
      if (!(await this.#o.apps.usesBundle(bundleDigest)))
        await this.#o.bundles.removeBundle(bundleDigest);
    });
  }

  /** The app is gone, whatever comes of its files: the sweep at the next start takes what is left. */
  async #afterwards(
    { id }: Pick<AppRecord, 'id'>,
    work: () => Promise<unknown>,
  ): Promise<void> {
    await work().catch(error =>
      this.#o.logger.warn(
        `files of the deleted app ${id} were left: ${error.message}`,
      ),
    );
  }
}

function inUse(): StoreError {
  return new StoreError({
    status: 409,
    code: 'APP_IN_USE',
    message: 'The app still has instances. Suspended instances count, too.',
    owner: 'you',
    remedy:
      'Terminate them first. Make the app PRIVATE, so that nobody starts new ones.',
  });
}
