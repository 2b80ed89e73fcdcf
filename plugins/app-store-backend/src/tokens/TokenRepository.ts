/** Access tokens and waiting sign-ins in the database; of either only a digest. */
import type { Knex } from 'knex';
import {
  flag,
  optional,
  Table,
  text,
  type RecordOf,
  type RowOf,
} from '../database/table';

const TOKENS = Table.create({
  id: text(),
  ownerRef: text(),
  name: text(),
  kind: text<'login' | 'machine'>(),
  digest: text(),
  createdAt: text(),
  expiresAt: text(),
  lastUsedAt: optional(text()),
});

/** A row of `access_tokens`. */
export type TokenRecord = RecordOf<typeof TOKENS>;
type TokenRow = RowOf<typeof TOKENS>;

const LOGINS = Table.create({
  deviceDigest: text(),
  userCode: text(),
  client: text(),
  /** Where it came from. */
  address: text(),
  ownerRef: optional(text()),
  denied: flag(),
  createdAt: text(),
  expiresAt: text(),
});

/** A row of `login_requests`. */
export type LoginRequestRecord = RecordOf<typeof LOGINS>;
type LoginRequestRow = RowOf<typeof LOGINS>;

/** Access tokens and waiting sign-ins in the database. */
export class TokenRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async insert(token: TokenRecord): Promise<void> {
    await this.#knex('access_tokens').insert(TOKENS.write(token));
  }

  async findByDigest(digest: string): Promise<TokenRecord | undefined> {
    const row = await this.#knex<TokenRow>('access_tokens')
      .where({ digest })
      .first();
    return row && TOKENS.read(row);
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
    return rows.map(TOKENS.read);
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
    await this.#knex('login_requests').insert(LOGINS.write(request));
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
    return row && LOGINS.read(row);
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
