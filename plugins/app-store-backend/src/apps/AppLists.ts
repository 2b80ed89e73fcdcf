/** Which apps somebody may read, in the database. */
import type {
  InstanceLifecycle,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import {
  readPage,
  whereWords,
  type PageOrder,
  type PageRequest,
  type RecordPage,
} from '../database/paging';
import type { Actor, Policy } from '../policy';
import type { AppRecord, AppRow } from './appRows';
import { completeApps } from './appTags';

/** Which apps to list. */
export interface AppListQuery extends PageRequest {
  search?: string;
  tag?: string;
  name?: string;
  ownerRef?: string;
  visibility?: Visibility;
  lifecycle?: InstanceLifecycle;
  runnable?: boolean;
  newest?: boolean;
  /** Liked or pinned by this person. */
  likedBy?: string;
  pinnedBy?: string;
  /** PRIVATE ones are left out: they show on their owner's own page only (specification 3.1). */
  listedOnly?: boolean;
  orderBy?: 'created' | 'updated' | 'title' | 'name';
  order?: 'asc' | 'desc';
}

const ORDERS: Record<
  NonNullable<AppListQuery['orderBy']>,
  { column: keyof AppRow; order: 'asc' | 'desc' }
> = {
  created: { column: 'created_at', order: 'desc' },
  updated: { column: 'updated_at', order: 'desc' },
  title: { column: 'sort_title', order: 'asc' },
  name: { column: 'name', order: 'asc' },
};

/** Lists of apps. */
export class AppLists {
  readonly #knex: Knex;
  readonly #policy: Policy;

  constructor(knex: Knex, policy: Policy) {
    this.#knex = knex;
    this.#policy = policy;
  }

  /** Apps that the actor may read, one page of them. */
  async list(
    actor: Actor,
    query: AppListQuery,
  ): Promise<RecordPage<AppRecord>> {
    const { orderBy = 'created' } = query;
    const { column, order } = ORDERS[orderBy];
    const select = this.#knex<AppRow>('apps').select('apps.*');
    this.#readable(actor, select, query.listedOnly);
    this.#narrow(select, query);
    if (query.newest)
      select.whereNotExists(later => {
        later
          .select(this.#knex.raw('1'))
          .from({ later: 'apps' })
          .whereRaw('later.name = apps.name')
          .whereRaw('later.version_key > apps.version_key')
          .whereIn('later.id', ids => {
            ids.select('apps.id').from('apps').whereRaw('apps.id = later.id');
            this.#readable(actor, ids, query.listedOnly);
          });
      });
    const pageOrder: PageOrder = {
      name: orderBy,
      column: `apps.${column}`,
      idColumn: 'apps.id',
      order: query.order ?? order,
    };
    const { items, nextCursor } = await readPage<AppRow>(
      select,
      query,
      pageOrder,
      row => String(row[column]),
    );
    return { items: await completeApps(this.#knex, items), nextCursor };
  }

  #readable(
    actor: Actor,
    query: Knex.QueryBuilder,
    listedOnly: boolean | undefined,
  ): void {
    query.where(where => this.#policy.filter('app', 'read', actor, where));
    if (listedOnly) query.whereNot('apps.visibility', 'PRIVATE');
  }

  #narrow(select: Knex.QueryBuilder, query: AppListQuery): void {
    if (query.name) select.where('apps.name', query.name);
    if (query.ownerRef) select.where('apps.owner_ref', query.ownerRef);
    if (query.visibility) select.where('apps.visibility', query.visibility);
    if (query.lifecycle) select.where('apps.lifecycle', query.lifecycle);
    if (query.runnable !== undefined)
      select.where('apps.runnable', query.runnable);
    whereWords(select, 'apps.search_text', query.search);
    if (query.tag)
      select.whereIn('apps.id', tagged => {
        tagged
          .select('app_tags.app_id')
          .from('app_tags')
          .join('tags', 'tags.id', 'app_tags.tag_id')
          .where('tags.name', query.tag);
      });
    for (const [column, user] of [
      ['liked', query.likedBy],
      ['pinned', query.pinnedBy],
    ] as const)
      if (user)
        select.whereIn('apps.id', preferred => {
          preferred
            .select('app_id')
            .from('app_preferences')
            .where({ user_ref: user, [column]: true });
        });
  }

  /** The newest version of each name that the actor may read, as keys of {@link versionKey}. */
  async newestOf(
    actor: Actor,
    names: string[],
    listedOnly = false,
  ): Promise<Map<string, string>> {
    if (!names.length) return new Map();
    const query = this.#knex('apps')
      .whereIn('apps.name', [...new Set(names)])
      .groupBy('apps.name')
      .select('apps.name')
      .max({ newest: 'apps.version_key' });
    this.#readable(actor, query, listedOnly);
    const rows = (await query) as Array<{ name: string; newest: string }>;
    return new Map(rows.map(row => [row.name, row.newest]));
  }
}
