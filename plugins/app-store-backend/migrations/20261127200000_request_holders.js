// Which process works on a request that may be repeated: when it is gone, the next one begins anew.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('idempotency_keys', table => {
    table
      .text('holder')
      .comment('Token and process of who works on it; null in older releases');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('idempotency_keys', table => {
    table.dropColumn('holder');
  });
};
