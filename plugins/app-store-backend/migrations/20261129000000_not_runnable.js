// Apps that cannot be run are few where all is well; who asks for them does not read all others.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('apps', table => {
    table.index(['runnable', 'created_at'], 'apps_runnable');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('apps', table => {
    table.dropIndex(['runnable', 'created_at'], 'apps_runnable');
  });
};
