/** Which points of the specification are tried on which database. */

export type DatabaseKind = 'SQLite' | 'PostgreSQL';

/**
 * Points whose answer comes from the database, and may differ between the two: a
 * constraint or a lock decides it (1, 8, 12, 16, 18), a list is filtered, ordered or paged
 * there (1, 9, 18, 24, 25), or a column holds a document (22). The others are decided before
 * or beside it: by the reader of app.toml (2 to 6), by the rules over one row (7, 10, 11,
 * 13, 19 to 21), the gateway (17) and the cluster (14, 15, 23). The statements of all of them
 * are tried on both databases by the store's own tests.
 */
const DECIDED_BY_DATABASE = [1, 8, 9, 12, 16, 18, 22, 24, 25];

/** The titles of those points: each begins with its number. */
export const DECIDED_BY_DATABASE_TITLES = new RegExp(
  ` (${DECIDED_BY_DATABASE.join('|')})\\. `,
);
