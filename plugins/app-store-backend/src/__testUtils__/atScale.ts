/** Rows as years of use would have left them, for benchmarks and for the check of indexes. */
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { toRow } from '../apps/appRows';
import { appRecord, instanceRecord, manifestOf } from './fixtures';
import { INSTANCES } from '../instances/instanceRows';
import { objectColumns } from '../instances/instanceObjectRows';
import { appliedVersion } from '../instances/appliedVersion';

/** Rows of one statement: SQLite takes 32,766 values. */
const CHUNK = 500;
const WORDS =
  'forecast churn vision speech claims supply chat pricing demand risk fraud health retail energy search graph agent tutor audit draft'.split(
    ' ',
  );
/** A minute apart, in the order of their numbers. */
const moment = (n: number) =>
  new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString();

const range = <T>(from: number, to: number, make: (n: number) => T) =>
  Array.from({ length: to - from }, (_, i) => make(from + i));

async function insert(knex: Knex, table: string, rows: object[]) {
  if (rows.length) await knex.batchInsert(table, rows, CHUNK);
}

/** Tells PostgreSQL what it holds, as its own housekeeping does in time; SQLite never knows. */
export async function analyze(knex: Knex): Promise<void> {
  if (knex.client.config.client === 'pg') await knex.raw('analyze');
}

/**
 * Apps `com.example.app-<n>` of 200 owners, each in so many versions; a tenth is
 * PRIVATE, a seventh cannot run, every fifth bears the tag.
 *
 * @returns ids of the versions
 */
export async function addApps(
  knex: Knex,
  options: { names: number; versions: number; tagId?: string },
): Promise<string[]> {
  const rows = range(0, options.names, n => {
    const word = (k: number) => WORDS[(n * 7 + k * 3) % WORDS.length];
    return range(0, options.versions, v => {
      const at = moment(n * options.versions + v);
      const version = `1.${v}.0`;
      const name = `com.example.app-${n}`;
      return toRow(
        appRecord({
          id: randomUUID(),
          name,
          version,
          ownerRef: `user:default/owner-${n % 200}`,
          visibility: n % 10 ? 'ALL_USERS' : 'PRIVATE',
          manifest: manifestOf(
            `[App]\nName = "${name}"\nVersion = "${version}"\nTitle = "${word(
              0,
            )} ${word(1)} ${n}"\nDescription = "Helps with ${word(
              2,
            )} and ${word(3)}."\nKeywords = ["${word(
              4,
            )}"]\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n`,
          ),
          longDescription: 'word '.repeat(300),
          bundleDigest: `digest ${n % 1000}`,
          runnable: n % 100 > 0,
          createdAt: at,
          updatedAt: at,
        }),
      );
    });
  }).flat();
  await insert(knex, 'apps', rows);
  await insert(
    knex,
    'app_names',
    range(0, options.names, n => ({
      name: `com.example.app-${n}`,
      owner_ref: `user:default/owner-${n % 200}`,
      created_at: moment(n),
    })),
  );
  if (options.tagId)
    await insert(
      knex,
      'app_tags',
      rows
        .filter((_, i) => Math.floor(i / options.versions) % 5 === 0)
        .map(row => ({
          app_id: row.id,
          tag_id: options.tagId,
          assigned_at: row.created_at,
        })),
    );
  return rows.map(row => row.id);
}

/** Values of the person number `n`, as SQL: what {@link moment} and the like say of single rows. */
function personInSql(knex: Knex) {
  return knex.client.config.client === 'pg'
    ? {
        numbers: 'select generate_series(:from::int, :to::int - 1) as n',
        at: `to_char(timestamp '2026-01-01' + n * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')`,
        id: `('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid`,
        digest: `lpad(n::text, 64, '0')`,
      }
    : {
        // Numbers of JavaScript come as fractions.
        numbers:
          'with recursive s(n) as (select cast(:from as integer) union all select n + 1 from s where n + 1 < :to) select n from s',
        at: `strftime('%Y-%m-%dT%H:%M:%S.000Z', '2026-01-01', n || ' minutes')`,
        id: `printf('00000000-0000-4000-8000-%012d', n)`,
        digest: `printf('%064d', n)`,
      };
}

