/** Databases that tests run on: SQLite and PostgreSQL. */
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { MIGRATIONS_DIRECTORY, tuneSqlite } from '../migrate';

// A database of its own, with all migrations, may take seconds where other tests run beside it.
jest.setTimeout(60_000);

export const databases = TestDatabases.create({
  ids: ['SQLITE_3', 'POSTGRES_17'],
});

/** The ids; without a PostgreSQL there is no run that counts. */
export function databaseIds() {
  const ids = databases.eachSupportedId();
  if (ids.length !== 2)
    throw new Error(
      'the tests need a PostgreSQL: run them by npm test, or set BACKSTAGE_TEST_DATABASE_POSTGRES17_CONNECTION_STRING',
    );
  return ids;
}

/**
 * The ids for behaviours of the whole store, whose statements their own tests try on both, and which
 * `test/spec` tries on PostgreSQL: SQLite in `npm test`, both in `npm run test:all`.
 */
export function behaviourIds() {
  const ids = databaseIds();
  return process.env.TEST_ON_ALL_DATABASES
    ? ids
    : ids.filter(([id]) => id.startsWith('SQLITE'));
}

export async function migrated(
  id: Parameters<typeof databases.init>[0],
): Promise<Knex> {
  const knex = await databases.init(id);
  await tuneSqlite(knex);
  await knex.migrate.latest({ directory: MIGRATIONS_DIRECTORY });
  return knex;
}
