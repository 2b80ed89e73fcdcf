// A session belongs to the instance that its host led to when it began: an alias may lead
// elsewhere later. Null in sessions of the release before.
//
// Gateways read each other's revocations in the order of their positions. A position is taken
// by updating one row, so that they are committed in their order.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('sessions', table => {
    table.string('instance_id', 36);
  });
  await knex.schema.createTable('revocations', table => {
    table.comment(
      'Sessions that were ended before their time, for all gateways',
    );
    table.bigInteger('position').primary();
    table.string('hash', 64).notNullable().comment('Of the session');
    table.bigInteger('revoked_at').notNullable().comment('ms since 1970');
    table.index(['revoked_at'], 'revocations_at');
  });
  await knex.schema.createTable('positions', table => {
    table.comment('The last position of each log');
    table.string('name', 63).primary();
    table.bigInteger('value').notNullable();
  });
  await knex('positions').insert({ name: 'revocations', value: 0 });
  await knex.schema.createTable('alias_cookies', table => {
    table.comment(
      'Cookies that apps set below a path of an alias: what a browser does not show when it asks for another path',
    );
    table.string('host', 255).notNullable();
    table.string('name', 255).notNullable();
    table.string('path', 255).notNullable();
    table.primary(['host', 'name', 'path']);
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('alias_cookies');
  await knex.schema.dropTable('positions');
  await knex.schema.dropTable('revocations');
  await knex.schema.alterTable('sessions', table => {
    table.dropColumn('instance_id');
  });
};
