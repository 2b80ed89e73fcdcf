/**
 * Secrets in the database: names, keys and a keyed hash, never values.
 *
 * Held here: a secret that an app needs cannot be deleted; what an app resolves a
 * name to (specification 6.6) is written down with the app, and anew when a nearer
 * secret of that name comes.
 */
import type { SecretVisibility } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import type { Actor, Policy } from '../policy';
import type { AppOrigin } from './appRows';
import {
  escapeLike,
  readPage,
  searchWords,
  type PageRequest,
  type RecordPage,
} from './paging';

/** Whether the cluster still holds what was put there. */
export type SecretState = 'READY' | 'CHANGED_OUTSIDE' | 'LOST';

/** A row of `secrets`. */
export interface SecretRecord {
  id: string;
  name: string;
  visibility: SecretVisibility;
  /** `app:<app name>` of an APP secret, else empty. */
  parent: string;
  ownerRef: string;
  keys: string[];
  /** Counts changes of the values. */
  valueVersion: number;
  /** Keyed hash of the values, so that a change outside is noticed. */
  valueDigest: string;
  state: SecretState;
  revision: number;
  createdAt: string;
  updatedAt: string;
}

interface SecretRow {
  id: string;
  name: string;
  visibility: SecretVisibility;
  parent: string;
  owner_ref: string;
  scope_owner: string;
  key_names: string;
  value_version: number;
  value_digest: string;
  state: SecretState;
  revision: number;
  created_at: string;
  updated_at: string;
}

/** What tells one secret from another (specification 2.5). */
export interface SecretKey {
  name: string;
  visibility: SecretVisibility;
  parent: string;
  /** Whose it is, where it is PRIVATE. */
  ownerRef: string;
}

/** Whose secrets an app resolves names with (specification 6.6). */
export interface SecretUser {
  ownerRef: string;
  origin: AppOrigin;
  appName: string;
}

/** An app that names a secret. */
export interface SecretUse {
  appId: string;
  keys: string[];
  optional: boolean;
}