/**
 * Users number `from` up to `to`: signed in once, with a token, and one app that they like,
 * each app in turn. Made by the database itself: 300,000 rows that are sent to it take ten
 * times as long.
 */
export async function addPeople(
  knex: Knex,
  options: { from?: number; to: number },
): Promise<void> {
  const { from = 0, to } = options;
  if (to <= from) return;
  const { numbers, at, id, digest } = personInSql(knex);
  const ref = `'user:oidc/person-' || n`;
  const add = (table: string, columns: Record<string, string>, more = '') =>
    knex.raw(
      `insert into ${table} (${Object.keys(columns)}) select ${Object.values(
        columns,
      )} from (${numbers}) as numbers ${more}`,
      { from, to },
    );
  await add('people', {
    user_ref: ref,
    display_name: ref,
    roles: `'[]'`,
    signed_in_at: at,
  });
  await add('access_tokens', {
    id,
    owner_ref: ref,
    name: `'x'`,
    kind: `'login'`,
    digest,
    created_at: at,
    expires_at: `'2036-01-01T00:00:00.000Z'`,
  });
  await add(
    'app_preferences',
    { user_ref: ref, app_id: 'app.id', liked: 'true', pinned: 'false' },
    `join (select id, row_number() over (order by created_at) - 1 as k from apps) as app
       on app.k = n % (select count(*) from apps)`,
  );
}

/**
 * Suspended instances, and the rows that come with them: to each a secret of its
 * owner, an alias with a line of history, and some lines of the audit.
 */
export async function addInstances(
  knex: Knex,
  options: { count: number; appIds: string[] },
): Promise<void> {
  const owner = (n: number) => `user:oidc/person-${n}`;
  const { count, appIds } = options;
  const instances = range(0, count, n => {
    const record = instanceRecord(appIds[n % appIds.length], {
      ownerRef: owner(n),
      visibility: n % 3 ? 'PRIVATE' : 'ALL_USERS',
      desired: 'suspended',
      status: 'SUSPENDED',
      stage: undefined,
      updatedAt: moment(n),
    });
    return {
      // As the processor left it: there is nothing to do.
      ...INSTANCES.write({
        ...record,
        applied: appliedVersion(record),
        appliedObjects: {},
      }),
      ...objectColumns(record.objects),
      created_at: moment(n),
    };
  });
  await insert(knex, 'instances', instances);
  await insert(
    knex,
    'instance_objects',
    instances.map(({ id, objects }) => ({ instance_id: id, objects })),
  );
  const secrets = range(0, count, n => ({
    id: randomUUID(),
    name: `secret-${n}`,
    visibility: 'PRIVATE',
    owner_ref: owner(n),
    scope_owner: owner(n),
    key_names: '[]',
    created_at: moment(n),
    updated_at: moment(n),
  }));
  await insert(knex, 'secrets', secrets);
  await insert(
    knex,
    'instance_secrets',
    secrets.map((secret, n) => ({
      instance_id: instances[n].id,
      secret_id: secret.id,
      value_version: 1,
    })),
  );
  await insert(
    knex,
    'app_secrets',
    secrets.map((secret, n) => ({
      app_id: appIds[n % appIds.length],
      name: secret.name,
      key: 'key',
      optional: false,
      secret_id: secret.id,
    })),
  );
  const aliases = range(0, count, n => ({
    id: randomUUID(),
    name: `alias-${n}`,
    instance_id: instances[n].id,
    is_primary: true,
    creator_ref: owner(n),
    created_at: moment(n),
    updated_at: moment(n),
  }));
  await insert(knex, 'aliases', aliases);
  await insert(
    knex,
    'alias_history',
    aliases.map((alias, n) => ({
      id: randomUUID(),
      alias_id: alias.id,
      alias_name: alias.name,
      action: 'create',
      instance_id: alias.instance_id,
      is_primary: true,
      primary_before: false,
      actor_ref: alias.creator_ref,
      at: moment(n),
      revision: 1,
    })),
  );
  await insert(
    knex,
    'audit',
    range(0, 3 * count, n => ({
      id: randomUUID(),
      at: moment(n),
      actor_ref: owner(n),
      action: ['app:run', 'alias:create', 'secret:update'][n % 3],
      resource_id: instances[n % count].id,
      result: n % 10 ? 'done' : 'refused',
    })),
  );
}
