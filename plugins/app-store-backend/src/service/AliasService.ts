/** Aliases: every rule about them is applied here. */
import { isDatabaseConflictError } from '@backstage/backend-plugin-api';
import {
  aliasNameProblem,
  type AliasChange,
  type AppAlias,
  type Page,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import {
  aliasFacts,
  type AliasRecord,
  type AliasRepository,
  type Inserted,
  type RestingName,
} from '../database/AliasRepository';
import { isUuid } from '../database/AppRepository';
import type { AliasTarget } from '../database/aliasHistory';
import type { AliasAction, Decision, Policy } from '../policy';
import { withoutAdmin } from '../policy';
import type { Audit, Trail } from './Audit';
import type { Caller } from './Caller';
import type { ChangeFeed } from './ChangeFeed';
import type { InstanceService } from './instances/InstanceService';
import { notAllowed, notFound, stale, StoreError } from './StoreError';

/** What the service stands on. */
export interface AliasServiceOptions {
  policy: Policy;
  audit: Audit;
  aliases: AliasRepository;
  instances: InstanceService;
  appsUrl: URL;
  /** Names that nobody may have. */
  reserved: string[];
  /** How long the name of a deleted alias is its last owner's alone. */
  restSeconds: number;
  /** Told of each alias that changed. */
  feed: ChangeFeed;
  /** Told of each instance whose address may have changed. */
  instanceFeed: ChangeFeed;
}

function taken(name: string): StoreError {
  return new StoreError({
    status: 409,
    code: 'ALIAS_EXISTS',
    message: `The alias ${name} is taken.`,
    owner: 'you',
    remedy: 'Choose another name.',
  });
}

/** See the module's comment. */
export class AliasService {
  readonly #o: AliasServiceOptions;

  constructor(options: AliasServiceOptions) {
    this.#o = options;
  }

  #may(caller: Caller, action: AliasAction, alias: AliasRecord): boolean {
    return this.#o.policy.decide('alias', action, caller, aliasFacts(alias))
      .allowed;
  }

  #present(caller: Caller, alias: AliasRecord): AppAlias {
    const { protocol, hostname, port } = this.#o.appsUrl;
    const may = (action: AliasAction) => this.#may(caller, action, alias);
    return {
      id: alias.id,
      name: alias.name,
      url: `${protocol}//${alias.name}.${hostname}${port ? `:${port}` : ''}/`,
      instanceId: alias.instanceId,
      instanceTitle: alias.instanceTitle,
      primary: alias.primary,
      creator: alias.creatorRef,
      createdAt: alias.createdAt,
      updatedAt: alias.updatedAt,
      revision: alias.revision,
      can: {
        assign: may('assign'),
        unassign: may('unassign') && Boolean(alias.instanceId),
        promote: may('promote') && Boolean(alias.instanceId) && !alias.primary,
        delete: may('delete'),
        undo: may('assign') && alias.revision > 1,
      },
    };
  }

  /** One page of aliases. @throws StoreError 403 for visitors, and for `scope: all` of anybody but an admin */
  async list(
    caller: Caller,
    query: {
      scope?: 'mine' | 'visible' | 'all';
      instanceId?: string;
      search?: string;
      limit?: number;
      cursor?: string;
    },
  ): Promise<Page<AppAlias>> {
    const { scope = 'visible', limit = 50, ...rest } = query;
    if (scope === 'all')
      await this.#assertMay(
        caller,
        trail =>
          trail.decided(
            this.#o.policy.decide('platform', 'list_all', caller, undefined),
          ),
        'Only admins list all aliases.',
      );
    const { items, nextCursor } = await this.#o.aliases.list(
      scope === 'all' ? caller : withoutAdmin(caller),
      {
        ...rest,
        limit,
        creatorRef: scope === 'mine' ? caller.userEntityRef : undefined,
      },
    );
    if (!items.length)
      await this.#assertMay(
        caller,
        trail =>
          trail.decided(
            this.#o.policy.decide('alias', 'create', caller, {
              name: '',
              creatorRef: caller.userEntityRef,
            }),
          ),
        'Visitors have no aliases.',
      );
    return {
      items: items.map(alias => this.#present(caller, alias)),
      nextCursor,
    };
  }

  async #assertMay(
    caller: Caller,
    decide: (trail: Trail) => Decision,
    message: string,
  ): Promise<void> {
    await this.#o.audit.look(caller, 'alias:list', undefined, async trail => {
      const decision = decide(trail);
      if (!decision.allowed) throw notAllowed(message, decision);
    });
  }

  async #require(
    caller: Caller,
    idOrName: string,
    action: AliasAction,
    trail: Trail,
    message = 'You may not change this alias.',
  ): Promise<AliasRecord> {
    const alias = await this.#o.aliases.find(idOrName);
    if (!alias) throw notFound('alias', idOrName);
    trail.about(alias);
    const decision = trail.decided(
      this.#o.policy.decide('alias', action, caller, aliasFacts(alias)),
    );
    if (decision.allowed) return alias;
    if (!this.#may(caller, 'read', alias)) throw notFound('alias', idOrName);
    throw notAllowed(message, decision);
  }

  async get(caller: Caller, idOrName: string): Promise<AppAlias> {
    const alias = await this.#o.audit.look(
      caller,
      'alias:read',
      undefined,
      trail => this.#require(caller, idOrName, 'read', trail),
    );
    return this.#present(caller, alias);
  }

  /**
   * Makes an alias. `primary` counts only where it leads somewhere (specification 13, no. 4).
   *
   * @throws StoreError 400 for a name that does not do, 403, 404 for the instance, 409 where the name is taken
   */
  async create(
    caller: Caller,
    alias: { name: string; instanceId?: string; primary?: boolean },
  ): Promise<AppAlias> {
    return this.#o.audit.run(caller, 'alias:create', undefined, async trail => {
      const { name, instanceId, primary = false } = alias;
      trail.resourceName = name;
      trail.detail = { instanceId, primary };
      const decision = trail.decided(
        this.#o.policy.decide('alias', 'create', caller, {
          name,
          creatorRef: caller.userEntityRef,
        }),
      );
      if (!decision.allowed)
        throw notAllowed('Visitors have no aliases.', decision);
      this.#assertName(name);
      if (instanceId) await this.#target(caller, instanceId, trail);
      const id = randomUUID();
      trail.about({ id, name });
      const inserted = await this.#insert(caller, id, name, {
        instanceId: instanceId ?? null,
        primary: primary && Boolean(instanceId),
      });
      if ('changed' in inserted) this.#tell(inserted.changed, instanceId);
      else if (inserted.refused === 'gone')
        throw notFound('instance', instanceId!);
      else if (inserted.refused === 'rests')
        throw this.#rests(inserted.resting);
      else throw taken(name);
      return this.get(caller, id);
    });
  }

  async #insert(
    caller: Caller,
    id: string,
    name: string,
    to: AliasTarget,
  ): Promise<Inserted> {
    try {
      return await this.#o.aliases.insert(
        { id, name, creatorRef: caller.userEntityRef },
        to,
        { actorRef: caller.userEntityRef, at: new Date().toISOString() },
        this.#restsSince(),
      );
    } catch (error) {
      if (!isDatabaseConflictError(error)) throw error;
      return { refused: 'taken' };
    }
  }

  /** Names of aliases that were deleted after this rest. */
  #restsSince(): string {
    return new Date(Date.now() - this.#o.restSeconds * 1000).toISOString();
  }

  #restsUntil(freedAt: string): string {
    return new Date(
      Date.parse(freedAt) + this.#o.restSeconds * 1000,
    ).toISOString();
  }

  #rests({ name, freedAt }: RestingName): StoreError {
    return new StoreError({
      status: 409,
      code: 'ALIAS_NAME_RESTS',
      message: `The alias ${name} was deleted a short time ago. Until ${this.#restsUntil(
        freedAt,
      )} only the person who had it can take the name again, because links and browsers still know it.`,
      owner: 'you',
      remedy: `Choose another name, or ask an admin to free this one (app-store admin alias free ${name}).`,
    });
  }

  #assertName(name: string): void {
    const problem = this.#nameProblem(name);
    if (problem)
      throw new StoreError({
        status: 400,
        code: 'BAD_ALIAS',
        message: `${JSON.stringify(
          name.slice(0, 80),
        )} cannot be an alias: it ${problem}.`,
        owner: 'you',
        remedy: 'Choose another name, such as my-app.',
      });
  }

  #nameProblem(name: string): string | undefined {
    if (isUuid(name)) return 'has the form of an id of an instance';
    if (this.#o.reserved.includes(name)) return 'is reserved';
    return aliasNameProblem(name);
  }

  /** The instance that an alias is to lead to: the caller's own, or any for an admin. */
  async #target(
    caller: Caller,
    instanceId: string,
    trail: Trail,
  ): Promise<void> {
    const { resourceId, resourceName } = trail;
    await this.#o.instances.require(caller, instanceId, 'alias', trail);
    trail.resourceId = resourceId;
    trail.resourceName = resourceName;
  }

  #tell(names: string[], ...instanceIds: Array<string | undefined>): void {
    names.forEach(name => this.#o.feed.changed(name));
    instanceIds.forEach(id => id && this.#o.instanceFeed.changed(id));
  }

  async #move(
    caller: Caller,
    alias: AliasRecord,
    action: AliasChange['action'],
    to: AliasTarget,
    revision: number | undefined,
  ): Promise<AppAlias> {
    const result = await this.#o.aliases.move(
      alias.id,
      action,
      to,
      { actorRef: caller.userEntityRef, at: new Date().toISOString() },
      revision,
    );
    if (result === 'gone') throw notFound('instance', to.instanceId!);
    if (result === 'stale') throw stale('alias');
    this.#tell(result, alias.instanceId, to.instanceId ?? undefined);
    const after = await this.#o.aliases.find(alias.id);
    if (!after) throw notFound('alias', alias.name);
    return this.#present(caller, after);
  }

  /** Leads an alias to an instance; not its primary alias unless said so (specification 2.6). */
  async assign(
    caller: Caller,
    idOrName: string,
    to: { instanceId: string; primary?: boolean },
    revision?: number,
  ): Promise<AppAlias> {
    return this.#o.audit.run(caller, 'alias:assign', undefined, async trail => {
      trail.detail = { ...to };
      const alias = await this.#require(caller, idOrName, 'assign', trail);
      trail.detail.from = alias.instanceId;
      await this.#target(caller, to.instanceId, trail);
      return this.#move(
        caller,
        alias,
        'assigned',
        { instanceId: to.instanceId, primary: to.primary ?? false },
        revision,
      );
    });
  }

  async unassign(
    caller: Caller,
    idOrName: string,
    revision?: number,
  ): Promise<AppAlias> {
    return this.#o.audit.run(
      caller,
      'alias:unassign',
      undefined,
      async trail => {
        const alias = await this.#require(caller, idOrName, 'unassign', trail);
        trail.detail = { from: alias.instanceId };
        if (!alias.instanceId) return this.#present(caller, alias);
        return this.#move(
          caller,
          alias,
          'unassigned',
          { instanceId: null, primary: false },
          // It may lead to another's instance by now: what was looked at is what ends.
          revision ?? alias.revision,
        );
      },
    );
  }

  /** Makes an alias the address of its instance; the one that was it is no longer. */
  async promote(
    caller: Caller,
    idOrName: string,
    revision?: number,
  ): Promise<AppAlias> {
    return this.#o.audit.run(
      caller,
      'alias:promote',
      undefined,
      async trail => {
        const alias = await this.#require(
          caller,
          idOrName,
          'promote',
          trail,
          'Only the owner of the instance and admins choose its address.',
        );
        if (!alias.instanceId)
          throw new StoreError({
            status: 409,
            code: 'ALIAS_UNASSIGNED',
            message:
              'The alias leads nowhere, so it is the address of nothing.',
            owner: 'you',
            remedy: 'Assign it to an instance first.',
          });
        return this.#move(
          caller,
          alias,
          'promoted',
          { instanceId: alias.instanceId, primary: true },
          // It may lead elsewhere by now: what was looked at is what is promoted.
          revision ?? alias.revision,
        );
      },
    );
  }

  async delete(caller: Caller, idOrName: string): Promise<void> {
    return this.#o.audit.run(caller, 'alias:delete', undefined, async trail => {
      const alias = await this.#require(caller, idOrName, 'delete', trail);
      trail.detail = { from: alias.instanceId };
      const done = await this.#o.aliases.delete(alias.id, {
        actorRef: caller.userEntityRef,
        at: new Date().toISOString(),
      });
      if (!done) throw notFound('alias', idOrName);
      this.#tell([alias.name], alias.instanceId);
    });
  }

  /**
   * Lets anybody take the name of a deleted alias before its rest is over.
   *
   * @throws StoreError 403 for everybody but admins, 409 where the name does not rest
   */
  async free(caller: Caller, idOrName: string): Promise<void> {
    return this.#o.audit.run(caller, 'alias:free', undefined, async trail => {
      const since = this.#restsSince();
      const resting = await this.#o.aliases.resting(idOrName, since);
      trail.resourceName = idOrName;
      if (resting) trail.about({ id: resting.aliasId, name: resting.name });
      const decision = trail.decided(
        this.#o.policy.decide('alias', 'free', caller, {
          name: resting?.name ?? idOrName,
          creatorRef: resting?.lastOwnerRef ?? '',
        }),
      );
      if (!decision.allowed)
        throw notAllowed('Only admins free the names of aliases.', decision);
      const done =
        resting &&
        (await this.#o.aliases.free(idOrName, since, {
          actorRef: caller.userEntityRef,
          at: new Date().toISOString(),
        }));
      if (!done)
        throw new StoreError({
          status: 409,
          code: 'ALIAS_NAME_FREE',
          message: `No deleted alias keeps the name ${idOrName} from anybody.`,
          owner: 'you',
          remedy: 'Nothing to do. Check the name if you expected another.',
        });
    });
  }

  /** One that is there, or, for admins, one that was deleted. */
  async #past(
    caller: Caller,
    idOrName: string,
    trail: Trail,
  ): Promise<{ id: string }> {
    const { aliases, policy } = this.#o;
    const deleted =
      !(await aliases.find(idOrName)) && (await aliases.findDeleted(idOrName));
    if (!deleted) return this.#require(caller, idOrName, 'read', trail);
    trail.about(deleted);
    const decision = trail.decided(
      policy.decide('platform', 'list_all', caller, undefined),
    );
    if (!decision.allowed) throw notFound('alias', idOrName);
    return deleted;
  }

  /** What an alias led to, newest first; for admins also after it was deleted. */
  async history(
    caller: Caller,
    idOrName: string,
    page: { limit?: number; cursor?: string },
  ): Promise<Page<AliasChange>> {
    const alias = await this.#o.audit.look(
      caller,
      'alias:read',
      undefined,
      trail => this.#past(caller, idOrName, trail),
    );
    const { items, nextCursor } = await this.#o.aliases.history(alias.id, {
      limit: page.limit ?? 50,
      cursor: page.cursor,
    });
    const resting = await this.#o.aliases.resting(alias.id, this.#restsSince());
    return {
      nextCursor,
      items: items.map(row => ({
        id: row.id,
        action: row.action,
        at: row.at,
        by: row.actor_ref ?? undefined,
        instanceId: row.instance_id ?? undefined,
        primary: Boolean(row.is_primary),
        restsUntil:
          row.id === resting?.changeId ? this.#restsUntil(row.at) : undefined,
      })),
    };
  }

  /**
   * Brings back what the alias was before its last change, by those who may lead it there.
   *
   * @throws StoreError 404 where that instance is no more, 409 where there is nothing to undo
   */
  async undo(
    caller: Caller,
    idOrName: string,
    revision?: number,
  ): Promise<AppAlias> {
    return this.#o.audit.run(caller, 'alias:undo', undefined, async trail => {
      const alias = await this.#require(caller, idOrName, 'assign', trail);
      if (revision !== undefined && revision !== alias.revision)
        throw stale('alias');
      const last = await this.#o.aliases.lastChange(alias.id);
      if (!last || last.action === 'created')
        throw new StoreError({
          status: 409,
          code: 'NOTHING_TO_UNDO',
          message: 'The alias was not changed since it was made.',
          owner: 'you',
          remedy: 'Nothing to do; delete it if you do not want it.',
        });
      const target = last.instance_before;
      trail.detail = { undone: last.action, instanceId: target };
      if (target) await this.#target(caller, target, trail);
      return this.#move(
        caller,
        alias,
        target ? 'assigned' : 'unassigned',
        {
          instanceId: target,
          primary: Boolean(last.primary_before) && Boolean(target),
        },
        revision ?? alias.revision,
      );
    });
  }
}
