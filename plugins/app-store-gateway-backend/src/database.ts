/** Opens the gateway's database with this release's schema. */
import {
  resolvePackagePath,
  type DatabaseService,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { readdir } from 'node:fs/promises';

export const MIGRATIONS_DIRECTORY = resolvePackagePath(
  '@ai-app-store/backstage-plugin-app-store-gateway-backend',
  'migrations',
);
/** Where Knex notes what was done: https://knexjs.org/guide/migrations.html */
const DONE = 'knex_migrations';

/**
 * SQLite waits for the disk twice at each write by default, and a way into an app is five
 * writes. With a write-ahead log a crash of the process loses nothing.
 */
async function tuneSqlite(knex: Knex): Promise<void> {
  if (!String(knex.client.config.client).includes('sqlite')) return;
  await knex.raw('PRAGMA journal_mode = WAL');
  await knex.raw('PRAGMA synchronous = NORMAL');
}

/** @throws Error where the schema is older than this release */
async function assertMigrated(knex: Knex): Promise<void> {
  const done: string[] = (await knex.schema.hasTable(DONE))
    ? await knex(DONE).pluck('name')
    : [];
  const missing = (await readdir(MIGRATIONS_DIRECTORY)).filter(
    name => name.endsWith('.js') && !done.includes(name),
  );
  if (missing.length)
    throw new Error(
      `The gateway's tables are of an older release, or not there (missing: ${missing.join(
        ', ',
      )}). The portal makes them when it starts; this process must not (backend.database.skipMigrations). Start it again after the portal.`,
    );
}

/**
 * The database client, migrated; where `backend.database.skipMigrations` leaves that to another
 * process, only looked at.
 *
 * @throws Error where that process has not done it yet
 */
export async function openDatabase(database: DatabaseService): Promise<Knex> {
  const knex = await database.getClient();
  await tuneSqlite(knex);
  if (database.migrations?.skip) await assertMigrated(knex);
  else await knex.migrate.latest({ directory: MIGRATIONS_DIRECTORY });
  return knex;
}
