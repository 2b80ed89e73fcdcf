/** Access tokens and waiting sign-ins in the database; of either only a digest. */
import type { Knex } from 'knex';

/** A row of `access_tokens`. */
export interface TokenRecord {
  id: string;
  ownerRef: string;
  name: string;
  kind: 'login' | 'machine';
  digest: string;
  createdAt: string;
  expiresAt: string;
  lastUsedAt?: string;
}

/** A row of `login_requests`. */
export interface LoginRequestRecord {
  deviceDigest: string;
  userCode: string;
  client: string;
  /** Where it came from. */
  address: string;
  ownerRef?: string;
  denied: boolean;
  createdAt: string;
  expiresAt: string;
}

interface TokenRow {
  id: string;
  owner_ref: string;
  name: string;
  kind: 'login' | 'machine';
  digest: string;
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
}

interface LoginRequestRow {
  device_digest: string;
  user_code: string;
  client: string;
  address: string;
  owner_ref: string | null;
  denied: boolean | number;
  created_at: string;
  expires_at: string;
}

function toToken(row: TokenRow): TokenRecord {
  return {
    id: row.id,
    ownerRef: row.owner_ref,
    name: row.name,
    kind: row.kind,
    digest: row.digest,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}

function toLogin(row: LoginRequestRow): LoginRequestRecord {
  return {
    deviceDigest: row.device_digest,
    userCode: row.user_code,
    client: row.client,
    address: row.address,
    ownerRef: row.owner_ref ?? undefined,
    denied: Boolean(row.denied),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

/** See the module's comment. */
export class TokenRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async insert(token: TokenRecord): Promise<void> {
    await this.#knex<TokenRow>('access_tokens').insert({
      id: token.id,
      owner_ref: token.ownerRef,
      name: token.name,
      kind: token.kind,
      digest: token.digest,
      created_at: token.createdAt,
      expires_at: token.expiresAt,
    });
  }

  async findByDigest(digest: string): Promise<TokenRecord | undefined> {
    const row = await this.#knex<TokenRow>('access_tokens')
      .where({ digest })
      .first();
    return row && toToken(row);
  }

  async touch(id: string, at: string): Promise<void> {
    await this.#knex('access_tokens')
      .where({ id })
      .update({ last_used_at: at });
  }

  async listOwned(ownerRef: string): Promise<TokenRecord[]> {
    const rows: TokenRow[] = await this.#knex('access_tokens')
      .where({ owner_ref: ownerRef })
      .orderBy('created_at', 'desc')
      .orderBy('id');
    return rows.map(toToken);
  }

  /** @returns false where the owner has no such token */
  async delete(ownerRef: string, id: string): Promise<boolean> {
    return (
      (await this.#knex('access_tokens')
        .where({ owner_ref: ownerRef, id })
        .delete()) > 0
    );
  }

  async deleteExpired(now: string): Promise<void> {
    await this.#knex('access_tokens').where('expires_at', '<', now).delete();
    await this.#knex('login_requests').where('expires_at', '<', now).delete();
  }

  async insertLogin(request: LoginRequestRecord): Promise<void> {
    await this.#knex('login_requests').insert({
      device_digest: request.deviceDigest,
      user_code: request.userCode,
      client: request.client,
      address: request.address,
      denied: false,
      created_at: request.createdAt,
      expires_at: request.expiresAt,
    });
  }

  async countLogins(address?: string): Promise<number> {
    const row = await this.#knex('login_requests')
      .where(address === undefined ? {} : { address })
      .count({ n: '*' })
      .first();
    return Number(row?.n ?? 0);
  }

  async dropOldestLogin(): Promise<void> {
    const oldest = await this.#knex('login_requests')
      .whereNull('owner_ref')
      .orderBy('created_at')
      .first('device_digest');
    if (oldest)
      await this.#knex('login_requests')
        .where({ device_digest: oldest.device_digest })
        .delete();
  }

  async findLogin(
    by: { deviceDigest: string } | { userCode: string },
  ): Promise<LoginRequestRecord | undefined> {
    const row = await this.#knex<LoginRequestRow>('login_requests')
      .where(
        'deviceDigest' in by
          ? { device_digest: by.deviceDigest }
          : { user_code: by.userCode },
      )
      .first();
    return row && toLogin(row);
  }

  /** @returns false where it was answered before */
  async answerLogin(
    userCode: string,
    answer: { ownerRef: string; denied: boolean },
  ): Promise<boolean> {
    return (
      (await this.#knex('login_requests')
        .where({ user_code: userCode, denied: false })
        .whereNull('owner_ref')
        .update({ owner_ref: answer.ownerRef, denied: answer.denied })) > 0
    );
  }

  /** Takes a request away; true for the one who did. */
  async takeLogin(deviceDigest: string): Promise<boolean> {
    return (
      (await this.#knex('login_requests')
        .where({ device_digest: deviceDigest })
        .delete()) > 0
    );
  }
}
