/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('keys', table => {
    table.comment('Keys of the gateway, made at its first start');
    table.string('name', 63).primary();
    table.text('value').notNullable();
  });
  await knex.schema.createTable('tickets', table => {
    table.comment(
      'One-time tickets with which a browser comes from the portal to an app',
    );
    table.string('hash', 64).primary().comment('SHA-256 of the ticket');
    table.string('nonce_hash', 64).notNullable();
    table.string('host', 255).notNullable();
    table.string('user_ref', 255).notNullable();
    table.string('path', 8192).notNullable();
    table.bigInteger('expires_at').notNullable().comment('ms since 1970');
    table.index(['expires_at'], 'tickets_expires');
  });
  await knex.schema.createTable('sessions', table => {
    table.comment('Signed-in browsers, one session for each host');
    table.string('hash', 64).primary().comment('SHA-256 of the cookie');
    table.string('host', 255).notNullable();
    table.string('user_ref', 255).notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('expires_at').notNullable().comment('ms since 1970');
    table.index(['user_ref'], 'sessions_user');
    table.index(['expires_at'], 'sessions_expires');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of ['sessions', 'tickets', 'keys'])
    await knex.schema.dropTable(table);
};
