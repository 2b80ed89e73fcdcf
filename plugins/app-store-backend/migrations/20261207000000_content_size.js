// How large the content of an app is as a tar stream: a node that pulls it wants to know it before.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('apps', table => {
    table
      .bigInteger('content_size')
      .comment('Bytes; of apps that were imported before, null');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  // Not by way of a copy of the table, to which others refer.
  await knex.raw('ALTER TABLE apps DROP COLUMN content_size');
};
