/**
 * App versions and their tags in the database.
 *
 * Rules held here rather than in code that asks first: name and version are there
 * once; an app with instances cannot be deleted; what it needs of secrets keeps
 * those; who changes it from what is out of date changes nothing.
 */
import { isDatabaseConflictError } from '@backstage/backend-plugin-api';
import { ConflictError } from '@backstage/errors';
import type { Visibility } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { Outbox } from '../changes/Outbox';
import { toRow, type AppRecord, type AppRow, type NewApp } from './appRows';
import {
  changeTags,
  completeApps,
  insertTags,
  type TagChange,
} from './appTags';
import { forUpdate, lockName } from '../database/locks';
import { isUuid } from '../database/isUuid';

export * from './appRows';

/** A secret that an app names, and what it resolved to where it needs it. */
export interface AppSecretRow {
  name: string;
  key: string;
  optional: boolean;
  secretId?: string;
}

/** What may be changed of an app version. */
export interface AppRecordChange extends TagChange {
  visibility?: Visibility;
  defaultProfile?: string | null;
  customImage?: string | null;
  serviceAccount?: string | null;
}

/** App versions in the database. */
export class AppRepository {
  readonly #knex: Knex;
  readonly #outbox: Outbox;

  constructor(knex: Knex, outbox: Outbox = new Outbox(knex)) {
    this.#knex = knex;
    this.#outbox = outbox;
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
      return await this.#outbox.transaction(async (tx, tell) => {
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
        tell('app', app.id);
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

  /** The app with an id; undefined for what is no id at all, too, which PostgreSQL would refuse to look for. */
  async get(id: string): Promise<AppRecord | undefined> {
    if (!isUuid(id)) return undefined;
    const row = await this.#knex<AppRow>('apps').where({ id }).first();
    return row && (await completeApps(this.#knex, [row]))[0];
  }

  async getMany(ids: string[]): Promise<AppRecord[]> {
    return completeApps(
      this.#knex,
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
    return row && (await completeApps(this.#knex, [row]))[0];
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
   * @param revision - what the change was made from
   * @returns the app afterwards; undefined where it is not as it was, or is gone
   */
  async update(
    id: string,
    change: AppRecordChange & { updatedAt: string },
    revision?: number,
  ): Promise<AppRecord | undefined> {
    const { updatedAt, customImage, serviceAccount } = change;
    const runsOther = customImage !== undefined || serviceAccount !== undefined;
    return this.#outbox.transaction(async (tx, tell) => {
      // Locked in the order in which an acceptance locks them.
      const offers: Array<{ offer_id: string }> = runsOther
        ? await forUpdate(
            tx('app_offers').where({ app_id: id }).select('offer_id'),
          )
        : [];
      const rows: AppRow[] = await tx('apps')
        .where({ id, ...(revision === undefined ? {} : { revision }) })
        .update({
          updated_at: updatedAt,
          revision: tx.raw('revision + 1'),
          ...defined({
            visibility: change.visibility,
            default_profile: change.defaultProfile,
            custom_image: customImage,
            service_account: serviceAccount,
          }),
        })
        .returning('*');
      if (!rows.length) return undefined;
      // Whoever accepts gets what they were offered.
      if (offers.length)
        await tx('app_offers')
          .whereIn(
            'offer_id',
            offers.map(offer => offer.offer_id),
          )
          .delete();
      await changeTags(tx, id, change, updatedAt);
      tell('app', id);
      const [after] = await completeApps(tx, rows);
      return after;
    });
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
      await this.#outbox.transaction(async (tx, tell) => {
        if (await tx('apps').where({ id }).delete()) tell('app', id);
      });
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

/** What is not undefined. */
function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
