/** The session that fits a database. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import type { DatabaseSession } from './DatabaseSession';
import { isPostgres } from './locks';
import { PostgresSession } from './PostgresSession';
import { SqliteSession } from './SqliteSession';

export function openSession(options: {
  knex: Knex;
  logger: LoggerService;
}): DatabaseSession {
  return isPostgres(options.knex)
    ? PostgresSession.create(options)
    : SqliteSession.create(options);
}
