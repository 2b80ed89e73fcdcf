/** What is done with instances that are there, from suspension to restoration. */
import type {
  AppInstance,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { StoreConfig } from '../../config/StoreConfig';
import { appFacts, type AppRecord } from '../../database/AppRepository';
import type {
  InstanceRecord,
  InstanceRepository,
} from '../../database/InstanceRepository';
import type { RoleResolver } from '../../identity/RoleResolver';
import type { DeletionGuard, Epoch } from '../../recovery/Epoch';
import type { InstanceObjects } from '../../kubernetes/objects';
import type { InstanceAction, Policy } from '../../policy';
import type { Audit, Trail } from '../Audit';
import { STORE, type Caller } from '../Caller';
import type { ChangeFeed } from '../ChangeFeed';
import { deadline, launch, suspension } from './instanceChanges';
import { overQuota, type InstanceQuota } from './InstanceQuota';
import type { InstanceRenderer } from './InstanceRenderer';
import type { FoundInstance, InstanceService } from './InstanceService';
import type { Preconditions } from '../apps/Preconditions';
import { stale, StoreError } from '../StoreError';

/** What the service stands on. */
export interface InstanceLifecycleOptions {
  config: StoreConfig;
  policy: Policy;
  audit: Audit;
  service: InstanceService;
  instances: InstanceRepository;
  quota: InstanceQuota;
  preconditions: Preconditions;
  renderer: InstanceRenderer;
  roles: RoleResolver;
  epoch: DeletionGuard & Pick<Epoch, 'making'>;
  /** Told of each alias that changed. */
  aliasFeed: ChangeFeed;
  /** Told of each instance that there is something to do about. */
  onChange: (id: string) => void;
}

/** See the module's comment. */
export class InstanceLifecycle {
  readonly #o: InstanceLifecycleOptions;

  constructor(options: InstanceLifecycleOptions) {
    this.#o = options;
  }

  /** A change of an instance that is there, by somebody who may make it. */
  async #change(
    caller: Caller,
    id: string,
    action: InstanceAction,
    work: (found: FoundInstance, trail: Trail) => Promise<boolean | undefined>,
    revision?: number,
    auditAction: string = action,
  ): Promise<AppInstance> {
    const audited = `instance:${auditAction}`;
    return this.#o.audit.run(caller, audited, id, async trail => {
      const found = await this.#o.service.require(caller, id, action, trail);
      if (revision !== undefined && found.record.revision !== revision)
        throw stale('instance');
      const done = await work(found, trail);
      if (done) this.#o.onChange(id);
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
    const { desired } = found.record;
    if (desired === 'terminated' || desired === 'released')
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

  /** What is rendered anew is a start of its owner's, who may have lost the right to it. */
  async #assertOwnerMayRun(
    { ownerRef }: InstanceRecord,
    app: AppRecord,
  ): Promise<void> {
    const owner = await this.#o.roles.resolve(ownerRef);
    const decision = this.#o.policy.decide('app', 'run', owner, appFacts(app));
    if (owner.known && decision.allowed) return;
    throw new StoreError({
      status: 409,
      code: 'OWNER_MAY_NOT_RUN',
      message: owner.known
        ? `The instance belongs to ${ownerRef}, who may not run this app any more.`
        : `The instance belongs to ${ownerRef}, whom the app store no longer knows.`,
      owner: 'admin',
      remedy: owner.known
        ? "The app's owner shares the app with them, or the instance is terminated."
        : 'Terminate the instance.',
      rule: decision.rule,
    });
  }

  async suspend(caller: Caller, id: string): Promise<AppInstance> {
    return this.#change(caller, id, 'suspend', ({ record }) => {
      if (!record.suspendable)
        throw new StoreError({
          status: 409,
          code: 'NOT_SUSPENDABLE',
          message: 'This instance cannot be suspended.',
          owner: 'you',
          remedy: 'Terminate it if you no longer need it.',
        });
      return this.#o.instances.change(
        id,
        { desired: ['running'] },
        suspension(),
      );
    });
  }

  /** Suspends what has run for as long as it may. */
  async suspendOverdue(now: Date): Promise<number> {
    const ids = await this.#o.instances.listOverdue(now.toISOString());
    for (const id of ids) {
      const done = await this.#o.instances.suspendIfOverdue(
        id,
        now.toISOString(),
        suspension(),
      );
      // Another replica may have been first, or somebody resumed it.
      if (done) await this.#did('instance:autosuspend', id);
    }
    return ids.length;
  }

  /** Purges volumes of terminated instances whose time is up. */
  async purgeOverdue(now: Date): Promise<number> {
    // What a restored backup would purge may have been taken back since.
    if (!(await this.#o.instances.hasOverduePurge(now.toISOString()))) return 0;
    if (await this.#o.epoch.isHeld('cluster')) return 0;
    const ids = await this.#o.instances.purge({ before: now.toISOString() });
    for (const id of ids) await this.#did('instance:purge', id);
    return ids.length;
  }

  /** Writes down what the store did by itself, and has the instance looked at. */
  async #did(action: string, id: string): Promise<void> {
    this.#o.onChange(id);
    await this.#o.audit.run(STORE, action, id, async () => {});
  }

  async resume(caller: Caller, id: string): Promise<AppInstance> {
    return this.#change(caller, id, 'resume', async ({ record }) =>
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
    const result = await this.#o.instances.resume(
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
    return this.#change(
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
            remedy: 'Nothing to do: it starts with its own volume.',
          });
        const anew = { claimUid: undefined, applied: undefined };
        const done =
          record.desired === 'suspended'
            ? await this.#resume(caller, record, anew)
            : await this.#o.instances.change(
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
    return this.#o.audit.run(caller, 'instance:terminate', id, async trail => {
      const { record } = await this.#o.service.require(
        caller,
        id,
        'terminate',
        trail,
      );
      await this.#o.epoch.assertMayDelete();
      const now = new Date();
      const keeps = this.#o.config.terminatedRetentionSeconds;
      const purgeAfter =
        record.objects.claim && keeps > 0 && !purge
          ? new Date(now.getTime() + keeps * 1000).toISOString()
          : undefined;
      trail.detail = { purgeAfter };
      const { done, aliases } = await this.#o.instances.terminate(
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
      if (!done && purge) await this.#o.instances.purge({ ids: [id] });
      aliases.forEach(name => this.#o.aliasFeed.changed(name));
      this.#o.onChange(id);
    });
  }

  /** Takes a terminated instance back, suspended, with its volume and the aliases that it had. */
  async restore(caller: Caller, id: string): Promise<AppInstance> {
    return this.#change(caller, id, 'restore', async () => {
      const at = new Date().toISOString();
      // A backup from before would have its volume purged.
      const { done, aliases } = await this.#o.epoch.making('cluster', () =>
        this.#o.instances.restore(
          id,
          { ...suspension(), purgeAfter: undefined, updatedAt: at },
          { actorRef: caller.userEntityRef, at },
        ),
      );
      aliases.forEach(name => this.#o.aliasFeed.changed(name));
      return done;
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
    return this.#change(
      caller,
      id,
      'update',
      (_, trail) => {
        trail.detail = { ...change };
        return this.#o.instances.change(
          id,
          { desired: ['running', 'suspended'], revision },
          {
            visibility: change.visibility,
            updatedAt: new Date().toISOString(),
          },
        );
      },
      revision,
    );
  }

  /** Puts the suspension off, once for each start, by what the admin allows. */
  async extend(caller: Caller, id: string): Promise<AppInstance> {
    return this.#change(caller, id, 'extend', ({ record }) => {
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
          'The instance is not going to be suspended.',
          'Nothing to do.',
        );
      if (by === 0)
        refuse(
          'NO_EXTENSION',
          'Instances cannot be extended in this store.',
          'Ask an admin to keep it running.',
        );
      if (record.extended)
        refuse(
          'EXTENDED_ALREADY',
          'The instance was extended once since its start.',
          'Suspend and resume it for a new deadline, or ask an admin to keep it running.',
        );
      return this.#o.instances.change(
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
  async disableAutosuspend(caller: Caller, id: string): Promise<AppInstance> {
    return this.#change(caller, id, 'disable_autosuspend', () =>
      this.#o.instances.change(
        id,
        { desired: ['running', 'suspended'] },
        {
          suspendAfter: undefined,
          timeoutSeconds: -1,
          updatedAt: new Date().toISOString(),
        },
      ),
    );
  }

  /**
   * Renders it anew with the store's present configuration (specification 4.2). Whoever
   * owns the app by now, the secrets are those of the person who did when it was started.
   *
   * @throws StoreError 409 where its owner could not start it now
   */
  async redeploy(caller: Caller, id: string): Promise<AppInstance> {
    return this.#change(caller, id, 'redeploy', async ({ record, app }) => {
      await this.#assertOwnerMayRun(record, app);
      const started = { ...app, ownerRef: record.secretsOf ?? app.ownerRef };
      await this.#o.preconditions.require({
        ...started,
        defaultProfile: record.launchProfile,
      });
      const { objects, used } = await this.#o.renderer.render(started, record);
      const imageOf = ({ workload }: InstanceObjects) =>
        workload.spec!.template.spec!.containers[0].image;
      if (
        started.ownerRef !== app.ownerRef &&
        used.length &&
        app.customImage &&
        imageOf(objects) !== imageOf(record.objects)
      )
        throw new StoreError({
          status: 409,
          code: 'APP_CHANGED_HANDS',
          message: `The app's new owner chose another image, which must not get the secrets of ${started.ownerRef}.`,
          owner: 'you',
          remedy: 'Start a new instance, and terminate this one.',
        });
      return this.#o.instances.change(
        id,
        { desired: [record.desired], revision: record.revision },
        {
          objects: {
            ...objects,
            // What a volume was asked for cannot be changed afterwards.
            ...(record.objects.claim ? { claim: record.objects.claim } : {}),
          },
          ...(record.desired === 'running'
            ? launch(record, new Date())
            : { updatedAt: new Date().toISOString() }),
        },
        used,
      );
    });
  }
}
