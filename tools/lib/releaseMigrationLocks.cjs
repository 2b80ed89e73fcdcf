// Run with the portal's Node.js before the portal, which has the directory for itself:
// a portal that ended in the middle of a migration leaves its lock behind, and knex
// waits for somebody to take it away (https://knexjs.org/guide/migrations.html#notes-about-locks).
const { existsSync, readdirSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const [root, directory] = process.argv.slice(2);
const Database = createRequire(join(root, 'packages/backend/package.json'))(
  'better-sqlite3',
);

for (const file of existsSync(directory) ? readdirSync(directory) : []) {
  if (!file.endsWith('.sqlite')) continue;
  const database = new Database(join(directory, file));
  const locks = database
    .prepare(
      "select name from sqlite_master where type = 'table' and name like '%migrations_lock'",
    )
    .all();
  for (const { name } of locks)
    database.prepare(`update "${name}" set is_locked = 0`).run();
  database.close();
}
