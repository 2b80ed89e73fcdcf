/** Instances: every rule about them is applied here. */
import type {
  AppInstance,
  InstanceEvent,
  Visibility,
  LogQuery,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { StoreConfig } from '../config/StoreConfig';
import {
  appFacts,
  isUuid,
  type AppRecord,
  type AppRepository,
} from '../database/AppRepository';
import type {
  InstanceRecord,
  InstanceRepository,
} from '../database/InstanceRepository';
import type { SecretRepository } from '../database/SecretRepository';
import { buildInstanceObjects } from '../kubernetes/objects';
import {
  decideAnonymous,
  decideApp,
  decideInstance,
  type Actor,
  type Decision,
  type InstanceAction,
  type InstanceFacts,
} from '../policy/policy';
import type { InstanceCluster } from '../processors/InstanceCluster';
import type { AppService } from './AppService';
import type { InstanceFeed } from './InstanceFeed';
import type { Runtimes } from './Runtimes';
import { notAllowed, notFound, StoreError } from './StoreError';

/** See the module's comment. */
export class InstanceService {
  readonly #config: StoreConfig;
  readonly #installation: string;
  readonly #storeUrl: string;
  readonly #apps: AppRepository;
  readonly #appService: AppService;
  readonly #instances: InstanceRepository;
  readonly #secrets: SecretRepository;
  readonly #runtimes: Runtimes;
  readonly #cluster: InstanceCluster;
  readonly #feed: InstanceFeed;
  readonly #wake: (id: string) => void;

  constructor(options: {
    config: StoreConfig;
    installation: string;
    /** The store's address as pods see it. */
    storeUrl: string;
    apps: AppRepository;
    appService: AppService;
    instances: InstanceRepository;
    secrets: SecretRepository;
    runtimes: Runtimes;
    cluster: InstanceCluster;
    feed: InstanceFeed;
    /** Wakes the processor. */
    wake: (id: string) => void;
  }) {
    this.#config = options.config;
    this.#installation = options.installation;
    this.#storeUrl = options.storeUrl;
    this.#apps = options.apps;
    this.#appService = options.appService;
    this.#instances = options.instances;
    this.#secrets = options.secrets;
    this.#runtimes = options.runtimes;
    this.#cluster = options.cluster;
    this.#feed = options.feed;
    this.#wake = options.wake;
  }

  #limit(actor: Actor): number {
    return actor.fullAccess
      ? this.#config.limits.instances
      : this.#config.limits.visitorInstances;
  }

  async quota(actor: Actor): Promise<{ limit: number; running: number }> {
    return {
      limit: this.#limit(actor),
      running: await this.#instances.countRunning(actor.userEntityRef),
    };
  }

  #overQuota(actor: Actor): StoreError {
    return new StoreError({
      status: 409,
      code: 'INSTANCE_LIMIT',
      message: `You have ${this.#limit(
        actor,
      )} running instances, which is your limit.`,
      owner: 'you',
      remedy: 'Suspend or terminate one of them, then try again.',
    });
  }

  #changed(id: string): void {
    this.#feed.changed(id);
    this.#wake(id);
  }

  /**
   * Starts an instance; returns as soon as it is written down.
   *
   * @throws StoreError 403, 404, 409 where the app cannot be run or the quota is used up
   */
  async run(
    actor: Actor,
    appId: string,
    options: { visibility: Visibility },
  ): Promise<AppInstance> {
    const app = await this.#appService.record(actor, appId);
    if (app.manifest.lifecycle === 'LINK')
      throw new StoreError({
        status: 409,
        code: 'LINK_APP',
        message: 'A LINK app runs elsewhere: it is opened, not run.',
        owner: 'you',
        remedy: `Open ${app.manifest.linkAddress}.`,
      });
    const decision = decideApp(actor, 'run', appFacts(app));
    if (!decision.allowed)
      throw notAllowed('You may not run this app.', decision.rule);
    const [problem] = await this.#appService.problems(app);
    if (problem)
      throw new StoreError({
        status: 409,
        code: problem.code,
        message: `The app cannot be run: ${problem.message}`,
        owner: problem.owner,
        remedy: problem.remedy,
      });
    const id = randomUUID();
    const now = new Date();
    const timeoutSeconds =
      app.manifest.instanceTimeoutSeconds ??
      this.#config.instanceTimeoutSeconds;
    const record: Omit<InstanceRecord, 'slot'> = {
      id,
      appId,
      ownerRef: actor.userEntityRef,
      visibility: options.visibility,
      desired: 'running',
      cluster: 'default',
      namespace: this.#config.kubernetes.namespace,
      objects: await this.#render(id, app, actor.userEntityRef),
      status: 'PENDING',
      stage: 'accepted',
      stages: { accepted: now.toISOString() },
      restartCount: 0,
      timeoutSeconds,
      suspendAfter: deadline(now, timeoutSeconds),
      launch: 1,
      createdAt: now.toISOString(),
      updatedAt: now.toISOString(),
    };
    if (!(await this.#instances.insert(record, this.#limit(actor))))
      throw this.#overQuota(actor);
    this.#changed(id);
    return this.#present(actor, record, app);
  }

  async #render(instanceId: string, app: AppRecord, ownerRef: string) {
    const secretIds: Record<string, string> = {};
    for (const entry of [...app.manifest.env, ...app.manifest.files]) {
      // A secret is its app owner's, not the one's who starts it (specification 6.6).
      const secret =
        entry.secret &&
        (await this.#secrets.resolve(app.ownerRef, entry.secret));
      if (secret) secretIds[entry.secret!] = secret.id;
    }
    return buildInstanceObjects({
      installation: this.#installation,
      instanceId,
      appId: app.id,
      ownerRef,
      namespace: this.#config.kubernetes.namespace,
      manifest: app.manifest,
      contentDigest: app.contentDigest,
      runtime: this.#runtimes.find(app.manifest)!,
      resources: this.#config.resources,
      startTimeoutSeconds: this.#config.startTimeoutSeconds,
      storeUrl: this.#storeUrl,
      environmentUrl: this.#config.portalUrl.origin,
      gatewayNamespace: this.#config.kubernetes.gatewayNamespace,
      extraEnv: this.#config.extraEnv,
      npmRegistry: this.#config.npmRegistry,
      pypiIndex: this.#config.pypiIndex,
      install: {
        timeoutSeconds: this.#config.installTimeoutSeconds,
        limitBytes: this.#config.limits.environmentBytes,
      },
      secretIds,
    });
  }

  #facts(record: InstanceRecord, app: AppRecord): InstanceFacts {
    return {
      ownerRef: record.ownerRef,
      visibility: record.visibility,
      app: appFacts(app),
    };
  }

  /** An instance that the actor sees, with its app; 404 otherwise. */
  async #find(
    actor: Actor,
    id: string,
  ): Promise<{ record: InstanceRecord; app: AppRecord }> {
    const record = isUuid(id) ? await this.#instances.get(id) : undefined;
    const app = record && (await this.#apps.get(record.appId));
    if (
      !record ||
      !app ||
      !decideInstance(actor, 'see', this.#facts(record, app)).allowed
    )
      throw notFound('instance', id);
    return { record, app };
  }

  async #allowed(
    actor: Actor,
    id: string,
    action: InstanceAction,
    message: string,
  ): Promise<{ record: InstanceRecord; app: AppRecord }> {
    const found = await this.#find(actor, id);
    const decision = decideInstance(
      actor,
      action,
      this.#facts(found.record, found.app),
    );
    if (!decision.allowed) throw notAllowed(message, decision.rule);
    return found;
  }

  async get(actor: Actor, id: string): Promise<AppInstance> {
    const { record, app } = await this.#find(actor, id);
    return this.#present(actor, record, app);
  }

  async list(
    actor: Actor,
    query: { appId?: string; all?: boolean },
  ): Promise<AppInstance[]> {
    const records = await this.#instances.list(actor, query);
    const apps = new Map(
      (await this.#apps.getMany(records.map(record => record.appId))).map(
        app => [app.id, app],
      ),
    );
    return records.flatMap(record => {
      const app = apps.get(record.appId);
      return app ? [this.#present(actor, record, app)] : [];
    });
  }

  async suspend(actor: Actor, id: string): Promise<AppInstance> {
    await this.#allowed(
      actor,
      id,
      'suspend',
      'You may not suspend this instance.',
    );
    const done = await this.#instances.change(
      id,
      { desired: ['running'] },
      this.#suspension(),
    );
    if (done) this.#changed(id);
    return this.#afterwards(actor, id);
  }

  /** The instance after a change; 409 where it is being terminated, so that nothing was changed. */
  async #afterwards(actor: Actor, id: string): Promise<AppInstance> {
    const { record, app } = await this.#find(actor, id);
    if (record.desired === 'terminated')
      throw new StoreError({
        status: 409,
        code: 'TERMINATING',
        message: 'The instance is being terminated.',
        owner: 'you',
        remedy: 'Start a new one.',
      });
    return this.#present(actor, record, app);
  }

  /** The change that suspends. */
  #suspension(): Partial<InstanceRecord> {
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

  /** Suspends what has run for as long as it may. */
  async suspendOverdue(now: Date): Promise<number> {
    const ids = await this.#instances.listOverdue(now.toISOString());
    for (const id of ids) {
      const done = await this.#instances.suspendIfOverdue(
        id,
        now.toISOString(),
        this.#suspension(),
      );
      if (done) this.#changed(id);
    }
    return ids.length;
  }

  async resume(actor: Actor, id: string): Promise<AppInstance> {
    const { record } = await this.#allowed(
      actor,
      id,
      'suspend',
      'You may not resume this instance.',
    );
    const now = new Date();
    const ownerLimit =
      record.ownerRef === actor.userEntityRef
        ? this.#limit(actor)
        : this.#config.limits.instances;
    const result = await this.#instances.resume(
      id,
      record.ownerRef,
      ownerLimit,
      {
        desired: 'running',
        launch: record.launch + 1,
        status: 'PENDING',
        stage: 'accepted',
        stages: { accepted: now.toISOString() },
        restartCount: 0,
        problem: undefined,
        suspendAfter: deadline(now, record.timeoutSeconds),
        updatedAt: now.toISOString(),
      },
    );
    if (result === 'quota') throw this.#overQuota(actor);
    if (result === 'done') this.#changed(id);
    return this.#afterwards(actor, id);
  }

  async terminate(actor: Actor, id: string): Promise<void> {
    await this.#allowed(
      actor,
      id,
      'terminate',
      'You may not terminate this instance.',
    );
    const done = await this.#instances.change(
      id,
      { desired: ['running', 'suspended'] },
      {
        desired: 'terminated',
        slot: undefined,
        endpoint: undefined,
        suspendAfter: undefined,
        stage: undefined,
        updatedAt: new Date().toISOString(),
      },
    );
    if (done) this.#changed(id);
  }

  async update(
    actor: Actor,
    id: string,
    change: { visibility: Visibility },
  ): Promise<AppInstance> {
    await this.#allowed(
      actor,
      id,
      'update',
      'You may not change this instance.',
    );
    await this.#instances.change(
      id,
      { desired: ['running', 'suspended'] },
      { visibility: change.visibility, updatedAt: new Date().toISOString() },
    );
    this.#changed(id);
    return this.#afterwards(actor, id);
  }

  async events(actor: Actor, id: string): Promise<InstanceEvent[]> {
    const { record } = await this.#allowed(
      actor,
      id,
      'status',
      'You may not see the events of this instance.',
    );
    return this.#cluster.events(record);
  }

  /** The output of an instance's container, as it comes. */
  async logs(
    actor: Actor,
    id: string,
    query: LogQuery,
  ): Promise<IncomingMessage> {
    const { record } = await this.#allowed(
      actor,
      id,
      'logs',
      'You may not read the log of this instance.',
    );
    return this.#cluster.logs(record, query);
  }

  /** Who may open an instance; for the gateway. Undefined where there is no such instance. */
  async admission(
    actor: Actor | undefined,
    id: string,
  ): Promise<Decision | undefined> {
    const record = isUuid(id) ? await this.#instances.get(id) : undefined;
    const app = record && (await this.#apps.get(record.appId));
    if (!record || !app) return undefined;
    const facts = this.#facts(record, app);
    return actor
      ? decideInstance(actor, 'open', facts)
      : decideAnonymous(facts);
  }

  /** The app and the image of an instance whose init container asks for its bundle. */
  async launchOf(
    id: string,
  ): Promise<{ app: AppRecord; image: string } | undefined> {
    const record = isUuid(id) ? await this.#instances.get(id) : undefined;
    const app = record && (await this.#apps.get(record.appId));
    if (!app) return undefined;
    const { spec } = record.objects.workload.spec!.template;
    return { app, image: spec!.initContainers?.[0]?.image ?? '' };
  }

  url(id: string): string {
    const { protocol, hostname, port } = this.#config.appsUrl;
    return `${protocol}//${id}.${hostname}${port ? `:${port}` : ''}/`;
  }

  #present(actor: Actor, record: InstanceRecord, app: AppRecord): AppInstance {
    const facts = this.#facts(record, app);
    const may = (action: InstanceAction) =>
      decideInstance(actor, action, facts).allowed;
    const ending = record.desired === 'terminated';
    const ownOrStatus = may('status');
    return {
      id: record.id,
      appId: record.appId,
      appName: app.name,
      appVersion: app.version,
      appTitle: app.manifest.title,
      ...(app.icon
        ? { appIcon: `/apps/${app.id}/icon?v=${app.icon.slice(0, 12)}` }
        : {}),
      ...(actor.fullAccess ||
      actor.admin ||
      record.ownerRef === actor.userEntityRef
        ? { owner: record.ownerRef }
        : {}),
      visibility: record.visibility,
      status: record.status,
      stage: record.stage,
      stages: record.stages,
      problem:
        record.problem &&
        (ownOrStatus
          ? {
              ...record.problem,
              detail: may('logs') ? record.problem.detail : undefined,
            }
          : undefined),
      restartCount: record.restartCount,
      url: this.url(record.id),
      suspendAfter: record.suspendAfter,
      terminating: ending,
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
      can: {
        open: may('open') && !ending,
        logs: may('logs'),
        status: ownOrStatus,
        suspend: may('suspend') && record.desired === 'running',
        resume: may('suspend') && record.desired === 'suspended',
        terminate: may('terminate') && !ending,
        update: may('update') && !ending,
      },
    };
  }
}

function deadline(from: Date, seconds: number): string | undefined {
  return seconds < 0
    ? undefined
    : new Date(from.getTime() + seconds * 1000).toISOString();
}
