/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('access_tokens', table => {
    table.comment(
      'Tokens of the command line and of machines; never a token itself',
    );
    table.uuid('id').primary();
    table.string('owner_ref', 255).notNullable();
    table.string('name', 100).notNullable();
    table.string('kind', 16).notNullable().comment('login or machine');
    table
      .string('digest', 64)
      .notNullable()
      .unique({ indexName: 'access_tokens_digest' })
      .comment('SHA-256 of the token');
    table.string('created_at', 32).notNullable();
    table.string('expires_at', 32).notNullable();
    table.string('last_used_at', 32);
    table.index(['owner_ref'], 'access_tokens_owner');
  });

  await knex.schema.createTable('login_requests', table => {
    table.comment(
      'Sign-ins of command lines that wait for a browser (RFC 8628)',
    );
    table
      .string('device_digest', 64)
      .primary()
      .comment('SHA-256 of the device code');
    table
      .string('user_code', 16)
      .notNullable()
      .unique({ indexName: 'login_requests_user_code' });
    table
      .string('client', 100)
      .notNullable()
      .comment('What asks, in its words');
    table.string('address', 64).notNullable().comment('Where it came from');
    table.string('owner_ref', 255).comment('Who said yes');
    table.boolean('denied').notNullable().defaultTo(false);
    table.string('created_at', 32).notNullable();
    table.string('expires_at', 32).notNullable();
    table.index(['expires_at'], 'login_requests_expires');
    table.index(['address'], 'login_requests_address');
    table.index(['created_at'], 'login_requests_created');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('login_requests');
  await knex.schema.dropTable('access_tokens');
};
