/**
 * SQLite takes as long to compile a statement as to run it, and knex has each compiled anew. What was
 * compiled is kept with its connection; SQLite itself notices where the schema has changed since.
 */
import type { Knex } from 'knex';
import { LRUCache } from 'lru-cache';

/** Statements of a store, those with lists of different lengths included. */
const KEPT = 500;

/** As much of better-sqlite3's connection as is used here. */
interface Connection {
  prepare(sql: string): object;
}

const kept = new WeakSet<Connection>();

/** Keeps the statements of an SQLite database's connection. */
export async function keepStatements(knex: Knex): Promise<void> {
  const connection: Connection = await knex.client.acquireConnection();
  try {
    if (kept.has(connection)) return;
    kept.add(connection);
    const compile = connection.prepare.bind(connection);
    const statements = new LRUCache<string, object>({ max: KEPT });
    connection.prepare = sql => {
      let statement = statements.get(sql);
      if (!statement) {
        statement = compile(sql);
        statements.set(sql, statement);
      }
      return statement;
    };
  } finally {
    await knex.client.releaseConnection(connection);
  }
}
