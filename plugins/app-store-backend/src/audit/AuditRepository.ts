/** The audit in the database: written once, read by admins, dropped when it is old. */
import type { AuditResult } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { Outbox } from '../changes/Outbox';
import {
  json,
  optional,
  Table,
  text,
  type RecordOf,
  type RowOf,
} from '../database/table';
import {
  readPage,
  type PageRequest,
  type RecordPage,
} from '../database/paging';

const TEXT_LIMIT = 255;

/** What somebody sent may be longer than its column, or have what PostgreSQL refuses. */
function cut(limit = TEXT_LIMIT) {
  const column = optional(text());
  return {
    ...column,
    write: (value: string | undefined) =>
      column.write(value?.replaceAll('\0', '').slice(0, limit)),
  };
}

const AUDIT = Table.create({
  id: text(),
  at: text(),
  actorRef: text(),
  action: text(),
  resourceId: cut(),
  resourceName: cut(),
  address: cut(64),
  client: cut(),
  rule: cut(),
  result: text<AuditResult>(),
  code: cut(63),
  detail: {
    ...json<Record<string, unknown>>(),
    write: (value: Record<string, unknown>) =>
      JSON.stringify(value).replaceAll('\\u0000', ''),
  },
});

/** One line. */
export type AuditEntry = RecordOf<typeof AUDIT>;
type AuditRow = RowOf<typeof AUDIT>;

/** Lines of the audit. */
export class AuditRepository {
  readonly #knex: Knex;

  readonly #outbox: Outbox;

  constructor(knex: Knex, outbox: Outbox = new Outbox(knex)) {
    this.#knex = knex;
    this.#outbox = outbox;
  }

  /** @param event - what other plugins are told of it, if they are */
  async insert(
    entry: AuditEntry,
    event?: Record<string, unknown>,
  ): Promise<void> {
    await this.#outbox.transaction(async (tx, tell) => {
      await tx('audit').insert(AUDIT.write(entry));
      if (event) tell('audit', entry.id, event);
    });
  }

  /** One page, newest first. */
  async list(
    query: PageRequest & {
      actorRef?: string;
      action?: string;
      resourceId?: string;
      result?: AuditResult;
      since?: string;
      until?: string;
    },
  ): Promise<RecordPage<AuditEntry>> {
    const select = this.#knex<AuditRow>('audit');
    if (query.actorRef) select.where({ actor_ref: query.actorRef });
    if (query.action) select.where({ action: query.action });
    if (query.resourceId) select.where({ resource_id: query.resourceId });
    if (query.result) select.where({ result: query.result });
    if (query.since) select.where('at', '>=', query.since);
    if (query.until) select.where('at', '<=', query.until);
    const { items, nextCursor } = await readPage<AuditRow>(
      select,
      query,
      { name: 'at', column: 'at', idColumn: 'id', order: 'desc' },
      row => row.at,
    );
    return { nextCursor, items: items.map(AUDIT.read) };
  }

  /** Drops what is older. */
  async dropBefore(at: string): Promise<number> {
    return this.#knex('audit').where('at', '<', at).delete();
  }
}