function toRecord(row: SecretRow): SecretRecord {
  return {
    id: row.id,
    name: row.name,
    visibility: row.visibility,
    parent: row.parent,
    ownerRef: row.owner_ref,
    keys: JSON.parse(row.key_names),
    valueVersion: Number(row.value_version),
    valueDigest: row.value_digest,
    state: row.state,
    revision: Number(row.revision),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function whereKey(key: SecretKey) {
  return {
    name: key.name,
    visibility: key.visibility,
    parent: key.parent,
    scope_owner: key.visibility === 'PRIVATE' ? key.ownerRef : '',
  };
}

/** What a row of `app_secrets` resolves to, as {@link resolveIn} says it, for queries with `apps`. */
const RESOLVED = `(case
  when apps.origin = 'marketplace' then (
    select id from secrets
    where secrets.name = app_secrets.name and visibility = 'APP' and parent = 'app:' || apps.name
  )
  else coalesce(
    (select id from secrets where secrets.name = app_secrets.name and visibility = 'PRIVATE' and scope_owner = apps.owner_ref),
    (select id from secrets where secrets.name = app_secrets.name and visibility = 'ALL_USERS')
  )
end)`;

/** See the module's comment. */
export class SecretRepository {
  readonly #knex: Knex;
  readonly #policy: Policy;

  constructor(knex: Knex, policy: Policy) {
    this.#knex = knex;
    this.#policy = policy;
  }

  /** Secrets that the actor may read, one page of them, by name. */
  async list(
    actor: Actor,
    query: PageRequest & { visibility?: SecretVisibility; search?: string },
  ): Promise<RecordPage<SecretRecord>> {
    const select = this.#knex<SecretRow>('secrets').where(where =>
      this.#policy.filter('secret', 'read', actor, where),
    );
    if (query.visibility) select.where({ visibility: query.visibility });
    for (const word of searchWords(query.search))
      select.whereRaw("name like ? escape '\\'", [`%${escapeLike(word)}%`]);
    const { items, nextCursor } = await readPage<SecretRow>(
      select,
      query,
      { name: 'name', column: 'name', idColumn: 'id', order: 'asc' },
      row => row.name,
    );
    return { items: items.map(toRecord), nextCursor };
  }

  async find(key: SecretKey): Promise<SecretRecord | undefined> {
    const row = await this.#knex<SecretRow>('secrets')
      .where(whereKey(key))
      .first();
    return row && toRecord(row);
  }

  async get(id: string): Promise<SecretRecord | undefined> {
    const row = await this.#knex<SecretRow>('secrets').where({ id }).first();
    return row && toRecord(row);
  }

  /** Those of `ids` that are still there. */
  async existing(ids: string[]): Promise<Set<string>> {
    const rows = await this.#knex<SecretRow>('secrets')
      .whereIn('id', ids)
      .select('id');
    return new Set(rows.map(row => row.id));
  }

  /**
   * What an app resolves names to: of an app that was imported directly its owner's
   * own secret, then one for all; of one from the marketplace its own APP secret.
   */
  async resolve(
    user: SecretUser,
    names: string[],
  ): Promise<Map<string, SecretRecord>> {
    if (!names.length) return new Map();
    return resolveIn(this.#knex, user, names);
  }

  /** Adds a secret. @throws a database conflict where it is there already */
  async insert(secret: SecretRecord): Promise<void> {
    await this.#knex.transaction(async tx => {
      await tx<SecretRow>('secrets').insert({
        id: secret.id,
        ...whereKey(secret),
        owner_ref: secret.ownerRef,
        key_names: JSON.stringify(secret.keys),
        value_version: secret.valueVersion,
        value_digest: secret.valueDigest,
        state: secret.state,
        revision: secret.revision,
        created_at: secret.createdAt,
        updated_at: secret.updatedAt,
      });
      await this.#resolveAnew(tx, secret.name);
    });
  }

  /** Has the apps that need a name point at what it resolves to now. */
  async #resolveAnew(tx: Knex.Transaction, name: string): Promise<void> {
    await tx('app_secrets')
      .where({ name, optional: false })
      .update({
        secret_id: tx('apps')
          .whereRaw('apps.id = app_secrets.app_id')
          .select(tx.raw(RESOLVED)) as never,
      });
  }

  /** After an app changed hands: what it names resolves with its new owner's secrets. */
  async resolveApps(appIds: string[]): Promise<void> {
    const names: Array<{ name: string }> = await this.#knex('app_secrets')
      .whereIn('app_id', appIds)
      .distinct('name');
    await this.#knex.transaction(async tx => {
      for (const { name } of names) await this.#resolveAnew(tx, name);
    });
  }

  /** Writes new keys down; false where the secret changed or went meanwhile. */
  async update(
    id: string,
    change: Pick<SecretRecord, 'keys' | 'valueDigest' | 'updatedAt'>,
    revision: number,
  ): Promise<boolean> {
    const count = await this.#knex<SecretRow>('secrets')
      .where({ id, revision })
      .update({
        key_names: JSON.stringify(change.keys),
        value_digest: change.valueDigest,
        updated_at: change.updatedAt,
        state: 'READY',
        value_version: this.#knex.raw('value_version + 1') as unknown as number,
        revision: this.#knex.raw('revision + 1') as unknown as number,
      });
    return count === 1;
  }

  async setState(id: string, state: SecretState): Promise<void> {
    await this.#knex<SecretRow>('secrets')
      .where({ id })
      .whereNot({ state })
      .update({ state });
  }

  /** All secrets, for what compares them with the cluster. */
  async listAll(afterId: string | undefined, limit: number) {
    const query = this.#knex<SecretRow>('secrets').orderBy('id').limit(limit);
    if (afterId) query.where('id', '>', afterId);
    return (await query).map(toRecord);
  }

  /** @returns false where an app needs it (the database holds that rule) */
  async delete(id: string): Promise<boolean> {
    try {
      await this.#knex('secrets').where({ id }).delete();
      return true;
    } catch (error) {
      const used = await this.#knex('app_secrets')
        .where({ secret_id: id })
        .first('app_id');
      if (used) return false;
      throw error;
    }
  }

  /** Apps that need the secret, and those that would take it where they can do without. */
  async usesOf(secret: SecretRecord): Promise<SecretUse[]> {
    const rows: Array<{
      app_id: string;
      key: string;
      optional: boolean | number;
      takes: string | null;
    }> = await this.#knex('app_secrets')
      .join('apps', 'apps.id', 'app_secrets.app_id')
      .where('app_secrets.name', secret.name)
      .orderBy('apps.created_at', 'desc')
      .orderBy('app_secrets.key')
      .select('app_secrets.app_id', 'app_secrets.key', 'app_secrets.optional', {
        takes: this.#knex.raw(
          `case when app_secrets.optional then ${RESOLVED} else app_secrets.secret_id end`,
        ),
      });
    const uses = new Map<string, SecretUse>();
    for (const row of rows.filter(({ takes }) => takes === secret.id)) {
      const use = uses.get(row.app_id) ?? {
        appId: row.app_id,
        keys: [],
        optional: true,
      };
      use.keys.push(row.key);
      use.optional &&= Boolean(row.optional);
      uses.set(row.app_id, use);
    }
    return [...uses.values()];
  }
}

async function resolveIn(
  knex: Knex,
  user: SecretUser,
  names: string[],
): Promise<Map<string, SecretRecord>> {
  const query = knex<SecretRow>('secrets').whereIn('name', names);
  if (user.origin === 'marketplace')
    query.where({ visibility: 'APP', parent: `app:${user.appName}` });
  else
    query.where(where => {
      where
        .where({ visibility: 'PRIVATE', scope_owner: user.ownerRef })
        .orWhere({ visibility: 'ALL_USERS' });
    });
  const found = new Map<string, SecretRecord>();
  for (const row of await query) {
    const record = toRecord(row);
    // The owner's own comes before one for all (specification 13, no. 5).
    if (record.visibility !== 'ALL_USERS' || !found.has(record.name))
      found.set(record.name, record);
  }
  return found;
}
