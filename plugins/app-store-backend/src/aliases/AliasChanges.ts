/** Makes, moves and deletes aliases. */
import { isDatabaseConflictError } from '@backstage/backend-plugin-api';
import type {
  AliasChange,
  AppAlias,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { notFound, stale, StoreError } from '../errors/StoreError';
import type { InstanceService } from '../instances/InstanceService';
import type { Policy } from '../policy';
import type { AliasHistory } from './AliasHistory';
import { nameTaken, type AliasNames } from './AliasNames';
import type { AliasRepository } from './AliasRepository';
import type { AliasRecord } from './aliasRows';
import type { AliasService } from './AliasService';
import { UNASSIGNED, type AliasTarget, type ChangedBy } from './moveAlias';

/** What the service stands on. */
export interface AliasChangesOptions {
  policy: Policy;
  audit: Audit;
  service: AliasService;
  aliases: AliasRepository;
  history: AliasHistory;
  names: AliasNames;
  instances: InstanceService;
}

function changedBy(caller: Caller): ChangedBy {
  return { actorRef: caller.userEntityRef, at: new Date().toISOString() };
}

/** Makes, moves and deletes aliases. */
export class AliasChanges {
  readonly #o: AliasChangesOptions;

  constructor(options: AliasChangesOptions) {
    this.#o = options;
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
    return this.#o.audit.run(
      caller,
      'alias:create',
      undefined,
      async context => {
        const { name, instanceId, primary = false } = alias;
        context.resourceName = name;
        context.detail = { instanceId, primary };
        const creatorRef = caller.userEntityRef;
        context.assertAllowed(
          this.#o.policy.decide('alias', 'create', caller, {
            name,
            creatorRef,
          }),
          'Visitors have no aliases.',
        );
        this.#o.names.assert(name);
        if (instanceId) await this.#target(caller, instanceId, context);
        const id = randomUUID();
        context.about({ id, name });
        const result = await this.#o.aliases
          .insert(
            { id, name, creatorRef },
            { instanceId, primary: primary && Boolean(instanceId) },
            changedBy(caller),
            this.#o.names.restSince(),
          )
          .catch(error => {
            if (isDatabaseConflictError(error)) return 'taken' as const;
            throw error;
          });
        if (result === 'gone') throw notFound('instance', instanceId!);
        if (result === 'taken') throw nameTaken(name);
        if (result !== 'done') throw this.#o.names.refusal(result.resting);
        return this.#afterwards(caller, { id, name });
      },
    );
  }

  /** The instance that an alias is to lead to: the caller's own, or any for an admin. */
  async #target(
    caller: Caller,
    instanceId: string,
    context: AuditContext,
  ): Promise<void> {
    const { resourceId, resourceName } = context;
    await this.#o.instances.require(caller, instanceId, 'alias', context);
    context.resourceId = resourceId;
    context.resourceName = resourceName;
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
      changedBy(caller),
      revision,
    );
    if (result === 'gone') throw notFound('instance', to.instanceId!);
    if (result === 'stale') throw stale('alias');
    return this.#afterwards(caller, alias);
  }

  /** Read again: its instance, which lies in other tables, says what may be done with it. */
  async #afterwards(
    caller: Caller,
    { id, name }: { id: string; name: string },
  ): Promise<AppAlias> {
    const alias = await this.#o.aliases.find(id);
    if (!alias) throw notFound('alias', name);
    return this.#o.service.present(caller, alias);
  }

  /** Leads an alias to an instance; not its primary alias unless said so (specification 2.6). */
  async assign(
    caller: Caller,
    idOrName: string,
    to: { instanceId: string; primary?: boolean },
    revision?: number,
  ): Promise<AppAlias> {
    return this.#o.audit.run(
      caller,
      'alias:assign',
      undefined,
      async context => {
        context.detail = { ...to };
        const alias = await this.#o.service.require(
          caller,
          idOrName,
          'assign',
          context,
        );
        context.detail.from = alias.instanceId;
        await this.#target(caller, to.instanceId, context);
        return this.#move(
          caller,
          alias,
          'assigned',
          { instanceId: to.instanceId, primary: to.primary ?? false },
          revision,
        );
      },
    );
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
      async context => {
        const alias = await this.#o.service.require(
          caller,
          idOrName,
          'unassign',
          context,
        );
        context.detail = { from: alias.instanceId };
        if (!alias.instanceId) return this.#o.service.present(caller, alias);
        return this.#move(
          caller,
          alias,
          'unassigned',
          UNASSIGNED,
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
      async context => {
        const alias = await this.#o.service.require(
          caller,
          idOrName,
          'promote',
          context,
          'Only the owner of the instance and admins can choose its address.',
        );
        if (!alias.instanceId)
          throw new StoreError({
            status: 409,
            code: 'ALIAS_UNASSIGNED',
            message:
              'The alias is not assigned to an instance, so it cannot be primary.',
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
    return this.#o.audit.run(
      caller,
      'alias:delete',
      undefined,
      async context => {
        const alias = await this.#o.service.require(
          caller,
          idOrName,
          'delete',
          context,
        );
        context.detail = { from: alias.instanceId };
        const done = await this.#o.aliases.delete(alias.id, changedBy(caller));
        if (!done) throw notFound('alias', idOrName);
      },
    );
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
    return this.#o.audit.run(caller, 'alias:undo', undefined, async context => {
      const alias = await this.#o.service.require(
        caller,
        idOrName,
        'assign',
        context,
      );
      if (revision !== undefined && revision !== alias.revision)
        throw stale('alias');
      const last = await this.#o.history.lastChange(alias.id);
      if (!last || last.action === 'created')
        throw new StoreError({
          status: 409,
          code: 'NOTHING_TO_UNDO',
          message: 'The alias has no change to undo.',
          owner: 'you',
          remedy: 'Nothing to do. If you do not need the alias, delete it.',
        });
      const target = last.instanceBefore;
      context.detail = { undone: last.action, instanceId: target };
      if (target) await this.#target(caller, target, context);
      return this.#move(
        caller,
        alias,
        target ? 'assigned' : 'unassigned',
        {
          instanceId: target,
          primary: last.primaryBefore && Boolean(target),
        },
        revision ?? alias.revision,
      );
    });
  }
}
