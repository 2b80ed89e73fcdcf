/**
 * Sortable text for a version: the same order as the numbers and words of a
 * semantic version, in every collation. Kept equal to `versionKey` of
 * app-store-common by a test.
 *
 * @param {string} version
 */
function versionKey(version) {
  const [, core = '', pre] =
    /^(\d+(?:\.\d+){0,2})(?:-([^+]*))?/.exec(version) ?? [];
  /** @param {string} text */
  const number = text => {
    const digits = text.replace(/^0+(?=\d)/, '');
    return `${String(digits.length).padStart(2, '0')}${digits}`;
  };
  const parts = [...core.split('.').filter(Boolean), '0', '0', '0'].slice(0, 3);
  const words = pre
    ? `-${pre
        .split('.')
        .map(word => (/^\d+$/.test(word) ? `0${number(word)}` : `1${word}`))
        .map(word => `${word}\u0001`)
        .join('')}`
    : '~';
  return Buffer.from(
    `${parts.map(number).join('')}${words}\u0000${version}`,
  ).toString('hex');
}

/**
 * An index for words within words, where PostgreSQL may have the extension for it
 * (it is trusted from release 13 on, and comes with most packages). Without it, and on
 * SQLite, a search reads the texts of all apps that somebody may see.
 *
 * @param {import('knex').Knex} knex
 */
