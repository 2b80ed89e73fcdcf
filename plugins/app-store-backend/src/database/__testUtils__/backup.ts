/** A backup of a whole database, as rows. */
import type { Knex } from 'knex';
import { isPostgres } from '../locks';

/** A copy of a database that a test puts back. */
export class Backup {
  readonly #rows: Map<string, object[]>;

  static async take(knex: Knex): Promise<Backup> {
    const tables: string[] = isPostgres(knex)
      ? await knex('pg_tables')
          .where('schemaname', knex.raw('current_schema()'))
          .pluck('tablename')
      : await knex('sqlite_master')
          .where({ type: 'table' })
          .whereNot('name', 'like', 'sqlite_%')
          .pluck('name');
    const rows = new Map<string, object[]>();
    for (const table of tables)
      if (!table.startsWith('knex_')) rows.set(table, await knex(table));
    return new Backup(rows);
  }

  private constructor(rows: Map<string, object[]>) {
    this.#rows = rows;
  }

  /** Has the backup say something else of a row than there was. */
  change(table: string, id: string, values: object): void {
    const row = this.#rows
      .get(table)!
      .find(each => (each as { id: string }).id === id)!;
    Object.assign(row, values);
  }

  /** Everything is as it was then; nobody may be at work on the database. */
  async restore(knex: Knex): Promise<void> {
    const postgres = isPostgres(knex);
    if (!postgres) await knex.raw('PRAGMA foreign_keys = OFF');
    await knex.transaction(async tx => {
      // Rows refer to each other.
      if (postgres)
        await tx.raw('set local session_replication_role = replica');
      for (const table of this.#rows.keys()) await tx(table).delete();
      for (const [table, rows] of this.#rows)
        if (rows.length) await tx.batchInsert(table, rows, 100);
    });
    if (!postgres) await knex.raw('PRAGMA foreign_keys = ON');
  }
}
