/** Brings the database to this release's schema. */
import {
  resolvePackagePath,
  type DatabaseService,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

export const MIGRATIONS_DIRECTORY = resolvePackagePath(
  '@ai-app-store/backstage-plugin-app-store-backend',
  'migrations',
);

/**
 * SQLite waits for the disk twice at each write by default. With a write-ahead log
 * a crash of the process loses nothing, and a write takes a tenth of the time.
 */
export async function tuneSqlite(knex: Knex): Promise<void> {
  if (!String(knex.client.config.client).includes('sqlite')) return;
  await knex.raw('PRAGMA journal_mode = WAL');
  await knex.raw('PRAGMA synchronous = NORMAL');
}

/** The database client, migrated unless the configuration says otherwise. */
export async function migratedClient(database: DatabaseService): Promise<Knex> {
  const knex = await database.getClient();
  await tuneSqlite(knex);
  if (!database.migrations?.skip)
    await knex.migrate.latest({ directory: MIGRATIONS_DIRECTORY });
  return knex;
}
