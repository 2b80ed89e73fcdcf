/** Instances: every rule about them is applied here. */
import {
  parameterProblem,
  type AppInstance,
  type InstanceEvent,
  type InstanceQuery,
  type LogQuery,
  type Page,
  type PodStatus,
  type RunRequest,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { StoreConfig } from '../config/StoreConfig';
import type { AliasRepository } from '../database/AliasRepository';
import {
  appFacts,
  type AppRecord,
  type AppRepository,
} from '../database/AppRepository';
import type {
  InstanceRecord,
  InstanceRepository,
} from '../database/InstanceRepository';
import type { RoleResolver } from '../identity/RoleResolver';
import {
  ANONYMOUS,
  withoutAdmin,
  type Actor,
  type Decision,
  type InstanceAction,
  type Policy,
} from '../policy';
import type { InstanceCluster } from '../processors/InstanceCluster';
import type { AppService } from './AppService';
import type { Audit, Trail } from './Audit';
import { STORE, type Caller } from './Caller';
import type { ChangeFeed } from './ChangeFeed';
import type { Idempotency } from './Idempotency';
import type { InstanceRenderer } from './InstanceRenderer';
import type { Preconditions } from './Preconditions';
import { instanceFacts, type InstancePresenter } from './presentInstance';
import type { Runtimes } from './Runtimes';
import { notAllowed, notFound, stale, StoreError } from './StoreError';

/** What the service stands on. */
export interface InstanceServiceOptions {
  config: StoreConfig;
  policy: Policy;
  audit: Audit;
  idempotency: Idempotency;
  apps: AppRepository;
  appService: AppService;
  instances: InstanceRepository;
  aliases: AliasRepository;
  preconditions: Preconditions;
  renderer: InstanceRenderer;
  presenter: InstancePresenter;
  runtimes: Runtimes;
  roles: RoleResolver;
  cluster: InstanceCluster;
  feed: ChangeFeed;
  /** Told of each alias that changed. */
  aliasFeed: ChangeFeed;
  /** Wakes the processor. */
  wake: (id: string) => void;
}

interface Found {
  record: InstanceRecord;
  app: AppRecord;
}

/** See the module's comment. */
export class InstanceService {
  readonly #o: InstanceServiceOptions;

  constructor(options: InstanceServiceOptions) {
    this.#o = options;
  }

  #limit(actor: Pick<Actor, 'fullAccess'>): number {
    const { limits } = this.#o.config;
    return actor.fullAccess ? limits.instances : limits.visitorInstances;
  }

  async quota(actor: Actor): Promise<{ limit: number; running: number }> {
    return {
      limit: this.#limit(actor),
      running: await this.#o.instances.countRunning(actor.userEntityRef),
    };
  }

  #changed(id: string): void {
    this.#o.feed.changed(id);
    this.#o.wake(id);
  }

  /**
   * Starts an instance; returns as soon as it is written down.
   *
   * @throws StoreError 400 for parameters that do not do, 403, 404, 409 where the app cannot be run or the quota is used up
   */
  async run(
    caller: Caller,
    appId: string,
    request: RunRequest & { idempotencyKey?: string },
  ): Promise<AppInstance> {
    const { idempotencyKey, ...options } = request;
    return this.#o.audit.run(caller, 'instance:run', undefined, trail =>
      this.#o.idempotency.once(
        caller,
        'instance:run',
        idempotencyKey,
        { appId, ...options },
        () => this.#run(caller, appId, options, trail),
      ),
    );
  }

  async #run(
    caller: Caller,
    appId: string,
    request: RunRequest,
    trail: Trail,
  ): Promise<AppInstance> {
    const { config, instances, renderer } = this.#o;
    const { visibility = 'PRIVATE' } = request;
    const app = await this.#runnable(caller, appId, trail);
    trail.detail = {
      app: `${app.name} ${app.version}`,
      visibility,
      launchProfile: request.launchProfile,
    };
    const launchProfile = request.launchProfile ?? app.defaultProfile;
    if (request.launchProfile)
      this.#o.runtimes.requireProfile(request.launchProfile);
    const parameters = readParameters(app, request.parameters ?? {});
    await this.#assertRunnable({ ...app, defaultProfile: launchProfile });
    const id = randomUUID();
    trail.about({ id, name: app.manifest.title });
    const now = new Date();
    const timeoutSeconds =
      app.manifest.instanceTimeoutSeconds ?? config.instanceTimeoutSeconds;
    const { objects, used } = await renderer.render(app, {
      id,
      ownerRef: caller.userEntityRef,
      launchProfile,
      parameters,
    });
    const record: Omit<InstanceRecord, 'slot'> = {
      id,
      appId,
      ownerRef: caller.userEntityRef,
      visibility,
      desired: 'running',
      cluster: 'default',
      namespace: config.kubernetes.namespace,
      objects,
      status: 'PENDING',
      stage: 'accepted',
      stages: { accepted: now.toISOString() },
      restartCount: 0,
      timeoutSeconds,
      suspendAfter: deadline(now, timeoutSeconds),
      suspendable: true,
      extended: false,
      launchProfile,
      parameters,
      launch: 1,
      revision: 1,
      createdAt: now.toISOString(),
      updatedAt: now.toISOString(),
    };
    const admitted = await instances.insert(record, this.#limit(caller), used);
    if (admitted === 'full') throw overQuota(this.#limit(caller), true);
    if (admitted === 'app') throw notFound('app', appId);
    this.#changed(id);
    return this.#o.presenter.present(caller, record, app, {});
  }

  async #runnable(
    caller: Caller,
    appId: string,
    trail: Trail,
  ): Promise<AppRecord> {
    const app = await this.#o.appService.record(caller, appId);
    trail.about({ id: appId, name: `${app.name} ${app.version}` });
    if (app.manifest.lifecycle === 'LINK')
      throw new StoreError({
        status: 409,
        code: 'LINK_APP',
        message: 'A LINK app runs elsewhere: it is opened, not run.',
        owner: 'you',
        remedy: `Open ${app.manifest.linkAddress}.`,
      });
    const decision = trail.decided(
      this.#o.policy.decide('app', 'run', caller, appFacts(app)),
    );
    if (!decision.allowed)
      throw notAllowed('You may not run this app.', decision);
    return app;
  }

  async #assertRunnable(app: AppRecord): Promise<void> {
    const [problem] = await this.#o.preconditions.problems(app);
    if (problem)
      throw new StoreError({
        status: 409,
        code: problem.code,
        message: `The app cannot be run: ${problem.message}`,
        owner: problem.owner,
        remedy: problem.remedy,
      });
  }

  #decide(caller: Actor, action: InstanceAction, found: Found): Decision {
    return this.#o.policy.decide(
      'instance',
      action,
      caller,
      instanceFacts(found.record, found.app),
    );
  }

  async #load(id: string): Promise<Found | undefined> {
    const record = await this.#o.instances.get(id);
    const app = record && (await this.#o.apps.get(record.appId));
    return app && { record, app };
  }

  /** An instance that the caller sees, with its app; 404 otherwise. */
  async #find(caller: Caller, id: string): Promise<Found> {
    const found = await this.#load(id);
    if (!found || !this.#decide(caller, 'read', found).allowed)
      throw notFound('instance', id);
    return found;
  }

  /**
   * An instance with which the caller may do something.
   *
   * @throws StoreError 404 where its existence is secret, 403 otherwise
   */
  async require(
    caller: Caller,
    id: string,
    action: InstanceAction,
    trail: Trail,
    message: string,
  ): Promise<Found> {
    const found = await this.#load(id);
    if (!found) throw notFound('instance', id);
    trail.about({ id, name: found.app.manifest.title });
    const decision = trail.decided(this.#decide(caller, action, found));
    if (decision.allowed) return found;
    if (!this.#decide(caller, 'read', found).allowed)
      throw notFound('instance', id);
    throw notAllowed(message, decision);
  }

  async #present(caller: Caller, found: Found[]): Promise<AppInstance[]> {
    const ids = found.map(({ record }) => record.id);
    const [primaries, staleSecrets] = await Promise.all([
      this.#o.aliases.primariesOf(ids),
      this.#o.instances.staleSecrets(ids),
    ]);
    return found.map(({ record, app }) =>
      this.#o.presenter.present(caller, record, app, {
        primaryAlias: primaries.get(record.id),
        staleSecrets: staleSecrets.get(record.id),
      }),
    );
  }

  async get(caller: Caller, id: string): Promise<AppInstance> {
    const [instance] = await this.#present(caller, [
      await this.#find(caller, id),
    ]);
    return instance;
  }

  /**
   * One page of instances.
   *
   * @throws StoreError 403 for `scope: all` of anybody but an admin
   */
  async list(caller: Caller, query: InstanceQuery): Promise<Page<AppInstance>> {
    const { scope = 'mine', limit = 50, owner, ...rest } = query;
    if (scope === 'all')
      await this.#o.audit.look(
        caller,
        'instance:list_all',
        undefined,
        async trail => {
          const decision = trail.decided(
            this.#o.policy.decide('platform', 'list_all', caller, undefined),
          );
          if (!decision.allowed)
            throw notAllowed('Only admins list all instances.', decision);
        },
      );
    const actor = scope === 'all' ? caller : withoutAdmin(caller);
    const { items, nextCursor } = await this.#o.instances.list(actor, {
      ...rest,
      limit,
      ownerRef: scope === 'mine' ? caller.userEntityRef : owner,
    });
    const apps = new Map(
      (await this.#o.apps.getMany(items.map(record => record.appId))).map(
        app => [app.id, app],
      ),
    );
    return {
      items: await this.#present(
        caller,
        items.flatMap(record => {
          const app = apps.get(record.appId);
          return app ? [{ record, app }] : [];
        }),
      ),
      nextCursor,
    };
  }

  /** A change of an instance that is there, by somebody who may make it. */
  async #change(
    caller: Caller,
    id: string,
    action: InstanceAction,
    message: string,
    work: (found: Found, trail: Trail) => Promise<boolean | undefined>,
    revision?: number,
  ): Promise<AppInstance> {
    return this.#o.audit.run(caller, `instance:${action}`, id, async trail => {
      const found = await this.require(caller, id, action, trail, message);
      if (revision !== undefined && found.record.revision !== revision)
        throw stale('instance');
      const done = await work(found, trail);
      if (done) this.#changed(id);
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
    const found = await this.#find(caller, id);
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
    const [instance] = await this.#present(caller, [found]);
    return instance;
  }

  async suspend(caller: Caller, id: string): Promise<AppInstance> {
    return this.#change(
      caller,
      id,
      'suspend',
      'You may not suspend this instance.',
      ({ record }) => {
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
      },
    );
  }

  /** Suspends what has run for as long as it may. */
  async suspendOverdue(now: Date): Promise<number> {
    const ids = await this.#o.instances.listOverdue(now.toISOString());
    for (const id of ids)
      await this.#o.audit.run(STORE, 'instance:autosuspend', id, async () => {
        const done = await this.#o.instances.suspendIfOverdue(
          id,
          now.toISOString(),
          suspension(),
        );
        if (done) this.#changed(id);
      });
    return ids.length;
  }

  /** Purges volumes of terminated instances whose time is up. */
  async purgeOverdue(now: Date): Promise<number> {
    const ids = await this.#o.instances.purge({ before: now.toISOString() });
    ids.forEach(id => this.#changed(id));
    return ids.length;
  }

  async resume(caller: Caller, id: string): Promise<AppInstance> {
    return this.#change(
      caller,
      id,
      'resume',
      'You may not resume this instance.',
      async ({ record }) => {
        const own = record.ownerRef === caller.userEntityRef;
        // The owner's limit counts, whoever resumes.
        const limit = this.#limit(
          own ? caller : await this.#o.roles.resolve(record.ownerRef),
        );
        const now = new Date();
        const result = await this.#o.instances.resume(
          id,
          record.ownerRef,
          limit,
          {
            ...launch(record, now),
            desired: 'running',
            suspendAfter: deadline(now, record.timeoutSeconds),
            extended: false,
          },
        );
        if (result === 'quota') throw overQuota(limit, own);
        return result === 'done';
      },
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
      const { record } = await this.require(
        caller,
        id,
        'terminate',
        trail,
        'You may not terminate this instance.',
      );
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
      this.#changed(id);
    });
  }

  /** Takes a terminated instance back, suspended, with its volume and the aliases that it had. */
  async restore(caller: Caller, id: string): Promise<AppInstance> {
    return this.#change(
      caller,
      id,
      'restore',
      'You may not restore this instance.',
      async () => {
        const at = new Date().toISOString();
        const { done, aliases } = await this.#o.instances.restore(
          id,
          { ...suspension(), purgeAfter: undefined, updatedAt: at },
          { actorRef: caller.userEntityRef, at },
        );
        aliases.forEach(name => this.#o.aliasFeed.changed(name));
        return done;
      },
    );
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
      'You may not change this instance.',
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
    return this.#change(
      caller,
      id,
      'extend',
      'You may not extend this instance.',
      ({ record }) => {
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
      },
    );
  }

  /** Lets it run until somebody suspends it, also after it is resumed. */
  async disableAutosuspend(caller: Caller, id: string): Promise<AppInstance> {
    return this.#change(
      caller,
      id,
      'disable_autosuspend',
      'Only admins keep an instance running.',
      () =>
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

  /** Renders it anew with the store's present configuration (specification 4.2). */
  async redeploy(caller: Caller, id: string): Promise<AppInstance> {
    return this.#change(
      caller,
      id,
      'redeploy',
      'Only admins redeploy an instance.',
      async ({ record, app }) => {
        await this.#assertRunnable({
          ...app,
          defaultProfile: record.launchProfile,
        });
        const { objects, used } = await this.#o.renderer.render(app, record);
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
      },
    );
  }

  async status(caller: Caller, id: string): Promise<PodStatus> {
    const { record } = await this.#o.audit.look(
      caller,
      'instance:read_status',
      id,
      trail =>
        this.require(
          caller,
          id,
          'read_status',
          trail,
          'You may not see the status of this instance.',
        ),
    );
    return this.#o.cluster.status(record);
  }

  async events(caller: Caller, id: string): Promise<InstanceEvent[]> {
    const { record } = await this.#o.audit.look(
      caller,
      'instance:read_status',
      id,
      trail =>
        this.require(
          caller,
          id,
          'read_status',
          trail,
          'You may not see the events of this instance.',
        ),
    );
    return this.#o.cluster.events(record);
  }

  /** The output of an instance's container, as it comes. */
  async logs(
    caller: Caller,
    id: string,
    query: LogQuery,
  ): Promise<IncomingMessage> {
    const { record } = await this.#o.audit.look(
      caller,
      'instance:view_log',
      id,
      trail =>
        this.require(
          caller,
          id,
          'view_log',
          trail,
          'You may not read the log of this instance.',
        ),
    );
    return this.#o.cluster.logs(record, query);
  }

  /** Who may open an instance; for the gateway. Undefined where there is no such instance. */
  async admission(
    actor: Actor | undefined,
    id: string,
  ): Promise<Decision | undefined> {
    const found = await this.#load(id);
    return found && this.#decide(actor ?? ANONYMOUS, 'open', found);
  }

  /** The app and the image of an instance whose init container asks for its bundle. */
  async launchOf(
    id: string,
  ): Promise<{ app: AppRecord; image: string } | undefined> {
    const found = await this.#load(id);
    if (!found) return undefined;
    const { spec } = found.record.objects.workload.spec!.template;
    return { app: found.app, image: spec!.initContainers?.[0]?.image ?? '' };
  }
}

