// What changed, in order of commit (`changes`), and the objects of instances in a table of their own,
// which lists and claims do not read. `instances.objects` stays for the release before this one, which
// reads it; a later release drops it.

const { createHash } = require('node:crypto');

const BATCH = 500;

/**
 * As `instanceObjectRows.ts` has it.
 *
 * @param {string} text
 */
const digestOf = text =>
  createHash('sha256').update(text).digest('hex').slice(0, 32);

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('changes', table => {
    table.comment('What changed, written in the transaction of the change');
    table
      .bigInteger('position')
      .primary()
      .comment('In order of commit, without gaps');
    table.string('kind', 16).notNullable();
    table
      .string('key', 255)
      .notNullable()
      .comment('Id or name of what changed');
    table.text('data').comment('JSON');
    table.string('at', 32).notNullable();
    table.index(['at'], 'changes_at');
  });
  await knex.schema.createTable('change_position', table => {
    table.comment('One row: the position of the last change');
    table.integer('id').primary();
    table.bigInteger('position').notNullable();
  });
  await knex('change_position').insert({ id: 1, position: 0 });
  await knex.schema.createTable('change_readers', table => {
    table.comment('How far readers that continue after a restart have come');
    table.string('name', 63).primary();
    table.bigInteger('position').notNullable();
  });
  await knex.schema.createTable('instance_objects', table => {
    table.comment(
      'Kubernetes objects of instances, as rendered at run or redeploy',
    );
    table
      .uuid('instance_id')
      .primary()
      .references('id')
      .inTable('instances')
      .onDelete('CASCADE');
    table.text('objects').notNullable().comment('JSON');
  });
  await knex.schema.alterTable('instances', table => {
    table
      .string('objects_digest', 32)
      .comment(
        'Of its objects; null or another one where an older release wrote them',
      );
    table.boolean('has_volume').comment('Null where an older release wrote it');
  });
  const ids = await knex('instances').orderBy('id').pluck('id');
  for (let from = 0; from < ids.length; from += BATCH) {
    const rows = await knex('instances')
      .whereIn('id', ids.slice(from, from + BATCH))
      .select('id', 'objects');
    for (const { id, objects } of rows) {
      await knex('instance_objects').insert({ instance_id: id, objects });
      await knex('instances')
        .where({ id })
        .update({
          objects_digest: digestOf(objects),
          has_volume: Boolean(JSON.parse(objects).claim),
        });
    }
  }
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('instances', table => {
    table.dropColumns('objects_digest', 'has_volume');
  });
  await knex.schema.dropTable('instance_objects');
  await knex.schema.dropTable('change_readers');
  await knex.schema.dropTable('change_position');
  await knex.schema.dropTable('changes');
};
