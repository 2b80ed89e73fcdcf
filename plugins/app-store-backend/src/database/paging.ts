/**
 * Pages of lists by keyset: a page begins after the last row of the one before, so
 * that its cost does not grow with its place and that rows which come or go move
 * no other row.
 */
import type { Knex } from 'knex';
import { StoreError } from '../errors/StoreError';
import { isUuid } from './isUuid';

/** Which page to read. */
export interface PageRequest {
  limit: number;
  cursor?: string;
}

/** By what a list is ordered: a column, then the id, so that no two rows are equal. */
export interface PageOrder {
  /** Stands in the cursor, so that it is not used with another order. */
  name: string;
  column: string;
  idColumn: string;
  order: 'asc' | 'desc';
}

/** One page of records. */
export interface RecordPage<T> {
  items: T[];
  nextCursor?: string;
}

function badCursor(): StoreError {
  return new StoreError({
    status: 400,
    code: 'BAD_CURSOR',
    message: 'The cursor does not belong to this list.',
    owner: 'you',
    remedy: 'Start at the first page, without a cursor.',
  });
}

function read(cursor: string, order: PageOrder): { value: string; id: string } {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw badCursor();
  }
  if (!Array.isArray(parts) || parts.length !== 4) throw badCursor();
  const [name, direction, value, id] = parts;
  if (
    name !== order.name ||
    direction !== order.order ||
    typeof value !== 'string' ||
    typeof id !== 'string' ||
    value.includes('\0') ||
    !isUuid(id)
  )
    throw badCursor();
  return { value, id };
}

/**
 * Reads one page of a query.
 *
 * @param key - the value of the order's column in a row
 * @throws StoreError 400 for a cursor of another list
 */
export async function readPage<R extends { id: string }>(
  query: Knex.QueryBuilder,
  page: PageRequest,
  order: PageOrder,
  key: (row: R) => string,
): Promise<RecordPage<R>> {
  if (page.cursor) {
    const { value, id } = read(page.cursor, order);
    query.whereRaw(`(??, ??) ${order.order === 'asc' ? '>' : '<'} (?, ?)`, [
      order.column,
      order.idColumn,
      value,
      id,
    ]);
  }
  const rows: R[] = await query
    .orderBy(order.column, order.order)
    .orderBy(order.idColumn, order.order)
    .limit(page.limit + 1);
  if (rows.length <= page.limit) return { items: rows };
  const items = rows.slice(0, page.limit);
  const last = items[items.length - 1];
  return {
    items,
    nextCursor: Buffer.from(
      JSON.stringify([order.name, order.order, key(last), last.id]),
    ).toString('base64url'),
  };
}

/** Restricts a query to rows whose column, in lower case, has all words of a search. */
export function whereWords(
  query: Knex.QueryBuilder,
  column: string,
  search: string | undefined,
): void {
  for (const word of (search ?? '').toLocaleLowerCase('en-US').split(/\s+/))
    if (word)
      query.whereRaw("?? like ? escape '\\'", [
        column,
        `%${word.replace(/[\\%_]/g, c => `\\${c}`)}%`,
      ]);
}

/** Rows of one read of all. */
const ROWS = 500;

/** All rows of a table with ids, read some at a time: none twice, also while others come and go. */
export async function* allRows<Row extends { id: string }>(
  knex: Knex,
  table: string,
): AsyncGenerator<Row> {
  let after: string | undefined;
  for (;;) {
    const query = knex(table).orderBy('id').limit(ROWS);
    if (after) query.where('id', '>', after);
    const rows: Row[] = await query;
    yield* rows;
    if (rows.length < ROWS) return;
    after = rows[rows.length - 1].id;
  }
}
