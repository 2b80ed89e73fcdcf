/** Instances as people see them: who sees which, and what they are shown. */
import type {
  AppInstance,
  InstanceEvent,
  InstanceQuery,
  LogQuery,
  Page,
  PodStatus,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Readable } from 'node:stream';
import type { LastLogs } from './lastLogs/LastLogs';
import type { AliasRepository } from '../aliases/AliasRepository';
import type { AppRecord, AppRepository } from '../apps/AppRepository';
import type { InstanceRecord, InstanceRepository } from './InstanceRepository';
import {
  ANONYMOUS,
  withoutAdmin,
  type Actor,
  type Decision,
  type InstanceAction,
  type Policy,
} from '../policy';
import type { InstanceCluster } from '../kubernetes/InstanceCluster';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { instanceFacts, type InstancePresenter } from './presentInstance';
import { notFound } from '../errors/StoreError';

/** What the service stands on. */
export interface InstanceServiceOptions {
  policy: Policy;
  audit: Audit;
  apps: AppRepository;
  instances: InstanceRepository;
  aliases: AliasRepository;
  presenter: InstancePresenter;
  cluster: InstanceCluster;
  lastLogs: Pick<LastLogs, 'find'>;
}

/** An instance and its app. */
export interface FoundInstance {
  record: InstanceRecord;
  app: AppRecord;
}

/** What somebody is told whom the rules refuse. */
const REFUSALS: Record<InstanceAction, string> = {
  read: 'You are not allowed to see this instance.',
  open: 'You are not allowed to open this instance.',
  read_owner: 'You are not allowed to see the owner of this instance.',
  read_status: 'You are not allowed to see the status of this instance.',
  view_log: 'You are not allowed to read the log of this instance.',
  update: 'You are not allowed to change this instance.',
  suspend: 'You are not allowed to suspend this instance.',
  resume: 'You are not allowed to resume this instance.',
  extend: 'You are not allowed to extend this instance.',
  terminate: 'You are not allowed to terminate this instance.',
  restore: 'You are not allowed to restore this instance.',
  alias: 'You can assign aliases only to your own instances.',
  redeploy: 'Only admins can redeploy an instance.',
  disable_autosuspend: 'Only admins can disable auto-suspend for an instance.',
};

/** Lists and shows instances, their status, events and logs. */
export class InstanceService {
  readonly #o: InstanceServiceOptions;

  constructor(options: InstanceServiceOptions) {
    this.#o = options;
  }

  #decide(
    caller: Actor,
    action: InstanceAction,
    found: FoundInstance,
  ): Decision {
    return this.#o.policy.decide(
      'instance',
      action,
      caller,
      instanceFacts(found.record, found.app),
    );
  }

  async #load(id: string): Promise<FoundInstance | undefined> {
    const record = await this.#o.instances.get(id);
    const app = record && (await this.#o.apps.get(record.appId));
    return app && { record, app };
  }

  /** An instance that the caller sees, with its app; 404 otherwise. */
  async find(caller: Caller, id: string): Promise<FoundInstance> {
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
    context: AuditContext,
  ): Promise<FoundInstance> {
    const found = await this.#load(id);
    if (!found) throw notFound('instance', id);
    context.about({ id, name: found.app.manifest.title });
    const decision = context.decided(this.#decide(caller, action, found));
    if (!decision.allowed && !this.#decide(caller, 'read', found).allowed)
      throw notFound('instance', id);
    context.assertAllowed(decision, REFUSALS[action]);
    return found;
  }

  /** Instances as the caller sees them. */
  async present(
    caller: Caller,
    found: FoundInstance[],
  ): Promise<AppInstance[]> {
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
    const found = await this.#o.audit.look(
      caller,
      'instance:read',
      id,
      context => this.require(caller, id, 'read', context),
    );
    const [instance] = await this.present(caller, [found]);
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
      await this.#o.audit.assertAllowed(
        caller,
        'instance:list_all',
        this.#o.policy.decide('platform', 'list_all', caller, undefined),
        'Only admins can list all instances.',
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
      items: await this.present(
        caller,
        items.flatMap(record => {
          const app = apps.get(record.appId);
          return app ? [{ record, app }] : [];
        }),
      ),
      nextCursor,
    };
  }

  /** An instance that the caller may look into. @throws StoreError 404 or 403 */
  async lookInto(
    caller: Caller,
    id: string,
    action: 'read_status' | 'view_log',
  ): Promise<FoundInstance> {
    return this.#o.audit.look(caller, `instance:${action}`, id, context =>
      this.require(caller, id, action, context),
    );
  }

  /** @throws StoreError 404 or 403 for whoever may not, or no longer, read the log */
  async assertMayReadLog(caller: Caller, id: string): Promise<void> {
    await this.lookInto(caller, id, 'view_log');
  }

  async status(caller: Caller, id: string): Promise<PodStatus> {
    const { record } = await this.lookInto(caller, id, 'read_status');
    return this.#o.cluster.output.status(record);
  }

  async events(caller: Caller, id: string): Promise<InstanceEvent[]> {
    const { record } = await this.lookInto(caller, id, 'read_status');
    return this.#o.cluster.output.events(record);
  }

  /**
   * The output of an instance's container, as it comes; of a terminated one what it wrote last.
   *
   * @returns with `endedAt` where it is what is kept of an instance that is no more
   */
  async logs(
    caller: Caller,
    id: string,
    query: LogQuery,
  ): Promise<{ text: Readable; endedAt?: string }> {
    const found = await this.#load(id);
    const hasEnded = !found || found.record.desired === 'released';
    const kept = hasEnded
      ? await this.#o.lastLogs.find(caller, id, query.container)
      : undefined;
    if (kept) return kept;
    const { record } = await this.lookInto(caller, id, 'view_log');
    return { text: await this.#o.cluster.output.logs(record, query) };
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
    const objects = await this.#o.instances.objectsOf(id);
    const [init] = objects?.workload.spec!.template.spec!.initContainers ?? [];
    return { app: found.app, image: init?.image ?? '' };
  }
}
