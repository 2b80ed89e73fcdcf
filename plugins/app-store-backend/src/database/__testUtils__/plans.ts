/** Watches the statements of a store and asks the database how it carries them out. */
import type { Knex } from 'knex';

interface Statement {
  sql: string;
  bindings: unknown[];
}

/** Collects each statement once, as it was first given. */
export function watchStatements(knex: Knex): () => Statement[] {
  const seen = new Map<string, Statement>();
  knex.on('query', ({ sql, bindings = [] }) => {
    // What differs by the length of a list is one statement.
    const shape = String(sql).replace(/(\$\d+|\?)(, (\$\d+|\?))+/g, '…');
    if (/^(select|update|delete|with)\b/i.test(sql) && !seen.has(shape))
      seen.set(shape, { sql, bindings });
  });
  return () => [...seen.values()];
}

interface PostgresPlan {
  'Node Type': string;
  'Relation Name'?: string;
  Filter?: string;
  'Plan Rows': number;
  Plans?: PostgresPlan[];
}

async function postgresPlan(knex: Knex, { sql, bindings }: Statement) {
  const connection = await knex.client.acquireConnection();
  try {
    // As on a solid state disk; by default a database thinks of a turning one.
    await connection.query('set random_page_cost = 1.1');
    const { rows } = await connection.query(
      `explain (format json) ${sql}`,
      bindings,
    );
    return rows[0]['QUERY PLAN'][0].Plan as PostgresPlan;
  } finally {
    await knex.client.releaseConnection(connection);
  }
}

/** Most rows that may be read to be thrown away: below, a table is read as fast as its index. */
const SMALL = 1000;

/** Looks through a table for what it keeps little of. */
function inPostgres(plan: PostgresPlan, big: ReadonlyMap<string, number>) {
  const found: string[] = [];
  const table = plan['Relation Name'] ?? '';
  if (
    plan['Node Type'] === 'Seq Scan' &&
    plan.Filter &&
    (big.get(table) ?? 0) - plan['Plan Rows'] > SMALL
  )
    found.push(`${table} by ${plan.Filter}`);
  for (const part of plan.Plans ?? []) found.push(...inPostgres(part, big));
  return found;
}

async function inSqlite(
  knex: Knex,
  { sql, bindings }: Statement,
  big: ReadonlyMap<string, number>,
) {
  // What everything is wanted of is read whole.
  if (!/\bwhere (?!1 = )/.test(sql)) return [];
  const plan: Array<{ detail: string }> = await knex.raw(
    `explain query plan ${sql}`,
    bindings as Knex.RawBinding[],
  );
  return plan
    .map(({ detail }) => detail)
    .filter(detail => {
      const [, table, how] = /^SCAN (\S+)(.*)$/.exec(detail) ?? [];
      return table && big.has(table) && !how.includes('INDEX');
    });
}

/**
 * The statements that look through a whole big table for what they keep little of.
 *
 * @param big - rows of the tables that are big
 */
export async function withoutIndex(
  knex: Knex,
  statements: Statement[],
  big: ReadonlyMap<string, number>,
): Promise<string[]> {
  const sqlite = String(knex.client.config.client).includes('sqlite');
  const found: string[] = [];
  for (const statement of statements) {
    const scans = sqlite
      ? await inSqlite(knex, statement, big)
      : inPostgres(await postgresPlan(knex, statement), big);
    found.push(...scans.map(scan => `${scan}: ${statement.sql}`));
  }
  return found;
}
