// What terminated instances wrote last, for a day.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('last_logs', table => {
    table.comment('What terminated instances wrote last; kept for a day');
    table
      .uuid('instance_id')
      .notNullable()
      .comment('Without a foreign key: the instance is no more');
    table.string('container', 16).notNullable();
    table.uuid('app_id').notNullable().comment('Without a foreign key, too');
    table.string('owner_ref', 255).notNullable();
    table.string('ended_at', 32).notNullable().comment('ISO 8601');
    table.text('lines').notNullable().comment('At most 64 KiB');
    table.primary(['instance_id', 'container']);
    table.index(['ended_at'], 'last_logs_ended');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('last_logs');
};
