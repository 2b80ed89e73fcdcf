/** Aliases as people see them: who sees which, and what they led to. */
import {
  appOrigin,
  type AliasChange,
  type AppAlias,
  type Page,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { AliasHistory } from './AliasHistory';
import type { AliasNames } from './AliasNames';
import type { AliasRepository } from './AliasRepository';
import { aliasFacts, type AliasRecord } from './aliasRows';
import { withoutAdmin, type AliasAction, type Policy } from '../policy';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { notFound } from '../errors/StoreError';

/** What the service stands on. */
export interface AliasServiceOptions {
  policy: Policy;
  audit: Audit;
  aliases: AliasRepository;
  history: AliasHistory;
  names: AliasNames;
  appsUrl: URL;
}

/** Lists and shows aliases, and what they led to. */
export class AliasService {
  readonly #o: AliasServiceOptions;

  constructor(options: AliasServiceOptions) {
    this.#o = options;
  }

  #may(caller: Caller, action: AliasAction, alias: AliasRecord): boolean {
    return this.#o.policy.decide('alias', action, caller, aliasFacts(alias))
      .allowed;
  }

  /** An alias as the caller sees it. */
  present(caller: Caller, alias: AliasRecord): AppAlias {
    const may = (action: AliasAction) => this.#may(caller, action, alias);
    return {
      id: alias.id,
      name: alias.name,
      url: `${appOrigin(alias.name, this.#o.appsUrl)}/`,
      served: this.#o.aliases.isServed(alias.name),
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
      await this.#o.audit.assertAllowed(
        caller,
        'alias:list',
        this.#o.policy.decide('platform', 'list_all', caller, undefined),
        'Only admins can list all aliases.',
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
      await this.#o.audit.assertAllowed(
        caller,
        'alias:list',
        this.#o.policy.decide('alias', 'create', caller, {
          name: '',
          creatorRef: caller.userEntityRef,
        }),
        'Visitors have no aliases.',
      );
    return {
      items: items.map(alias => this.present(caller, alias)),
      nextCursor,
    };
  }

  /**
   * An alias with which the caller may do something.
   *
   * @throws StoreError 404 where it is not there or not to be seen, 403 otherwise
   */
  async require(
    caller: Caller,
    idOrName: string,
    action: AliasAction,
    context: AuditContext,
    message = 'You are not allowed to change this alias.',
  ): Promise<AliasRecord> {
    const alias = await this.#o.aliases.find(idOrName);
    if (!alias) throw notFound('alias', idOrName);
    context.about(alias);
    const decision = context.decided(
      this.#o.policy.decide('alias', action, caller, aliasFacts(alias)),
    );
    if (!decision.allowed && !this.#may(caller, 'read', alias))
      throw notFound('alias', idOrName);
    context.assertAllowed(decision, message);
    return alias;
  }

  async get(caller: Caller, idOrName: string): Promise<AppAlias> {
    const alias = await this.#o.audit.look(
      caller,
      'alias:read',
      undefined,
      context => this.require(caller, idOrName, 'read', context),
    );
    return this.present(caller, alias);
  }

  /** One that is there, or, for admins, one that was deleted. */
  async #past(
    caller: Caller,
    idOrName: string,
    context: AuditContext,
  ): Promise<{ id: string }> {
    const { aliases, history, policy } = this.#o;
    const deleted =
      !(await aliases.find(idOrName)) && (await history.findDeleted(idOrName));
    if (!deleted) return this.require(caller, idOrName, 'read', context);
    context.about(deleted);
    const decision = context.decided(
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
      context => this.#past(caller, idOrName, context),
    );
    const { items, nextCursor } = await this.#o.history.list(alias.id, {
      limit: page.limit ?? 50,
      cursor: page.cursor,
    });
    const rest = await this.#o.names.restOf(alias.id);
    return {
      nextCursor,
      items: items.map(({ id, action, at, actorRef, instanceId, primary }) => ({
        id,
        action,
        at,
        by: actorRef,
        instanceId,
        primary,
        restsUntil: id === rest?.changeId ? rest.until : undefined,
      })),
    };
  }
}
