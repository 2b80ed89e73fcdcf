import { MIGRATIONS_DIRECTORY } from './migrate';
import { databaseIds, databases } from './__testUtils__/databases';

jest.setTimeout(60_000);

describe.each(databaseIds())('migrations on %s', id => {
  it('go up, down to nothing, and up again', async () => {
    const knex = await databases.init(id);
    await knex.migrate.latest({ directory: MIGRATIONS_DIRECTORY });
    expect(await knex('instances')).toEqual([]);
    await knex.migrate.rollback({ directory: MIGRATIONS_DIRECTORY }, true);
    expect(await knex.schema.hasTable('instances')).toBe(false);
    expect(await knex.schema.hasTable('apps')).toBe(false);
    await knex.migrate.latest({ directory: MIGRATIONS_DIRECTORY });
    expect(await knex('apps')).toEqual([]);
  });
});
