/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('app_offers', table => {
    table.comment(
      'App versions that are offered to somebody, who owns them once they accept',
    );
    table
      .uuid('app_id')
      .primary()
      .references('id')
      .inTable('apps')
      .onDelete('CASCADE');
    table.uuid('offer_id').notNullable().comment('Of all that is one offer');
    table.string('from_ref', 255).notNullable();
    table.string('to_ref', 255).notNullable();
    table
      .string('offered_by', 255)
      .notNullable()
      .comment('The owner, or an admin');
    table
      .boolean('all_versions')
      .notNullable()
      .comment('All versions that the owner had of the name');
    table
      .string('name_from', 255)
      .comment('Whose the name is that goes along; null where it does not');
    table.string('created_at', 32).notNullable();
    table.string('expires_at', 32).notNullable();
    table.index(['offer_id'], 'app_offers_offer');
    table.index(['to_ref', 'created_at'], 'app_offers_to');
    table.index(['from_ref', 'created_at'], 'app_offers_from');
    table.index(['offered_by', 'created_at'], 'app_offers_by');
    table.index(['created_at'], 'app_offers_created');
    table.index(['expires_at'], 'app_offers_expires');
  });

  await knex.schema.alterTable('instances', table => {
    table
      .string('secrets_of', 255)
      .comment(
        "Whose secrets it was started with: its app's owner at the time",
      );
  });
  // An app may have changed hands since: a PRIVATE secret that was used says whose it was.
  await knex('instances').update({
    secrets_of: knex.raw(
      `coalesce(
        (select secrets.owner_ref from instance_secrets
          join secrets on secrets.id = instance_secrets.secret_id
          where instance_secrets.instance_id = instances.id
            and secrets.visibility = 'PRIVATE'
          limit 1),
        (select apps.owner_ref from apps where apps.id = instances.app_id))`,
    ),
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('instances', table => {
    table.dropColumn('secrets_of');
  });
  await knex.schema.dropTable('app_offers');
};
