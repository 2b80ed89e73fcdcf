/**
 * Secrets in the database: names, keys and a keyed hash, never values.
 *
 * Held here: a secret that an app needs cannot be deleted; what an app resolves a
 * name to (specification 6.6) is written down with the app, and anew when a nearer
 * secret of that name comes.
 */
import type { SecretVisibility } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { Outbox } from '../changes/Outbox';
import type { Actor, Policy } from '../policy';
import type { AppOrigin } from '../apps/appRows';
import {
  SECRETS,
  type SecretKey,
  type SecretRecord,
  type SecretRow,
  type SecretState,
} from './secretRows';
import {
  allRows,
  readPage,
  whereWords,
  type PageRequest,
  type RecordPage,
} from '../database/paging';

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

/** Secrets in the database, without their values. */
export class SecretRepository {
  readonly #knex: Knex;
  readonly #policy: Policy;

  readonly #outbox: Outbox;

  constructor(knex: Knex, policy: Policy, outbox: Outbox = new Outbox(knex)) {
    this.#knex = knex;
    this.#policy = policy;
    this.#outbox = outbox;
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
    whereWords(select, 'name', query.search);
    const { items, nextCursor } = await readPage<SecretRow>(
      select,
      query,
      { name: 'name', column: 'name', idColumn: 'id', order: 'asc' },
      row => row.name,
    );
    return { items: items.map(SECRETS.read), nextCursor };
  }

  async find(key: SecretKey): Promise<SecretRecord | undefined> {
    const row = await this.#knex<SecretRow>('secrets')
      .where(whereKey(key))
      .first();
    return row && SECRETS.read(row);
  }

  async get(id: string): Promise<SecretRecord | undefined> {
    const row = await this.#knex<SecretRow>('secrets').where({ id }).first();
    return row && SECRETS.read(row);
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
      await tx('secrets').insert({
        ...SECRETS.write(secret),
        ...whereKey(secret),
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

  /** Writes a secret with new values down; false where it has not this revision any more. */
  async update(secret: SecretRecord, revision: number): Promise<boolean> {
    const { id } = secret;
    return this.#outbox.transaction(async (tx, tell) => {
      const count = await tx<SecretRow>('secrets')
        .where({ id, revision })
        .update(SECRETS.write(secret));
      if (count !== 1) return false;
      // They say that they run with an older value.
      const users: string[] = await tx('instance_secrets')
        .where({ secret_id: id })
        .pluck('instance_id');
      users.forEach(user => tell('instance', user));
      return true;
    });
  }

  /** @param secret - as it was compared: what was written since is not what was compared */
  async setState(
    { id, revision }: Pick<SecretRecord, 'id' | 'revision'>,
    state: SecretState,
  ): Promise<void> {
    await this.#knex<SecretRow>('secrets')
      .where({ id, revision })
      .whereNot({ state })
      .update({ state });
  }

  /** All secrets, read some at a time, for what compares them with the cluster. */
  async *all() {
    for await (const row of allRows<SecretRow>(this.#knex, 'secrets'))
      yield SECRETS.read(row);
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
    const record = SECRETS.read(row);
    // The owner's own comes before one for all (specification 13, no. 5).
    if (record.visibility !== 'ALL_USERS' || !found.has(record.name))
      found.set(record.name, record);
  }
  return found;
}
