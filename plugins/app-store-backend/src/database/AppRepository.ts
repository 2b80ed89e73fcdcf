/**
 * App versions and their tags in the database.
 *
 * Rules held here rather than in code that asks first: name and version are there
 * once; an app with instances cannot be deleted; what it needs of secrets keeps
 * those; who changes it from what is out of date changes nothing.
 */
import { isDatabaseConflictError } from '@backstage/backend-plugin-api';
import { ConflictError } from '@backstage/errors';
import {
  showable,
  type InstanceLifecycle,
  type Problem,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import type { Actor, Policy } from '../policy';
import {
  isUuid,
  toRecord,
  toRow,
  type AppRecord,
  type AppRow,
  type AssignedTag,
  type NewApp,
} from './appRows';
import {
  escapeLike,
  readPage,
  searchWords,
  type PageOrder,
  type PageRequest,
  type RecordPage,
} from './paging';
import { forUpdate, lockName } from './locks';

export * from './appRows';

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

/** A secret that an app names, and what it resolved to where it needs it. */
export interface AppSecretRow {
  name: string;
  key: string;
  optional: boolean;
  secretId?: string;
}

/** What may be changed of an app version. */
export interface AppRecordChange {
  visibility?: Visibility;
  /** All its tags from then on. */
  tagIds?: string[];
  addTagId?: string;
  removeTagId?: string;
  defaultProfile?: string | null;
  customImage?: string | null;
  serviceAccount?: string | null;
}

/** Ids in one statement. */
const FORGET_BATCH = 1000;
const ORDERS: Record<
  NonNullable<AppListQuery['orderBy']>,
  { column: keyof AppRow; order: 'asc' | 'desc' }
> = {
  created: { column: 'created_at', order: 'desc' },
  updated: { column: 'updated_at', order: 'desc' },
  title: { column: 'sort_title', order: 'asc' },
  name: { column: 'name', order: 'asc' },
};

/** See the module's comment. */
export class AppRepository {
  readonly #knex: Knex;
  readonly #policy: Policy;

  constructor(knex: Knex, policy: Policy) {
    this.#knex = knex;
    this.#policy = policy;
  }

  /**
   * Adds an app version with its tags and what it needs of secrets.
   *
   * @param limit - versions that its owner may have, this one included
   * @param nameOwners - whether only who brought the first version of a name may add one
   * @returns `full` where the owner has as many already, `name` where the name is somebody else's
   * @throws ConflictError where name and version exist already; a database error
   *   where a secret that it needs went meanwhile
   */
  async insert(
    app: NewApp,
    options: {
      tagIds?: string[];
      secrets?: AppSecretRow[];
      limit?: number;
      nameOwners?: boolean;
    } = {},
  ): Promise<'done' | 'full' | 'name'> {
    const { tagIds = [], secrets = [], limit, nameOwners } = options;
    try {
      return await this.#knex.transaction(async tx => {
        if (limit !== undefined) {
          await lockName(tx, `app-versions/${app.ownerRef}`);
          if ((await countOwned(tx, app.ownerRef)) >= limit) return 'full';
        }
        await tx('app_names')
          .insert({
            name: app.name,
            owner_ref: app.ownerRef,
            created_at: app.createdAt,
          })
          .onConflict('name')
          .ignore();
        if (nameOwners) {
          const owner = await tx('app_names')
            .where({ name: app.name })
            .first('owner_ref');
          if (owner.owner_ref !== app.ownerRef) return 'name';
        }
        await tx('apps').insert(toRow(app));
        await insertTags(tx, app.id, tagIds, app.createdAt);
        if (secrets.length)
          await tx('app_secrets').insert(
            secrets.map(({ name, key, optional, secretId }) => ({
              app_id: app.id,
              name,
              key,
              optional,
              secret_id: secretId ?? null,
            })),
          );
        return 'done';
      });
    } catch (error) {
      if (
        isDatabaseConflictError(error) &&
        (await this.findByIdentity(app.name, app.version))
      )
        throw new ConflictError(`${app.name} ${app.version} exists already`);
      throw error;
    }
  }

  async #complete(rows: AppRow[]): Promise<AppRecord[]> {
    const ids = rows.map(row => row.id);
    const assigned: Array<AssignedTag & { app_id: string }> = ids.length
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
            { assignedAt: 'app_tags.assigned_at' },
          )
      : [];
    const roles: Array<{ tag_id: string; role: string }> = assigned.length
      ? await this.#knex('tag_visitor_roles')
          .whereIn('tag_id', [...new Set(assigned.map(tag => tag.id))])
          .orderBy('role')
          .select('tag_id', 'role')
      : [];
    const rolesOf = new Map<string, string[]>();
    for (const { tag_id, role } of roles)
      rolesOf.set(tag_id, [...(rolesOf.get(tag_id) ?? []), role]);
    const tagsOf = new Map<string, AssignedTag[]>();
    for (const { app_id, ...tag } of assigned)
      tagsOf.set(app_id, [
        ...(tagsOf.get(app_id) ?? []),
        {
          ...tag,
          title: showable(tag.title),
          description: showable(tag.description),
          visitorRoles: rolesOf.get(tag.id) ?? [],
        },
      ]);
    return rows.map(row => toRecord(row, tagsOf.get(row.id) ?? []));
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
    return { items: await this.#complete(items), nextCursor };
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
    for (const word of searchWords(query.search))
      select.whereRaw("apps.search_text like ? escape '\\'", [
        `%${escapeLike(word)}%`,
      ]);
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

  async count(): Promise<number> {
    const row = await this.#knex('apps').count({ n: '*' }).first();
    return Number(row?.n ?? 0);
  }

  /** How many versions somebody owns, of one name or of all. */
  countOwned(ownerRef: string): Promise<number> {
    return countOwned(this.#knex, ownerRef);
  }

  /** Who brought the first version of a name. */
  async ownerOfName(name: string): Promise<string | undefined> {
    const row = await this.#knex('app_names').where({ name }).first();
    return row?.owner_ref;
  }

  /**
   * Changes what may be changed. An offer of the app ends where it would run another image, or as another account.
   *
   * @param revision - what the change was made from; false where it is out of date
   */
  async update(
    id: string,
    change: AppRecordChange & { updatedAt: string },
    revision?: number,
  ): Promise<boolean> {
    const { updatedAt, customImage, serviceAccount } = change;
    const runsOther = customImage !== undefined || serviceAccount !== undefined;
    return this.#knex.transaction(async tx => {
      // Locked in the order in which an acceptance locks them.
      const offers: Array<{ offer_id: string }> = runsOther
        ? await forUpdate(
            tx('app_offers').where({ app_id: id }).select('offer_id'),
          )
        : [];
      const count = await tx<AppRow>('apps')
        .where({ id, ...(revision === undefined ? {} : { revision }) })
        .update({
          updated_at: updatedAt,
          revision: tx.raw('revision + 1') as unknown as number,
          ...defined({
            visibility: change.visibility,
            default_profile: change.defaultProfile,
            custom_image: customImage,
            service_account: serviceAccount,
          }),
        });
      if (!count) return false;
      // Whoever accepts gets what they were offered.
      if (offers.length)
        await tx('app_offers')
          .whereIn(
            'offer_id',
            offers.map(offer => offer.offer_id),
          )
          .delete();
      if (change.tagIds)
        await tx('app_tags')
          .where({ app_id: id })
          .whereNotIn('tag_id', change.tagIds)
          .delete();
      if (change.removeTagId)
        await tx('app_tags')
          .where({ app_id: id, tag_id: change.removeTagId })
          .delete();
      await insertTags(
        tx,
        id,
        [
          ...(change.tagIds ?? []),
          ...(change.addTagId ? [change.addTagId] : []),
        ],
        updatedAt,
      );
      return true;
    });
  }

  /** Writes down whether an app can be run here. */
  async setPreconditions(
    id: string,
    found: { problems: Problem[]; checkedAt: string },
  ): Promise<void> {
    await this.#knex<AppRow>('apps')
      .where({ id })
      .update({
        runnable: found.problems.length === 0,
        problems: JSON.stringify(found.problems),
        checked_at: found.checkedAt,
      });
  }

  /** Apps that were changed since a time. */
  async changedSince(
    since: string,
  ): Promise<Array<{ id: string; updatedAt: string }>> {
    return this.#knex('apps')
      .where('updated_at', '>=', since)
      .select('id', { updatedAt: 'updated_at' });
  }

  /** Has apps looked at with the next periodic look. */
  async forgetPreconditions(ids: string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += FORGET_BATCH)
      await this.#knex<AppRow>('apps')
        .whereIn('id', ids.slice(from, from + FORGET_BATCH))
        .update({ checked_at: null });
  }

  /** Ids of apps in the order in which they were last checked, those never checked first. */
  async listUnchecked(before: string, limit: number): Promise<string[]> {
    // One query each: an order that begins with nulls has no index.
    const never: string[] = await this.#knex('apps')
      .whereNull('checked_at')
      .limit(limit)
      .pluck('id');
    if (never.length === limit) return never;
    const stale: string[] = await this.#knex('apps')
      .where('checked_at', '<', before)
      .orderBy('checked_at')
      .limit(limit - never.length)
      .pluck('id');
    return [...never, ...stale];
  }

  /** The secrets that an app names. */
  async secretsOf(id: string): Promise<AppSecretRow[]> {
    const rows = await this.#knex('app_secrets').where({ app_id: id });
    return rows.map(row => ({
      name: row.name,
      key: row.key,
      optional: Boolean(row.optional),
      secretId: row.secret_id ?? undefined,
    }));
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

async function countOwned(knex: Knex, ownerRef: string): Promise<number> {
  const row = await knex('apps')
    .where({ owner_ref: ownerRef })
    .count({ n: '*' })
    .first();
  return Number(row?.n ?? 0);
}

async function insertTags(
  tx: Knex.Transaction,
  appId: string,
  tagIds: string[],
  at: string,
): Promise<void> {
  if (tagIds.length)
    await tx('app_tags')
      .insert(
        tagIds.map(tag_id => ({ app_id: appId, tag_id, assigned_at: at })),
      )
      .onConflict(['app_id', 'tag_id'])
      .ignore();
}

/** What is not undefined. */
function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
