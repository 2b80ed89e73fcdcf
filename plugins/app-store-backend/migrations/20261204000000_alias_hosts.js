// Aliases may be host names outside the apps' domain. SQLite does not know how long a text is.

const COLUMNS = [
  ['aliases', 'name'],
  ['alias_history', 'alias_name'],
];

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  if (knex.client.config.client !== 'pg') return;
  for (const [table, column] of COLUMNS)
    await knex.raw('alter table ?? alter column ?? type varchar(255)', [
      table,
      column,
    ]);
};

/**
 * Names that no longer fit are deleted: the release before cannot serve them.
 *
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex('aliases').where('name', 'like', '%.%').delete();
  await knex('alias_history').where('alias_name', 'like', '%.%').delete();
  if (knex.client.config.client !== 'pg') return;
  for (const [table, column] of COLUMNS)
    await knex.raw('alter table ?? alter column ?? type varchar(63)', [
      table,
      column,
    ]);
};
