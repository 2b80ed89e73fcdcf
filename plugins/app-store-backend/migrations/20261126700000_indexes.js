/** Indexes of PostgreSQL for words within words: name and what it is of. */
const WORDS = {
  aliases_search: 'aliases using gin (name gin_trgm_ops)',
  secrets_search: 'secrets using gin (name gin_trgm_ops)',
};

/**
 * What lists are narrowed by, and what sweeps look for.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('apps', table => {
    table.index(['lifecycle', 'created_at', 'id'], 'apps_lifecycle');
  });
  await knex.schema.alterTable('secrets', table => {
    table.index(['owner_ref', 'name'], 'secrets_owner');
  });
  await knex.schema.alterTable('access_tokens', table => {
    table.index(['expires_at'], 'access_tokens_expires');
  });
  if (knex.client.config.client !== 'pg') return;
  // Added by the migration of the five resources, where that was allowed.
  const trigrams = await knex('pg_extension')
    .where({ extname: 'pg_trgm' })
    .first('extname');
  if (!trigrams) return;
  try {
    // In a transaction of its own within this one: the extension may be out of this schema's sight.
    await knex.transaction(async tx => {
      for (const [name, of] of Object.entries(WORDS))
        await tx.raw(`create index ${name} on ${of}`);
    });
  } catch {
    // Then a search reads the names of all that somebody may see.
  }
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const name of Object.keys(WORDS))
    await knex.raw(`drop index if exists ${name}`);
  await knex.schema.alterTable('access_tokens', table => {
    table.dropIndex(['expires_at'], 'access_tokens_expires');
  });
  await knex.schema.alterTable('secrets', table => {
    table.dropIndex(['owner_ref', 'name'], 'secrets_owner');
  });
  await knex.schema.alterTable('apps', table => {
    table.dropIndex(['lifecycle', 'created_at', 'id'], 'apps_lifecycle');
  });
};
