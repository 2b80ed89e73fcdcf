/** Turns that the database gives. */
import type { Knex } from 'knex';

/** True on PostgreSQL; SQLite has one writer anyway. */
export function isPostgres({ client }: Pick<Knex, 'client'>): boolean {
  return client.config.client === 'pg';
}

/** Keeps the rows of a query from others until the end of the transaction. */
export function forUpdate<Q extends Knex.QueryBuilder>(query: Q): Q {
  return isPostgres(query) ? (query.forUpdate() as Q) : query;
}

/** Leaves out rows that another transaction keeps from others. */
export function skipLocked<Q extends Knex.QueryBuilder>(query: Q): Q {
  return isPostgres(query) ? (query.forUpdate().skipLocked() as Q) : query;
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
