import { TestDatabases } from '@backstage/backend-test-utils';
import { openDatabase } from './database';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_17'] });

describe.each(databases.eachSupportedId())('15: the database %s', id => {
  it('is left to the process that may migrate it, which has to come first', async () => {
    const knex = await databases.init(id);
    const open = (skip: boolean) =>
      openDatabase({ getClient: async () => knex, migrations: { skip } });

    await expect(open(true)).rejects.toThrow(
      /missing: \d+_init\.js, .*Start it again after the portal/,
    );
    expect(await knex.schema.hasTable('knex_migrations')).toBe(false);
    await open(false);
    await expect(open(true)).resolves.toBe(knex);

    // As the release before left it.
    await knex('knex_migrations').where('name', 'like', '%_init.js').delete();
    await expect(open(true)).rejects.toThrow(/missing: \d+_init\.js\)/);
  });
});
