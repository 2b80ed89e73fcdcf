/** Databases as the gateway's plugin finds them. */
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import type { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';

/** Where the gateway's migrations are. */
export const MIGRATIONS_DIRECTORY = resolvePackagePath(
  '@ai-app-store/backstage-plugin-app-store-gateway-backend',
  'migrations',
);

/** A new database with the tables of this release. */
export async function migrated(
  databases: TestDatabases,
  id: Parameters<TestDatabases['init']>[0],
): Promise<Knex> {
  const knex = await databases.init(id);
  await knex.migrate.latest({ directory: MIGRATIONS_DIRECTORY });
  return knex;
}
