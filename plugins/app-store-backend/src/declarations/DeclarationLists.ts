/**
 * Which declarations somebody may read. A declaration says owners and tags, so visitors read none.
 */
import {
  DECLARATION_KINDS,
  type DeclarationKind,
  type DeclarationQuery,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { isUuid } from '../database/isUuid';
import {
  readPage,
  whereWords,
  type PageRequest,
  type RecordPage,
} from '../database/paging';
import type { Actor, Policy } from '../policy';
import {
  CATALOG_SOURCE,
  DECLARATIONS,
  RESOURCES,
  type DeclarationRecord,
  type DeclarationRow,
} from './declarationRows';

/** Lists declarations. */
export class DeclarationLists {
  readonly #knex: Knex;
  readonly #policy: Policy;

  constructor(knex: Knex, policy: Policy) {
    this.#knex = knex;
    this.#policy = policy;
  }

  #rows(): Knex.QueryBuilder {
    return this.#knex<DeclarationRow>('declarations');
  }

  /**
   * Restricts a query to what somebody may read: what is their own or acts for them; what declares
   * something that they see; and, with full access, proposals, which anybody with the rights may
   * accept, but for secrets. Visitors read none: a declaration says owners and tags.
   */
  #readable(actor: Actor, query: Knex.QueryBuilder): void {
    if (actor.admin) return;
    const own = actor.userEntityRef;
    query.where(where => {
      where.whereRaw('1 = 0');
      if (!actor.fullAccess) return;
      where
        .orWhere('declarations.owner_ref', own)
        .orWhere('declarations.accepted_by', own)
        .orWhere(proposals =>
          proposals
            .where('declarations.source', CATALOG_SOURCE)
            .where('declarations.state', 'PROPOSED')
            .whereNot('declarations.kind', 'AppSecret'),
        );
      // A policy may hide a part of what a declaration says, such as the owner.
      if (this.#policy.overlaid) return;
      for (const kind of DECLARATION_KINDS)
        where.orWhere(declared =>
          declared
            .where('declarations.source', CATALOG_SOURCE)
            .where('declarations.kind', kind)
            .whereExists(this.#seen(actor, kind)),
        );
    });
  }

  /** What is declared, where somebody sees it in the store. */
  #seen(actor: Actor, kind: DeclarationKind): Knex.QueryBuilder {
    const table = RESOURCES[kind];
    const query = this.#knex(table)
      .select(this.#knex.raw('1'))
      .whereRaw('?? = ??', [`${table}.id`, 'declarations.resource_id']);
    const may = (what: 'app' | 'tag' | 'instance' | 'secret' | 'alias') =>
      query.where(where => this.#policy.filter(what, 'read', actor, where));
    switch (kind) {
      case 'App':
        return may('app');
      case 'AppTag':
        return may('tag');
      case 'AppSecret':
        return may('secret');
      case 'AppInstance':
        query.join('apps', 'apps.id', 'instances.app_id');
        return may('instance');
      default:
        query.leftJoin('instances', 'instances.id', 'aliases.instance_id');
        return may('alias');
    }
  }

  /** Refs of the catalog's declarations that somebody may read. */
  async refsFor(actor: Actor): Promise<string[]> {
    return this.#rows()
      .where({ source: CATALOG_SOURCE })
      .where(where => this.#readable(actor, where))
      .orderBy('entity_ref')
      .pluck('entity_ref');
  }

  /** One that somebody may read. */
  async read(actor: Actor, id: string): Promise<DeclarationRecord | undefined> {
    if (!isUuid(id)) return undefined;
    const row = await this.#rows()
      .where('declarations.id', id)
      .where(where => this.#readable(actor, where))
      .first();
    return row && DECLARATIONS.read(row);
  }

  /** One page of those that somebody may read. */
  async list(
    actor: Actor,
    query: PageRequest & {
      state?: DeclarationQuery['state'];
      kind?: DeclarationKind;
      entityRef?: string;
      ownerRef?: string;
      search?: string;
    },
  ): Promise<RecordPage<DeclarationRecord>> {
    const select = this.#rows().where(where => this.#readable(actor, where));
    if (query.state === 'UNREADABLE')
      select.whereNotNull('declarations.unreadable');
    else if (query.state)
      select
        .where('declarations.state', query.state)
        .whereNull('declarations.unreadable');
    if (query.kind) select.where('declarations.kind', query.kind);
    if (query.entityRef)
      select
        .where('declarations.source', CATALOG_SOURCE)
        .where('declarations.entity_ref', query.entityRef);
    if (query.ownerRef) select.where('declarations.owner_ref', query.ownerRef);
    whereWords(select, 'declarations.entity_ref', query.search);
    const { items, nextCursor } = await readPage<DeclarationRow>(
      select,
      query,
      {
        name: 'ref',
        column: 'declarations.entity_ref',
        idColumn: 'declarations.id',
        order: 'asc',
      },
      row => row.entity_ref,
    );
    return { items: items.map(DECLARATIONS.read), nextCursor };
  }
}
