/** Brings the database to this release's schema. */
import { resolvePackagePath, type DatabaseService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

export const MIGRATIONS_DIRECTORY = resolvePackagePath('@ai-app-store/backstage-plugin-app-store-backend', 'migrations');

/** The database client, migrated unless the configuration says otherwise. */
export async function migratedClient(database: DatabaseService): Promise<Knex> {
  const knex = await database.getClient();
  if (!database.migrations?.skip) await knex.migrate.latest({ directory: MIGRATIONS_DIRECTORY });
  return knex;
}
