// What each launch took, step by step; and which pod has its bundle and makes its environment, since one
// container does both.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('instances', table => {
    table
      .string('preparing', 63)
      .comment('uid of the pod that has its bundle, as it told itself');
    table
      .text('steps')
      .comment(
        'JSON: when each step of this launch was done; of newer releases',
      );
  });
  await knex.schema.createTable('launches', table => {
    table.comment('Launches that came to be ready, kept for a while');
    table.uuid('instance_id').notNullable();
    table.integer('launch').notNullable();
    table
      .uuid('app_id')
      .notNullable()
      .references('id')
      .inTable('apps')
      .onDelete('CASCADE');
    table.string('began_at', 32).notNullable().comment('ISO 8601');
    table
      .text('steps')
      .notNullable()
      .comment('JSON: by step, milliseconds from the beginning to its end');
    table
      .bigInteger('first_byte_ms')
      .comment(
        'To the first byte that the app sent a visitor; null until then',
      );
    table.primary(['instance_id', 'launch']);
    table.index(['app_id', 'began_at']);
    table.index(['began_at']);
  });
  // What is known of the launches of the release before: when they were asked for, and ready.
  const rows = await knex('instances')
    .where('stages', 'like', '%"ready"%')
    .select('id', 'launch', 'app_id', 'stages');
  for (const { id, launch, app_id, stages } of rows) {
    const { accepted, ready } = JSON.parse(stages);
    if (accepted && ready)
      await knex('launches').insert({
        instance_id: id,
        launch,
        app_id,
        began_at: accepted,
        steps: JSON.stringify({
          routed: Math.max(0, Date.parse(ready) - Date.parse(accepted)),
        }),
      });
  }
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('launches');
  await knex.schema.alterTable('instances', table => {
    table.dropColumn('preparing');
    table.dropColumn('steps');
  });
};
