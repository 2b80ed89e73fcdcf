/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('people', table => {
    table.comment('Who signed in by an identity provider that says roles');
    table.string('user_ref', 255).primary();
    table.string('display_name', 200).notNullable();
    table
      .text('roles')
      .notNullable()
      .comment('Roles of the claim as they were, a JSON array of strings');
    table
      .string('signed_in_at', 32)
      .notNullable()
      .comment('Last sign-in or refresh of a session');
    table.index(['signed_in_at'], 'people_signed_in_at');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('people');
};
