// Why the catalog cannot read the file of a declaration any more.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('declarations', table => {
    table
      .text('unreadable')
      .comment('JSON: the problem, and since when; null where it can be read');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  // Not by way of a copy of the table, to which others refer.
  await knex.raw('ALTER TABLE declarations DROP COLUMN unreadable');
};
