// What holds of an instance, in the manner of Kubernetes, each with since when.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('instances', table => {
    table
      .text('conditions')
      .comment('JSON: conditions; of rows that were not written since, null');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('instances', table => {
    table.dropColumn('conditions');
  });
};
