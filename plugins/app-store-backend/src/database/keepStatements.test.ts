import makeKnex from 'knex';
import { keepStatements } from './keepStatements';

it('15: compiles a statement once, and follows changes of the schema', async () => {
  const knex = makeKnex({
    client: 'better-sqlite3',
    connection: { filename: ':memory:' },
    useNullAsDefault: true,
  });
  try {
    await keepStatements(knex);
    const connection = await knex.client.acquireConnection();
    await knex.client.releaseConnection(connection);
    const { prepare } = connection;
    // A second store on the same connection changes nothing.
    await keepStatements(knex);
    expect(connection.prepare).toBe(prepare);
    await knex.schema.createTable('t', table => {
      table.integer('a');
    });
    await knex('t').insert({ a: 1 });
    const look = () => knex('t').select('*').orderBy('a');
    expect(await look()).toEqual([{ a: 1 }]);
    expect(prepare('select 1')).toBe(prepare('select 1'));
    await knex.schema.alterTable('t', table => {
      table.integer('b');
    });
    await knex('t').insert({ a: 2, b: 3 });
    expect(await look()).toEqual([
      { a: 1, b: null },
      { a: 2, b: 3 },
    ]);
    // Within a transaction, too, and where it fails.
    await expect(
      knex.transaction(async tx => {
        await tx('t').insert({ a: 3, b: 4 });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await look()).toHaveLength(2);
  } finally {
    await knex.destroy();
  }
});
