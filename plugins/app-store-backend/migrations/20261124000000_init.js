/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('settings', table => {
    table.comment('Facts about this installation');
    table.string('name', 63).primary();
    table.text('value').notNullable();
  });

  await knex.schema.createTable('apps', table => {
    table.comment('App versions: immutable but for visibility and tags');
    table.uuid('id').primary();
    table.string('name', 63).notNullable();
    table.string('version', 63).notNullable();
    table.string('owner_ref', 255).notNullable();
    table.string('visibility', 16).notNullable();
    table.text('manifest').notNullable().comment('app.toml as read, JSON');
    table
      .text('search_text')
      .notNullable()
      .comment('Lower case words to be found by');
    table.text('long_description').notNullable();
    table.string('icon', 128).comment('Name of the icon in the blob store');
    table
      .text('screenshots')
      .notNullable()
      .comment('Names in the blob store, JSON');
    table
      .string('bundle_digest', 64)
      .notNullable()
      .comment('SHA-256 of the archive');
    table
      .string('content_digest', 64)
      .notNullable()
      .comment('SHA-256 of its content as a tar stream');
    table.bigInteger('bundle_size').notNullable();
    table.string('created_at', 32).notNullable();
    table.string('updated_at', 32).notNullable();
    table.unique(['name', 'version'], { indexName: 'apps_name_version' });
    table.index(['owner_ref'], 'apps_owner');
    table.index(['visibility'], 'apps_visibility');
  });

  await knex.schema.createTable('tags', table => {
    table.comment('Labels of apps');
    table.uuid('id').primary();
    table.string('name', 63).notNullable().unique({ indexName: 'tags_name' });
    table.string('title', 200).notNullable();
    table.string('color', 7).notNullable();
    table.text('description').notNullable();
    table.text('admin_roles').notNullable().comment('JSON');
  });

  await knex.schema.createTable('tag_visitor_roles', table => {
    table.comment('Roles whose visitors see apps with the tag');
    table
      .uuid('tag_id')
      .notNullable()
      .references('id')
      .inTable('tags')
      .onDelete('CASCADE');
    table.string('role', 255).notNullable();
    table.primary(['tag_id', 'role']);
    table.index(['role'], 'tag_visitor_roles_role');
  });

  await knex.schema.createTable('app_tags', table => {
    table
      .uuid('app_id')
      .notNullable()
      .references('id')
      .inTable('apps')
      .onDelete('CASCADE');
    table
      .uuid('tag_id')
      .notNullable()
      .references('id')
      .inTable('tags')
      .onDelete('CASCADE');
    table.string('assigned_at', 32).notNullable();
    table.primary(['app_id', 'tag_id']);
    table.index(['tag_id'], 'app_tags_tag');
  });

  await knex.schema.createTable('secrets', table => {
    table.comment('Secrets without their values: those are in Kubernetes only');
    table.uuid('id').primary();
    table.string('name', 63).notNullable();
    table.string('visibility', 16).notNullable();
    table.string('parent', 80).notNullable().defaultTo('');
    table.string('owner_ref', 255).notNullable();
    table
      .string('scope_owner', 255)
      .notNullable()
      .comment('owner_ref of a PRIVATE secret, else empty');
    table.text('key_names').notNullable().comment('JSON');
    table.string('created_at', 32).notNullable();
    table.string('updated_at', 32).notNullable();
    table.unique(['name', 'visibility', 'parent', 'scope_owner'], {
      indexName: 'secrets_identity',
    });
  });

  await knex.schema.createTable('instances', table => {
    table.comment(
      'Running and suspended copies of apps, and the queue of their processor',
    );
    table.uuid('id').primary();
    table
      .uuid('app_id')
      .notNullable()
      .references('id')
      .inTable('apps')
      .onDelete('RESTRICT');
    table.string('owner_ref', 255).notNullable();
    table.string('visibility', 16).notNullable();
    table
      .string('desired', 16)
      .notNullable()
      .comment('running, suspended or terminated');
    table
      .integer('slot')
      .comment("The place that a running instance takes of its owner's quota");
    table.string('cluster', 63).notNullable();
    table.string('namespace', 63).notNullable();
    table
      .text('objects')
      .notNullable()
      .comment('Kubernetes objects as rendered at run or redeploy, JSON');
    table.string('status', 16).notNullable();
    table.string('stage', 16);
    table
      .text('stages')
      .notNullable()
      .comment('When each stage of the last launch was reached, JSON');
    table.text('problem').comment('What keeps it from running, JSON');
    table.text('endpoint').comment('Where the gateway reaches it, JSON');
    table.integer('restart_count').notNullable().defaultTo(0);
    table.integer('timeout_seconds').notNullable();
    table.string('suspend_after', 32);
    table
      .integer('launch')
      .notNullable()
      .defaultTo(1)
      .comment('Counts runs and resumptions');
    table
      .string('applied', 80)
      .comment('Digest of what was last applied to the cluster');
    table
      .bigInteger('due_at')
      .comment('When the processor is to look at it, ms since 1970');
    table.string('lease_token', 36);
    table.bigInteger('lease_until').comment('ms since 1970');
    table.string('created_at', 32).notNullable();
    table.string('updated_at', 32).notNullable();
    table.unique(['owner_ref', 'slot'], { indexName: 'instances_owner_slot' });
    table.index(['app_id'], 'instances_app');
    table.index(['due_at'], 'instances_due');
    table.index(['suspend_after'], 'instances_suspend_after');
    table.index(['updated_at'], 'instances_updated');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    'instances',
    'secrets',
    'app_tags',
    'tag_visitor_roles',
    'tags',
    'apps',
    'settings',
  ]) {
    await knex.schema.dropTable(table);
  }
};
