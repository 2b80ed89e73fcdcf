/**
 * What the catalog may hold of apps and tags. PRIVATE apps are in no answer, whoever
 * asks.
 */
import {
  showableText,
  type CatalogApp,
  type CatalogText,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import type { Actor, Policy } from '../policy';
import { readManifest, type AppRow } from '../apps/appRows';
import {
  readPage,
  type PageRequest,
  type RecordPage,
} from '../database/paging';

/** What search finds an app by, of its long description, in characters. */
const TEXT_LIMIT = 2000;

/** Which apps the catalog may hold: all that are listed, or those that are PUBLIC. */
export type CatalogScope = 'listed' | 'public';

/** An app version as the catalog may hold it, with what not every reader may know. */
export type CatalogAppRecord = Required<Omit<CatalogApp, 'visitors'>>;

/** One version of a name. */
export interface AppIdentity {
  name: string;
  version: string;
}

/** Reads what the catalog lists. */
export class CatalogRepository {
  readonly #knex: Knex;
  readonly #policy: Policy;

  constructor(knex: Knex, policy: Policy) {
    this.#knex = knex;
    this.#policy = policy;
  }

  #apps(scope: CatalogScope): Knex.QueryBuilder {
    const query = this.#knex('apps').whereNot('apps.visibility', 'PRIVATE');
    return scope === 'public'
      ? query.where('apps.visibility', 'PUBLIC')
      : query;
  }

  /** App versions in the order of their ids. */
  async page(
    scope: CatalogScope,
    query: PageRequest & { name?: string },
  ): Promise<RecordPage<CatalogAppRecord>> {
    const select = this.#apps(scope).select('apps.*');
    if (query.name) select.where('apps.name', query.name);
    const { items, nextCursor } = await readPage<AppRow>(
      select,
      query,
      { name: 'id', column: 'apps.id', idColumn: 'apps.id', order: 'asc' },
      row => row.id,
    );
    const [newest, tags] = await Promise.all([
      this.#newest(
        scope,
        items.map(row => row.name),
      ),
      this.#tagsOf(items.map(row => row.id)),
    ]);
    return {
      items: items.map(row => {
        const manifest = readManifest(row.manifest);
        return {
          id: row.id,
          name: row.name,
          version: row.version,
          title: manifest.title,
          description: manifest.description,
          keywords: manifest.keywords,
          mode: manifest.runtime.mode,
          lifecycle: row.lifecycle,
          visibility: row.visibility,
          newest: newest.get(row.name) === row.version_key,
          owner: row.owner_ref,
          tags: tags.get(row.id) ?? [],
        };
      }),
      nextCursor,
    };
  }

  /** The beginnings of long descriptions. */
  async texts(scope: CatalogScope, ids: string[]): Promise<CatalogText[]> {
    const rows: Array<Pick<AppRow, 'id' | 'long_description'>> =
      await this.#apps(scope)
        .whereIn('apps.id', ids)
        .select('apps.id', 'apps.long_description');
    return rows.map(({ id, long_description }) => ({
      id,
      // PostgreSQL takes no half of a character.
      text: showableText(long_description)
        .slice(0, TEXT_LIMIT)
        .replace(/[\uD800-\uDBFF]$/, ''),
    }));
  }

  async #newest(
    scope: CatalogScope,
    names: string[],
  ): Promise<Map<string, string>> {
    if (!names.length) return new Map();
    const rows: Array<{ name: string; newest: string }> = await this.#apps(
      scope,
    )
      .whereIn('apps.name', [...new Set(names)])
      .groupBy('apps.name')
      .select('apps.name')
      .max({ newest: 'apps.version_key' });
    return new Map(rows.map(row => [row.name, row.newest]));
  }

  async #tagsOf(ids: string[]): Promise<Map<string, string[]>> {
    const rows: Array<{ id: string; name: string }> = ids.length
      ? await this.#knex('app_tags')
          .join('tags', 'tags.id', 'app_tags.tag_id')
          .whereIn('app_tags.app_id', ids)
          .orderBy('tags.name')
          .select({ id: 'app_tags.app_id', name: 'tags.name' })
      : [];
    const of = new Map<string, string[]>();
    for (const { id, name } of rows) of.set(id, [...(of.get(id) ?? []), name]);
    return of;
  }

  /** For each tag, by its id, the newest version of each name that bears it. */
  async appsOfTags(scope: CatalogScope): Promise<Map<string, AppIdentity[]>> {
    const newest = this.#apps(scope)
      .join('app_tags', 'app_tags.app_id', 'apps.id')
      .groupBy('app_tags.tag_id', 'apps.name')
      .select('app_tags.tag_id', 'apps.name')
      .max({ version_key: 'apps.version_key' })
      .as('newest');
    const rows: Array<AppIdentity & { tag: string }> = await this.#knex('apps')
      .join(newest, {
        'newest.name': 'apps.name',
        'newest.version_key': 'apps.version_key',
      })
      .orderBy('apps.sort_title')
      .orderBy('apps.name')
      .select('apps.name', 'apps.version', { tag: 'newest.tag_id' });
    const of = new Map<string, AppIdentity[]>();
    for (const { tag, ...app } of rows) {
      const apps = of.get(tag);
      if (apps) apps.push(app);
      else of.set(tag, [app]);
    }
    return of;
  }

  /** Ids of listed apps that an actor may read, or of those that they may not. */
  async idsFor(actor: Actor, readable: boolean): Promise<string[]> {
    const query = this.#apps('listed').orderBy('apps.id').select('apps.id');
    const may = (where: Knex.QueryBuilder) =>
      this.#policy.filter('app', 'read', actor, where);
    if (readable) query.where(may);
    else
      query.whereNotIn('apps.id', ids => {
        ids.select('apps.id').from('apps').where(may);
      });
    const rows: Array<{ id: string }> = await query;
    return rows.map(row => row.id);
  }
}