async function addSearchIndex(knex) {
  if (knex.client.config.client !== 'pg') return;
  const extension = await knex('pg_available_extensions')
    .where({ name: 'pg_trgm' })
    .first('name');
  if (!extension) return;
  try {
    // In a transaction of its own within this one: a refusal undoes no more than it.
    await knex.transaction(async tx => {
      await tx.raw('create extension if not exists pg_trgm');
      await tx.raw(
        'create index apps_search on apps using gin (search_text gin_trgm_ops)',
      );
    });
  } catch {
    // Whoever runs the migrations may not add extensions here.
  }
}

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('apps', table => {
    table.string('title', 255).notNullable().defaultTo('');
    table
      .string('sort_title', 255)
      .notNullable()
      .defaultTo('')
      .comment('Lower case, for ordering');
    table.string('lifecycle', 16).notNullable().defaultTo('ON_DEMAND');
    table
      .string('version_key', 400)
      .notNullable()
      .defaultTo('')
      .comment('Sorts as the version does');
    table.string('origin', 16).notNullable().defaultTo('direct');
    table.string('default_profile', 63);
    table.string('custom_image', 255);
    table.string('service_account', 253);
    table.boolean('runnable').comment('Null until it was decided');
    table
      .text('problems')
      .notNullable()
      .defaultTo('[]')
      .comment('What keeps it from being run, JSON');
    table.string('checked_at', 32);
    table.integer('likes').notNullable().defaultTo(0);
    table.integer('revision').notNullable().defaultTo(1);
    table.index(['name', 'version_key'], 'apps_name_version_key');
    table.index(['created_at', 'id'], 'apps_created');
    table.index(['updated_at', 'id'], 'apps_updated');
    table.index(['sort_title', 'id'], 'apps_sort_title');
    table.index(['checked_at'], 'apps_checked');
    table.index(['bundle_digest'], 'apps_bundle');
  });

  await knex.schema.createTable('app_names', table => {
    table.comment('Who brought the first version of a name');
    table.string('name', 63).primary();
    table.string('owner_ref', 255).notNullable();
    table.string('created_at', 32).notNullable();
  });

  await knex.schema.createTable('app_preferences', table => {
    table.comment('What somebody likes or has pinned');
    table.string('user_ref', 255).notNullable();
    table
      .uuid('app_id')
      .notNullable()
      .references('id')
      .inTable('apps')
      .onDelete('CASCADE');
    table.boolean('liked').notNullable().defaultTo(false);
    table.boolean('pinned').notNullable().defaultTo(false);
    table.primary(['user_ref', 'app_id']);
    table.index(['app_id'], 'app_preferences_app');
  });

  await knex.schema.alterTable('tags', table => {
    table.integer('revision').notNullable().defaultTo(1);
  });

  await knex.schema.alterTable('secrets', table => {
    table.integer('revision').notNullable().defaultTo(1);
    table
      .integer('value_version')
      .notNullable()
      .defaultTo(1)
      .comment('Counts changes of the values');
    table
      .string('value_digest', 64)
      .notNullable()
      .defaultTo('')
      .comment('Keyed hash of the values');
    table.string('state', 16).notNullable().defaultTo('READY');
    table.index(['visibility', 'name'], 'secrets_visibility');
    table.index(['scope_owner', 'name'], 'secrets_scope_owner');
  });

  await knex.schema.createTable('app_secrets', table => {
    table.comment(
      'Secrets that an app version names, and what they resolve to',
    );
    table
      .uuid('app_id')
      .notNullable()
      .references('id')
      .inTable('apps')
      .onDelete('CASCADE');
    table.string('name', 63).notNullable();
    table.string('key', 253).notNullable();
    table.boolean('optional').notNullable();
    table
      .uuid('secret_id')
      .references('id')
      .inTable('secrets')
      .onDelete('RESTRICT')
      .comment(
        'What an app needs cannot be deleted; null for what is optional',
      );
    table.primary(['app_id', 'name', 'key']);
    table.index(['secret_id'], 'app_secrets_secret');
    table.index(['name'], 'app_secrets_name');
  });

  await knex.schema.alterTable('instances', table => {
    table.string('launch_profile', 63);
    table.text('parameters').notNullable().defaultTo('{}').comment('JSON');
    table.boolean('suspendable').notNullable().defaultTo(true);
    table
      .boolean('extended')
      .notNullable()
      .defaultTo(false)
      .comment('The one extension of this start was used');
    table.integer('revision').notNullable().defaultTo(1);
    table
      .string('purge_after', 32)
      .comment('When what is left of a terminated instance goes');
    table.index(['created_at', 'id'], 'instances_created');
    table.index(['owner_ref', 'created_at'], 'instances_owner_created');
    table.index(['purge_after'], 'instances_purge_after');
    table.index(['status'], 'instances_status');
  });

  await knex.schema.createTable('instance_secrets', table => {
    table.comment('With which values of which secrets an instance was started');
    table
      .uuid('instance_id')
      .notNullable()
      .references('id')
      .inTable('instances')
      .onDelete('CASCADE');
    table
      .uuid('secret_id')
      .notNullable()
      .references('id')
      .inTable('secrets')
      .onDelete('CASCADE');
    table.integer('value_version').notNullable();
    table.primary(['instance_id', 'secret_id']);
    table.index(['secret_id'], 'instance_secrets_secret');
  });

  await knex.schema.createTable('aliases', table => {
    table.comment('Custom URLs; they outlive what they lead to');
    table.uuid('id').primary();
    table
      .string('name', 63)
      .notNullable()
      .unique({ indexName: 'aliases_name' });
    table
      .uuid('instance_id')
      .references('id')
      .inTable('instances')
      .onDelete('SET NULL');
    table.boolean('is_primary').notNullable().defaultTo(false);
    table.string('creator_ref', 255).notNullable();
    table.string('created_at', 32).notNullable();
    table.string('updated_at', 32).notNullable();
    table.integer('revision').notNullable().defaultTo(1);
    table.index(['instance_id'], 'aliases_instance');
    table.index(['creator_ref', 'name'], 'aliases_creator');
    table.index(['updated_at'], 'aliases_updated');
  });
  // One primary alias for each instance at most: held here, whoever writes.
  await knex.raw(
    'create unique index aliases_one_primary on aliases (instance_id) where is_primary',
  );

  await knex.schema.createTable('alias_history', table => {
    table.comment('What each alias led to, when and by whom');
    table.uuid('id').primary();
    table
      .uuid('alias_id')
      .notNullable()
      .comment('Without a foreign key: it is kept when the alias is deleted');
    table.string('alias_name', 63).notNullable();
    table.string('action', 16).notNullable();
    table.uuid('instance_id').comment('Where it led from then on');
    table.boolean('is_primary').notNullable();
    table.uuid('instance_before');
    table.boolean('primary_before').notNullable();
    table.string('actor_ref', 255).comment('Null where the store did it');
    table.string('at', 32).notNullable();
    table.integer('revision').notNullable().comment('Of the alias afterwards');
    table.index(['alias_id', 'revision'], 'alias_history_alias');
    table.index(['at'], 'alias_history_at');
    table.index(['instance_before'], 'alias_history_instance_before');
  });

  await knex.schema.createTable('audit', table => {
    table.comment('Every change and every refused attempt');
    table.uuid('id').primary();
    table.string('at', 32).notNullable();
    table.string('actor_ref', 255).notNullable();
    table.string('action', 80).notNullable();
    table.string('resource_id', 255);
    table.string('resource_name', 255);
    table.string('address', 64);
    table.string('client', 255);
    table.string('rule', 255);
    table.string('result', 16).notNullable();
    table.string('code', 63);
    table.text('detail').notNullable().defaultTo('{}').comment('JSON');
    table.index(['at', 'id'], 'audit_at');
    table.index(['actor_ref', 'at'], 'audit_actor');
    table.index(['resource_id', 'at'], 'audit_resource');
    table.index(['action', 'at'], 'audit_action');
    table.index(['result', 'at'], 'audit_result');
  });

  await knex.schema.createTable('iam_policies', table => {
    table.comment('Policies laid over the access rules');
    table.string('name', 63).primary();
    table.text('document').notNullable().comment('JSON');
    table.string('updated_at', 32).notNullable();
  });

  await knex.schema.createTable('idempotency_keys', table => {
    table.comment('Answers to requests that may be repeated');
    table.string('actor_ref', 255).notNullable();
    table.string('operation', 80).notNullable();
    table.string('key', 128).notNullable();
    table.string('body_digest', 64).notNullable();
    table.integer('status').comment('Null while the first one is under way');
    table.text('body');
    table.bigInteger('expires_at').notNullable().comment('ms since 1970');
    table.primary(['actor_ref', 'operation', 'key']);
    table.index(['expires_at'], 'idempotency_keys_expires');
  });

  await addSearchIndex(knex);

  // What the new columns say of the apps that are there.
  for (const app of await knex('apps').select('*')) {
    const manifest = JSON.parse(app.manifest);
    await knex('apps')
      .where({ id: app.id })
      .update({
        title: manifest.title.slice(0, 255),
        sort_title: manifest.title.toLowerCase().slice(0, 255),
        lifecycle: manifest.lifecycle,
        version_key: versionKey(app.version),
      });
    const seen = new Set();
    for (const entry of [...manifest.env, ...manifest.files]) {
      if (!entry.secret || seen.has(`${entry.secret}/${entry.secretKey}`))
        continue;
      seen.add(`${entry.secret}/${entry.secretKey}`);
      const secret = entry.optional
        ? undefined
        : (await knex('secrets')
            .where({
              visibility: 'PRIVATE',
              scope_owner: app.owner_ref,
              name: entry.secret,
            })
            .first('id')) ??
          (await knex('secrets')
            .where({ visibility: 'ALL_USERS', name: entry.secret })
            .first('id'));
      await knex('app_secrets').insert({
        app_id: app.id,
        name: entry.secret,
        key: entry.secretKey,
        optional: entry.optional,
        secret_id: secret?.id ?? null,
      });
    }
  }
  const first = await knex('apps').orderBy('created_at').select('*');
  for (const { name, owner_ref, created_at } of first)
    await knex('app_names')
      .insert({ name, owner_ref, created_at })
      .onConflict('name')
      .ignore();
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    'idempotency_keys',
    'iam_policies',
    'audit',
    'alias_history',
    'aliases',
    'instance_secrets',
    'app_secrets',
    'app_preferences',
    'app_names',
  ])
    await knex.schema.dropTable(table);
  await knex.raw('drop index if exists apps_search');
  /**
   * @param {string} name
   * @param {Record<string, string[]>} indexes
   * @param {string[]} columns
   */
  const drop = (name, indexes, columns) =>
    knex.schema.alterTable(name, table => {
      for (const [index, of] of Object.entries(indexes))
        table.dropIndex(of, index);
      table.dropColumns(...columns);
    });
  await drop(
    'instances',
    {
      instances_created: ['created_at', 'id'],
      instances_owner_created: ['owner_ref', 'created_at'],
      instances_purge_after: ['purge_after'],
      instances_status: ['status'],
    },
    [
      'launch_profile',
      'parameters',
      'suspendable',
      'extended',
      'revision',
      'purge_after',
    ],
  );
  await drop(
    'secrets',
    {
      secrets_visibility: ['visibility', 'name'],
      secrets_scope_owner: ['scope_owner', 'name'],
    },
    ['revision', 'value_version', 'value_digest', 'state'],
  );
  await drop('tags', {}, ['revision']);
  await drop(
    'apps',
    {
      apps_name_version_key: ['name', 'version_key'],
      apps_created: ['created_at', 'id'],
      apps_updated: ['updated_at', 'id'],
      apps_sort_title: ['sort_title', 'id'],
      apps_checked: ['checked_at'],
      apps_bundle: ['bundle_digest'],
    },
    [
      'title',
      'sort_title',
      'lifecycle',
      'version_key',
      'origin',
      'default_profile',
      'custom_image',
      'service_account',
      'runnable',
      'problems',
      'checked_at',
      'likes',
      'revision',
    ],
  );
};
