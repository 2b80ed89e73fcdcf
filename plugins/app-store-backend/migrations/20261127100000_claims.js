// Which volume an instance has, so that a lost one is never made anew unasked.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('instances', table => {
    table
      .string('claim_uid', 64)
      .comment('Of the PersistentVolumeClaim, once it was made');
  });
  // Those that were applied have theirs; its uid is read with the next look.
  await knex('instances')
    .where(where =>
      where
        .whereNotNull('applied')
        .orWhereIn('desired', ['terminated', 'released']),
    )
    .where('objects', 'like', '%"PersistentVolumeClaim"%')
    .update({ claim_uid: 'unread' });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('instances', table => {
    table.dropColumn('claim_uid');
  });
};
