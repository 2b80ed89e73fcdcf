/** App versions and their tags in the database. */
import { isDatabaseConflictError } from '@backstage/backend-plugin-api';
import { ConflictError } from '@backstage/errors';
import type {
  AppManifest,
  AppTag,
  Visibility,
  AppQuery,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import type { AppFacts, Actor } from '../policy/policy';
import { visibleApps } from '../policy/filters';

/** A row of `apps` with what belongs to it. */
export interface AppRecord {
  id: string;
  name: string;
  version: string;
  ownerRef: string;
  visibility: Visibility;
  manifest: AppManifest;
  longDescription: string;
  icon?: string;
  screenshots: string[];
  bundleDigest: string;
  contentDigest: string;
  bundleSize: number;
  createdAt: string;
  updatedAt: string;
  tags: AppTag[];
  visitorRoles: string[];
}

interface AppRow {
  id: string;
  name: string;
  version: string;
  owner_ref: string;
  visibility: Visibility;
  manifest: string;
  search_text: string;
  long_description: string;
  icon: string | null;
  screenshots: string;
  bundle_digest: string;
  content_digest: string;
  bundle_size: string | number;
  created_at: string;
  updated_at: string;
}

/** What the policy wants to know of an app. */
export function appFacts(app: AppRecord): AppFacts {
  return {
    ownerRef: app.ownerRef,
    visibility: app.visibility,
    lifecycle: app.manifest.lifecycle,
    visitorRoles: app.visitorRoles,
  };
}

/** True for the form of the ids that this store gives. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, c => `\\${c}`);
}

/** See the module's comment. */
export class AppRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /**
   * Adds an app version with its tags.
   *
   * @param limit - versions that its owner may have, this one included
   * @returns false where the owner has as many already
   * @throws ConflictError where name and version exist already
   */
  async insert(
    app: Omit<AppRecord, 'tags' | 'visitorRoles'>,
    tagIds: string[],
    limit?: number,
  ): Promise<boolean> {
    const searchText = [
      app.name,
      app.manifest.title,
      app.manifest.description,
      ...app.manifest.keywords,
    ]
      .join(' ')
      .toLocaleLowerCase('en-US');
    try {
      return await this.#knex.transaction(async tx => {
        if (
          limit !== undefined &&
          (await this.#isFull(tx, app.ownerRef, limit))
        )
          return false;
        const row: AppRow = {
          id: app.id,
          name: app.name,
          version: app.version,
          owner_ref: app.ownerRef,
          visibility: app.visibility,
          manifest: JSON.stringify(app.manifest),
          search_text: searchText,
          long_description: app.longDescription,
          icon: app.icon ?? null,
          screenshots: JSON.stringify(app.screenshots),
          bundle_digest: app.bundleDigest,
          content_digest: app.contentDigest,
          bundle_size: app.bundleSize,
          created_at: app.createdAt,
          updated_at: app.updatedAt,
        };
        await tx('apps').insert(row);
        if (tagIds.length)
          await tx('app_tags').insert(
            tagIds.map(tag_id => ({
              app_id: app.id,
              tag_id,
              assigned_at: app.createdAt,
            })),
          );
        return true;
      });
    } catch (error) {
      if (isDatabaseConflictError(error))
        throw new ConflictError(`${app.name} ${app.version} exists already`);
      throw error;
    }
  }

  /** Whether an owner has as many versions as they may; those who ask at once are told one after the other. */
  async #isFull(
    tx: Knex.Transaction,
    ownerRef: string,
    limit: number,
  ): Promise<boolean> {
    // SQLite has one writer anyway.
    if (tx.client.config.client === 'pg')
      await tx.raw('select pg_advisory_xact_lock(hashtext(?))', [
        `app-versions/${ownerRef}`,
      ]);
    const row = await tx('apps')
      .where({ owner_ref: ownerRef })
      .count({ n: '*' })
      .first();
    return Number(row?.n ?? 0) >= limit;
  }

  async #complete(rows: AppRow[]): Promise<AppRecord[]> {
    const ids = rows.map(row => row.id);
    const tags: Array<AppTag & { app_id: string }> = ids.length
      ? await this.#knex('app_tags')
          .join('tags', 'tags.id', 'app_tags.tag_id')
          .whereIn('app_tags.app_id', ids)
          .orderBy('tags.title')
          .select(
            'app_tags.app_id',
            'tags.id',
            'tags.name',
            'tags.title',
            'tags.color',
            'tags.description',
          )
      : [];
    const roles: Array<{ tag_id: string; role: string }> = tags.length
      ? await this.#knex('tag_visitor_roles')
          .whereIn('tag_id', [...new Set(tags.map(tag => tag.id))])
          .select('tag_id', 'role')
      : [];
    return rows.map(row => {
      const own = tags.filter(tag => tag.app_id === row.id);
      return {
        id: row.id,
        name: row.name,
        version: row.version,
        ownerRef: row.owner_ref,
        visibility: row.visibility,
        manifest: JSON.parse(row.manifest),
        longDescription: row.long_description,
        icon: row.icon ?? undefined,
        screenshots: JSON.parse(row.screenshots),
        bundleDigest: row.bundle_digest,
        contentDigest: row.content_digest,
        bundleSize: Number(row.bundle_size),
        createdAt: row.created_at,
        updatedAt: row.updated_at,
        tags: own.map(({ app_id: _, ...tag }) => tag),
        visitorRoles: [
          ...new Set(
            roles
              .filter(r => own.some(tag => tag.id === r.tag_id))
              .map(r => r.role),
          ),
        ],
      };
    });
  }

  /** The app with an id; undefined for what is no id at all, too, which PostgreSQL would refuse to look for. */
  async get(id: string): Promise<AppRecord | undefined> {
    if (!isUuid(id)) return undefined;
    const row = await this.#knex<AppRow>('apps').where({ id }).first();
    return row && (await this.#complete([row]))[0];
  }

  async getMany(ids: string[]): Promise<AppRecord[]> {
    return this.#complete(
      await this.#knex<AppRow>('apps').whereIn('id', [...new Set(ids)]),
    );
  }

  async findByIdentity(
    name: string,
    version: string,
  ): Promise<AppRecord | undefined> {
    const row = await this.#knex<AppRow>('apps')
      .where({ name, version })
      .first();
    return row && (await this.#complete([row]))[0];
  }

  /** Apps that the actor sees, newest import first. */
  async list(actor: Actor, query: AppQuery = {}): Promise<AppRecord[]> {
    const select = this.#knex<AppRow>('apps').select('apps.*');
    visibleApps(actor, select, this.#knex);
    if (query.mine) select.where('apps.owner_ref', actor.userEntityRef);
    // What is PRIVATE is on its owner's own page only (specification 3.1).
    else if (!query.name) select.whereNot('apps.visibility', 'PRIVATE');
    if (query.name) select.where('apps.name', query.name);
    for (const word of (query.search ?? '')
      .toLocaleLowerCase('en-US')
      .split(/\s+/)
      .filter(Boolean))
      select.whereRaw("apps.search_text like ? escape '\\'", [
        `%${escapeLike(word)}%`,
      ]);
    if (query.tag)
      select.whereExists(tags => {
        tags
          .select(this.#knex.raw('1'))
          .from('app_tags')
          .join('tags', 'tags.id', 'app_tags.tag_id')
          .whereRaw('app_tags.app_id = apps.id')
          .where('tags.name', query.tag);
      });
    return this.#complete(
      await select.orderBy('apps.created_at', 'desc').orderBy('apps.id'),
    );
  }

  async count(): Promise<number> {
    const row = await this.#knex('apps').count({ n: '*' }).first();
    return Number(row?.n ?? 0);
  }

  async countOwned(ownerRef: string): Promise<number> {
    const row = await this.#knex('apps')
      .where({ owner_ref: ownerRef })
      .count({ n: '*' })
      .first();
    return Number(row?.n ?? 0);
  }

  /** Changes what may be changed of an app version; `tagIds` are all its tags from then on. */
  async update(
    id: string,
    change: { visibility?: Visibility; tagIds?: string[]; updatedAt: string },
  ): Promise<void> {
    const { visibility, tagIds, updatedAt } = change;
    await this.#knex.transaction(async tx => {
      await tx('apps')
        .where({ id })
        .update({
          updated_at: updatedAt,
          ...(visibility ? { visibility } : {}),
        });
      if (!tagIds) return;
      await tx('app_tags')
        .where({ app_id: id })
        .whereNotIn('tag_id', tagIds)
        .delete();
      if (tagIds.length)
        await tx('app_tags')
          .insert(
            tagIds.map(tag_id => ({
              app_id: id,
              tag_id,
              assigned_at: updatedAt,
            })),
          )
          .onConflict(['app_id', 'tag_id'])
          .ignore();
    });
  }

  /** The files of the bundle store that rows speak of. */
  async usedFiles(): Promise<{
    bundles: Set<string>;
    assets: Set<string>;
    ids: Set<string>;
  }> {
    const rows: AppRow[] = await this.#knex('apps').select(
      'id',
      'bundle_digest',
      'icon',
      'screenshots',
    );
    return {
      ids: new Set(rows.map(row => row.id)),
      bundles: new Set(rows.map(row => row.bundle_digest)),
      assets: new Set(
        rows.flatMap(row => [
          ...(row.icon ? [row.icon] : []),
          ...(JSON.parse(row.screenshots) as string[]),
        ]),
      ),
    };
  }

  /** Whether any app has this bundle. */
  async usesBundle(digest: string): Promise<boolean> {
    return Boolean(
      await this.#knex('apps').where({ bundle_digest: digest }).first('id'),
    );
  }

  /** @returns false where instances still use the app (the database holds that rule) */
  async delete(id: string): Promise<boolean> {
    try {
      await this.#knex('apps').where({ id }).delete();
      return true;
    } catch (error) {
      const used = await this.#knex('instances')
        .where({ app_id: id })
        .first('id');
      if (used) return false;
      throw error;
    }
  }
}
