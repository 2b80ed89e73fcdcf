/** Turns that the database gives. */
import type { Knex } from 'knex';

/** True on PostgreSQL; SQLite has one writer anyway. */
export function isPostgres(knex: Knex): boolean {
  return knex.client.config.client === 'pg';
}

/** Holds a name until the end of the transaction: who asks at once is served one after the other. */
export async function lockName(
  tx: Knex.Transaction,
  name: string,
): Promise<void> {
  if (isPostgres(tx))
    await tx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [
      name,
    ]);
}
