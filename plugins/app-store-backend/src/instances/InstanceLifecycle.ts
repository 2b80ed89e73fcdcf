/** Suspension, resumption, end and restoration of instances. */
import type {
  AppInstance,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { StoreConfig } from '../config/StoreConfig';
import type { InstanceRepository } from './InstanceRepository';
import { ENDED, LIVE, type InstanceRecord } from './instanceRows';
import type { InstanceTransitions } from './InstanceTransitions';
import type { RoleResolver } from '../auth/RoleResolver';
import type { DeletionGuard, Epoch } from '../epoch/Epoch';
import type { InstanceAction } from '../policy';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { deadline, launch, suspension } from './instanceChanges';
import { STATUS_TRANSITIONS } from './statusTransitions';
import { overQuota, type InstanceQuota } from './InstanceQuota';
import type { FoundInstance, InstanceService } from './InstanceService';
import { stale, StoreError } from '../errors/StoreError';

/** What the service stands on. */
export interface InstanceLifecycleOptions {
  config: StoreConfig;
  audit: Audit;
  service: InstanceService;
  instances: InstanceRepository;
  transitions: InstanceTransitions;
  quota: InstanceQuota;
  roles: RoleResolver;
  epoch: DeletionGuard & Pick<Epoch, 'making'>;
}

/** Suspends, resumes, shares, terminates and restores instances. */
export class InstanceLifecycle {
  readonly #o: InstanceLifecycleOptions;

  constructor(options: InstanceLifecycleOptions) {
    this.#o = options;
  }

  /**
   * A change of an instance that is there, by somebody who may make it.
   *
   * @param work - false where nothing was changed
   */
  async change(
    caller: Caller,
    id: string,
    action: InstanceAction,
    work: (
      found: FoundInstance,
      context: AuditContext,
    ) => Promise<boolean | undefined>,
    revision?: number,
    auditAction: string = action,
  ): Promise<AppInstance> {
    const audited = `instance:${auditAction}`;
    return this.#o.audit.run(caller, audited, id, async context => {
      const found = await this.#o.service.require(caller, id, action, context);
      if (revision !== undefined && found.record.revision !== revision)
        throw stale('instance');
      const done = await work(found, context);
      return this.#afterwards(caller, id, done, revision);
    });
  }

  /** The instance after a change; 409 where it is being ended, so that nothing was changed. */
  async #afterwards(
    caller: Caller,
    id: string,
    done: boolean | undefined,
    revision: number | undefined,
  ): Promise<AppInstance> {
    const found = await this.#o.service.find(caller, id);
    if (ENDED.includes(found.record.desired))
      throw new StoreError({
        status: 409,
        code: 'TERMINATING',
        message: 'The instance was terminated.',
        owner: 'you',
        remedy: found.record.purgeAfter
          ? 'Restore it first, or start a new one.'
          : 'Start a new one.',
      });
    if (!done && revision !== undefined) throw stale('instance');
    const [instance] = await this.#o.service.present(caller, [found]);
    return instance;
  }

  async suspend(caller: Caller, id: string): Promise<AppInstance> {
    return this.change(caller, id, 'suspend', ({ record }) => {
      if (!record.suspendable)
        throw new StoreError({
          status: 409,
          code: 'NOT_SUSPENDABLE',
          message: 'This instance cannot be suspended.',
          owner: 'you',
          remedy: 'Terminate it if you no longer need it.',
        });
      return this.#o.transitions.change(
        id,
        { desired: ['running'] },
        suspension(),
      );
    });
  }

  async resume(caller: Caller, id: string): Promise<AppInstance> {
    return this.change(caller, id, 'resume', async ({ record }) =>
      this.#resume(caller, record),
    );
  }

  /**
   * @returns false where it is not suspended any more
   * @throws StoreError 409 where its owner has no slot left
   */
  async #resume(
    caller: Caller,
    record: InstanceRecord,
    further: Partial<InstanceRecord> = {},
  ): Promise<boolean> {
    const own = record.ownerRef === caller.userEntityRef;
    // The owner's limit counts, whoever resumes.
    const limit = this.#o.quota.limit(
      own ? caller : await this.#o.roles.resolve(record.ownerRef),
    );
    const now = new Date();
    const result = await this.#o.transitions.resume(
      record.id,
      record.ownerRef,
      limit,
      {
        ...launch(record, now),
        desired: 'running',
        suspendAfter: deadline(now, record.timeoutSeconds),
        extended: false,
        ...further,
      },
    );
    if (result === 'quota') throw overQuota(limit, own);
    return result === 'done';
  }

  /**
   * Starts an instance whose volume is lost with an empty one, also where it is suspended. Whoever
   * may give up a volume (terminate and purge) may do this.
   *
   * @throws StoreError 409 where its volume is there, or its owner has no slot left; 412 where somebody changed it meanwhile
   */
  async startWithEmptyVolume(caller: Caller, id: string): Promise<AppInstance> {
    return this.change(
      caller,
      id,
      'terminate',
      async ({ record }) => {
        if (record.problem?.code !== 'VOLUME_LOST')
          throw new StoreError({
            status: 409,
            code: 'VOLUME_NOT_LOST',
            message: 'The volume of this instance is not lost.',
            owner: 'you',
            remedy: 'Nothing to do. It starts with its own volume.',
          });
        const anew = { claimUid: undefined, applied: undefined };
        const done =
          record.desired === 'suspended'
            ? await this.#resume(caller, record, anew)
            : await this.#o.transitions.change(
                id,
                { desired: ['running'], revision: record.revision },
                { ...launch(record, new Date()), ...anew },
              );
        if (!done) throw stale('instance');
        return done;
      },
      undefined,
      'empty_volume',
    );
  }

  /**
   * Ends an instance. Its volume, where it has one, is kept for a while.
   *
   * @param purge - the volume goes, too
   */
  async terminate(
    caller: Caller,
    id: string,
    { purge = false }: { purge?: boolean } = {},
  ): Promise<void> {
    return this.#o.audit.run(
      caller,
      'instance:terminate',
      id,
      async context => {
        await this.#o.service.require(caller, id, 'terminate', context);
        await this.#o.epoch.assertMayDelete();
        const now = new Date();
        const keeps = this.#o.config.terminatedRetentionSeconds;
        const purgeAfter =
          keeps > 0 &&
          !purge &&
          // Not by the row, which the release before this one may have written.
          (await this.#o.instances.objectsOf(id))?.claim
            ? new Date(now.getTime() + keeps * 1000).toISOString()
            : undefined;
        context.detail = { purgeAfter };
        const done = await this.#o.transitions.terminate(
          id,
          {
            desired: 'terminated',
            slot: undefined,
            endpoint: undefined,
            suspendAfter: undefined,
            stage: undefined,
            purgeAfter,
            updatedAt: now.toISOString(),
          },
          { actorRef: caller.userEntityRef, at: now.toISOString() },
        );
        if (!done && purge) await this.#o.transitions.purge({ id });
      },
    );
  }

  /** Takes a terminated instance back, suspended, with its volume and the aliases that it had. */
  async restore(caller: Caller, id: string): Promise<AppInstance> {
    return this.change(caller, id, 'restore', async () => {
      const at = new Date().toISOString();
      // A backup from before would have its volume purged.
      return this.#o.epoch.making('cluster', () =>
        this.#o.transitions.restore(
          id,
          {
            ...suspension(),
            // Its pod ended long ago.
            status: STATUS_TRANSITIONS.Suspended.to,
            purgeAfter: undefined,
            updatedAt: at,
          },
          { actorRef: caller.userEntityRef, at },
        ),
      );
    });
  }

  /**
   * Changes who may open it; holds from the next request on.
   *
   * @param revision - what the change was made from
   */
  async update(
    caller: Caller,
    id: string,
    change: { visibility: Visibility },
    revision?: number,
  ): Promise<AppInstance> {
    return this.change(
      caller,
      id,
      'update',
      (_, context) => {
        context.detail = { ...change };
        return this.#o.transitions.change(
          id,
          { desired: LIVE, revision },
          {
            visibility: change.visibility,
            updatedAt: new Date().toISOString(),
          },
        );
      },
      revision,
    );
  }
}