function overQuota(limit: number, own: boolean): StoreError {
  return new StoreError({
    status: 409,
    code: 'INSTANCE_LIMIT',
    message: `${
      own ? 'You have' : 'Its owner has'
    } ${limit} running instances, which is ${own ? 'your' : 'their'} limit.`,
    owner: 'you',
    remedy: 'Suspend or terminate one of them, then try again.',
  });
}

/** The values that an app is run with: those given, and defaults for the others. */
function readParameters(
  app: AppRecord,
  given: Record<string, string>,
): Record<string, string> {
  const parameters = app.manifest.parameters ?? [];
  const refuse = (message: string) => {
    throw new StoreError({
      status: 400,
      code: 'BAD_PARAMETER',
      message,
      owner: 'you',
      remedy: parameters.length
        ? `The app takes ${parameters.map(each => each.name).join(', ')}.`
        : 'The app takes no parameters: leave them out.',
    });
  };
  const unknown = Object.keys(given).find(
    name => !parameters.some(parameter => parameter.name === name),
  );
  if (unknown !== undefined)
    refuse(`The app has no parameter ${JSON.stringify(unknown)}.`);
  const values: Record<string, string> = {};
  for (const parameter of parameters) {
    const problem = parameterProblem(parameter, given[parameter.name]);
    if (problem) refuse(`The parameter ${parameter.name} ${problem}.`);
    const value = given[parameter.name] || parameter.default;
    if (value !== undefined) values[parameter.name] = value;
  }
  return values;
}

/** The change that suspends. */
function suspension(): Partial<InstanceRecord> {
  return {
    desired: 'suspended',
    slot: undefined,
    suspendAfter: undefined,
    endpoint: undefined,
    problem: undefined,
    stage: undefined,
    status: 'SUSPENDED',
    updatedAt: new Date().toISOString(),
  };
}

/** The change that begins another launch. */
function launch(record: InstanceRecord, now: Date): Partial<InstanceRecord> {
  return {
    launch: record.launch + 1,
    status: 'PENDING',
    stage: 'accepted',
    stages: { accepted: now.toISOString() },
    restartCount: 0,
    problem: undefined,
    endpoint: undefined,
    updatedAt: now.toISOString(),
  };
}

function deadline(from: Date, seconds: number): string | undefined {
  return seconds < 0
    ? undefined
    : new Date(from.getTime() + seconds * 1000).toISOString();
}
