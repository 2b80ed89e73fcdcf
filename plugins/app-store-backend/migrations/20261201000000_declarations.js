// What is declared in repositories (by the catalog) and in files that were applied, and how the
// store stands to each.

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('declarations', table => {
    table.comment('Declared apps, tags, instances, secrets and aliases');
    table.uuid('id').primary();
    table
      .string('source', 255)
      .notNullable()
      .comment('`catalog`, or `set:<person>/<name>` of applied files');
    table.string('entity_ref', 255).notNullable();
    table.string('kind', 16).notNullable();
    table.text('location').comment('Where the catalog read it');
    table
      .string('etag', 64)
      .comment('Of the entity that was read last; null if it has to be read');
    table.text('declaration').comment('JSON; no values of secrets');
    table.string('digest', 64).comment('Of the declaration');
    table.string('owner_ref', 255).comment('Who it acts for');
    table.string('accepted_digest', 64).comment('What somebody accepted');
    table.string('accepted_by', 255);
    table.string('accepted_at', 32);
    table.string('state', 16).notNullable();
    table.string('since', 32).notNullable().comment('When it came to be so');
    table.text('problem').comment('JSON: why it is not in sync');
    table.text('changes').comment('JSON: declared against actual');
    table.text('content').comment('JSON: of an app, what stands in its source');
    table.uuid('resource_id').comment('What it declares');
    table
      .integer('resource_revision')
      .comment('Of the resource when it was compared last');
    table.uuid('next_id').comment('The instance that takes the place of it');
    table.string('applied_digest', 64).comment('What was applied last');
    table.text('published').notNullable().comment('JSON: app versions of it');
    table
      .string('refers_to', 255)
      .comment(
        'The declaration that it names: of an alias its instance, of an instance its app',
      );
    table.string('follows', 63).comment('The app whose versions it follows');
    table.string('due_at', 32).comment('When it is to be looked at again');
    table.integer('attempts').notNullable().defaultTo(0);
    table.string('missing_since', 32).comment('No longer declared since then');
    table.string('created_at', 32).notNullable();
    table.string('updated_at', 32).notNullable();
    table.integer('revision').notNullable().defaultTo(1);
    table.unique(['source', 'entity_ref'], {
      indexName: 'declarations_source_ref',
    });
    // Two that declare the same thing would take turns in changing it.
    table.unique(['kind', 'resource_id'], {
      indexName: 'declarations_resource',
    });
    table.index(['due_at'], 'declarations_due');
    table.index(['follows'], 'declarations_follows');
    table.index(['refers_to'], 'declarations_refers_to');
    table.index(['state', 'since'], 'declarations_state');
    table.index(['owner_ref'], 'declarations_owner');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('declarations');
};
