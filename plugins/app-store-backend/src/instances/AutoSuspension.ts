/** What ends by itself: how long instances run, and how long volumes of terminated ones are kept. */
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Audit } from '../audit/Audit';
import { STORE, type Caller } from '../auth/Caller';
import type { StoreConfig } from '../config/StoreConfig';
import type { DeletionGuard } from '../epoch/Epoch';
import { StoreError } from '../errors/StoreError';
import { deadline, suspension } from './instanceChanges';
import type { InstanceLifecycle } from './InstanceLifecycle';
import type { InstanceRepository } from './InstanceRepository';
import { LIVE } from './instanceRows';
import type { InstanceTransitions } from './InstanceTransitions';

/** What the service stands on. */
export interface AutoSuspensionOptions {
  config: Pick<StoreConfig, 'extensionSeconds'>;
  audit: Audit;
  lifecycle: InstanceLifecycle;
  instances: InstanceRepository;
  transitions: InstanceTransitions;
  epoch: DeletionGuard;
}

/** Ends what is overdue, and puts off when an instance is. */
export class AutoSuspension {
  readonly #o: AutoSuspensionOptions;

  constructor(options: AutoSuspensionOptions) {
    this.#o = options;
  }

  /**
   * Suspends what has run for as long as it may, and purges volumes of terminated instances whose
   * time is up.
   */
  async endOverdue(now: Date): Promise<void> {
    const { running, purge } = await this.#o.instances.overdue(
      now.toISOString(),
    );
    for (const id of running) {
      const done = await this.#o.transitions.suspendIfOverdue(
        id,
        now.toISOString(),
        suspension(),
      );
      // Another replica may have been first, or somebody resumed it.
      if (done) await this.#audit('instance:autosuspend', id);
    }
    // What a restored backup would purge may have been restored by its owner since.
    if (!purge || (await this.#o.epoch.isHeld('cluster'))) return;
    const ids = await this.#o.transitions.purge({ before: now.toISOString() });
    for (const id of ids) await this.#audit('instance:purge', id);
  }

  /** Writes down what the store did by itself. */
  async #audit(action: string, id: string): Promise<void> {
    await this.#o.audit.run(STORE, action, id, async () => {});
  }

  /** Puts the suspension off, once for each start, by what the admin allows. */
  async extend(caller: Caller, id: string): Promise<AppInstance> {
    return this.#o.lifecycle.change(caller, id, 'extend', ({ record }) => {
      const by = this.#o.config.extensionSeconds;
      const refuse = (code: string, message: string, remedy: string) => {
        throw new StoreError({
          status: 409,
          code,
          message,
          owner: 'you',
          remedy,
        });
      };
      if (record.desired !== 'running' || !record.suspendAfter)
        refuse(
          'NOTHING_TO_EXTEND',
          'The instance has no time for auto-suspend.',
          'Nothing to do.',
        );
      if (by === 0)
        refuse(
          'NO_EXTENSION',
          'Instances cannot be extended in this store.',
          'Ask an admin to disable auto-suspend.',
        );
      if (record.extended)
        refuse(
          'EXTENDED_ALREADY',
          'The instance was already extended once since its start.',
          'Suspend and resume it to get a new deadline, or ask an admin to disable auto-suspend.',
        );
      return this.#o.transitions.change(
        id,
        { desired: ['running'], revision: record.revision },
        {
          extended: true,
          suspendAfter: deadline(new Date(record.suspendAfter!), by),
          updatedAt: new Date().toISOString(),
        },
      );
    });
  }

  /** Lets it run until somebody suspends it, also after it is resumed. */
  async disable(caller: Caller, id: string): Promise<AppInstance> {
    return this.#o.lifecycle.change(caller, id, 'disable_autosuspend', () =>
      this.#o.transitions.change(
        id,
        { desired: LIVE },
        {
          suspendAfter: undefined,
          timeoutSeconds: -1,
          updatedAt: new Date().toISOString(),
        },
      ),
    );
  }
}
