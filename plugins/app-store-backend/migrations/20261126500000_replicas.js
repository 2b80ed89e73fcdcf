/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('replicas', table => {
    table.comment('Processes of the store that are at work on this database');
    table.uuid('id').primary().comment('A new one at each start');
    table.string('host', 255).notNullable();
    table
      .text('process')
      .notNullable()
      .comment('By which others on the same machine tell whether it has ended');
    table
      .boolean('alone')
      .notNullable()
      .comment('Keeps its bundles where no other replica sees them');
    table.string('started_at', 32).notNullable();
    table
      .string('seen_at', 32)
      .notNullable()
      .comment('Changes for as long as it lives');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('replicas');
};
