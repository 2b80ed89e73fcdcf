/** Secrets in the database: names and keys, never values. */
import type { Knex } from 'knex';

/** A row of `secrets`. */
export interface SecretRecord {
  id: string;
  name: string;
  visibility: 'PRIVATE' | 'ALL_USERS' | 'APP';
  parent: string;
  ownerRef: string;
  keys: string[];
  createdAt: string;
  updatedAt: string;
}

interface SecretRow {
  id: string;
  name: string;
  visibility: SecretRecord['visibility'];
  parent: string;
  owner_ref: string;
  scope_owner: string;
  key_names: string;
  created_at: string;
  updated_at: string;
}

function toRecord(row: SecretRow): SecretRecord {
  return {
    id: row.id,
    name: row.name,
    visibility: row.visibility,
    parent: row.parent,
    ownerRef: row.owner_ref,
    keys: JSON.parse(row.key_names),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** See the module's comment. */
export class SecretRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async listPrivate(ownerRef: string): Promise<SecretRecord[]> {
    return (
      await this.#knex<SecretRow>('secrets')
        .where({ visibility: 'PRIVATE', scope_owner: ownerRef })
        .orderBy('name')
    ).map(toRecord);
  }

  async findPrivate(
    ownerRef: string,
    name: string,
  ): Promise<SecretRecord | undefined> {
    const row = await this.#knex<SecretRow>('secrets')
      .where({ visibility: 'PRIVATE', scope_owner: ownerRef, name })
      .first();
    return row && toRecord(row);
  }

  /** What an app of `ownerRef` resolves a name to: the owner's own secret, then one for all (specification 6.6). */
  async resolve(
    ownerRef: string,
    name: string,
  ): Promise<SecretRecord | undefined> {
    const own = await this.findPrivate(ownerRef, name);
    if (own) return own;
    const row = await this.#knex<SecretRow>('secrets')
      .where({ visibility: 'ALL_USERS', name })
      .first();
    return row && toRecord(row);
  }

  async put(secret: SecretRecord): Promise<void> {
    const row: SecretRow = {
      id: secret.id,
      name: secret.name,
      visibility: secret.visibility,
      parent: secret.parent,
      owner_ref: secret.ownerRef,
      scope_owner: secret.visibility === 'PRIVATE' ? secret.ownerRef : '',
      key_names: JSON.stringify(secret.keys),
      created_at: secret.createdAt,
      updated_at: secret.updatedAt,
    };
    await this.#knex<SecretRow>('secrets')
      .insert(row)
      .onConflict('id')
      .merge(['key_names', 'updated_at']);
  }

  async delete(id: string): Promise<void> {
    await this.#knex('secrets').where({ id }).delete();
  }

  /** Names of apps of the owner whose manifest names the secret. */
  async usedBy(ownerRef: string, name: string): Promise<string[]> {
    const rows: Array<{ name: string; version: string; manifest: string }> =
      await this.#knex('apps')
        .where({ owner_ref: ownerRef })
        .select('name', 'version', 'manifest');
    return rows
      .filter(row => {
        const { env, files } = JSON.parse(row.manifest);
        return [...env, ...files].some(
          (entry: { secret?: string; optional: boolean }) =>
            entry.secret === name && !entry.optional,
        );
      })
      .map(row => `${row.name} ${row.version}`);
  }
}
