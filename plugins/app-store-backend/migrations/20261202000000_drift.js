// What an instance's objects were when they were applied last, so that drift is seen without a
// call, and how the attempts stand to apply them.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('instances', table => {
    table
      .text('applied_objects')
      .comment('JSON: by kind the uid and the mark of what was applied');
    table
      .text('attempt')
      .comment(
        'JSON: how often it was refused, why, and when it is tried again',
      );
    table
      .text('notice')
      .comment('What a launch waits for, where nothing is wrong');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('instances', table => {
    table.dropColumn('applied_objects');
    table.dropColumn('attempt');
    table.dropColumn('notice');
  });
};
