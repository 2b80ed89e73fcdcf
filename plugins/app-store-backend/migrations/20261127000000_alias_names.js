// The history of a deleted alias is looked for by its name.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('alias_history', table => {
    table.index(['alias_name', 'at'], 'alias_history_name');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('alias_history', table => {
    table.dropIndex(['alias_name', 'at'], 'alias_history_name');
  });
};
