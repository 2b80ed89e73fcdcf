/** Answers to requests that may be repeated, kept for a while. */
import { isDatabaseConflictError } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

/** Which request. */
export interface IdempotencyKey {
  actorRef: string;
  operation: string;
  key: string;
}

/** What is known of a request. */
export type KnownRequest =
  | { state: 'new' }
  | { state: 'running'; bodyDigest: string; holder?: string }
  | { state: 'done'; bodyDigest: string; status: number; body: string };

const columns = ({ actorRef, operation, key }: IdempotencyKey) => ({
  actor_ref: actorRef,
  operation,
  key,
});

/** Idempotency keys and their answers in the database. */
export class IdempotencyRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** Takes a key for a request, or says what is known of the one that has it. */
  async begin(
    key: IdempotencyKey,
    bodyDigest: string,
    nowMs: number,
    expiresAtMs: number,
    holder: string,
  ): Promise<KnownRequest> {
    await this.#knex('idempotency_keys')
      .where(columns(key))
      .where('expires_at', '<=', nowMs)
      .delete();
    try {
      await this.#knex('idempotency_keys').insert({
        ...columns(key),
        body_digest: bodyDigest,
        expires_at: expiresAtMs,
        holder,
      });
      return { state: 'new' };
    } catch (error) {
      if (!isDatabaseConflictError(error)) throw error;
    }
    const row = await this.#knex('idempotency_keys')
      .where(columns(key))
      .first();
    // Given up in between: whoever asks again is the first.
    if (!row) return this.begin(key, bodyDigest, nowMs, expiresAtMs, holder);
    return row.status === null
      ? {
          state: 'running',
          bodyDigest: row.body_digest,
          holder: row.holder ?? undefined,
        }
      : {
          state: 'done',
          bodyDigest: row.body_digest,
          status: row.status,
          body: row.body,
        };
  }

  /** Says that it is still being worked on. */
  async extend(
    key: IdempotencyKey,
    holder: string,
    expiresAtMs: number,
  ): Promise<void> {
    await this.#knex('idempotency_keys')
      .where({ ...columns(key), holder })
      .whereNull('status')
      .update({ expires_at: expiresAtMs });
  }

  /** Keeps the answer, unless somebody else began anew meanwhile. */
  async finish(
    key: IdempotencyKey,
    holder: string,
    answer: { status: number; body: string },
    expiresAtMs: number,
  ): Promise<void> {
    await this.#knex('idempotency_keys')
      .where({ ...columns(key), holder })
      .update({ ...answer, expires_at: expiresAtMs });
  }

  /** After a refusal or failure nothing was done: the key is free again. */
  async giveUp(key: IdempotencyKey, holder: string): Promise<void> {
    await this.#knex('idempotency_keys')
      .where({ ...columns(key), holder })
      .whereNull('status')
      .delete();
  }

  async dropExpired(nowMs: number): Promise<void> {
    await this.#knex('idempotency_keys')
      .where('expires_at', '<=', nowMs)
      .delete();
  }
}
