/** The audit in the database: written once, read by admins, dropped when it is old. */
import type { AuditResult } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { readPage, type PageRequest, type RecordPage } from './paging';

/** One line. */
export interface AuditEntry {
  id: string;
  at: string;
  actorRef: string;
  action: string;
  resourceId?: string;
  resourceName?: string;
  address?: string;
  client?: string;
  rule?: string;
  result: AuditResult;
  code?: string;
  detail: Record<string, unknown>;
}

interface AuditRow {
  id: string;
  at: string;
  actor_ref: string;
  action: string;
  resource_id: string | null;
  resource_name: string | null;
  address: string | null;
  client: string | null;
  rule: string | null;
  result: AuditResult;
  code: string | null;
  detail: string;
}

const TEXT_LIMIT = 255;
const cut = (text: string | undefined, limit = TEXT_LIMIT) =>
  text === undefined ? null : text.replaceAll('\0', '').slice(0, limit);

/** See the module's comment. */
export class AuditRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async insert(entry: AuditEntry): Promise<void> {
    const row: AuditRow = {
      id: entry.id,
      at: entry.at,
      actor_ref: entry.actorRef,
      action: entry.action,
      resource_id: cut(entry.resourceId),
      resource_name: cut(entry.resourceName),
      address: cut(entry.address, 64),
      client: cut(entry.client),
      rule: cut(entry.rule),
      result: entry.result,
      code: cut(entry.code, 63),
      detail: JSON.stringify(entry.detail).replaceAll('\\u0000', ''),
    };
    await this.#knex('audit').insert(row);
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
    return {
      nextCursor,
      items: items.map(row => ({
        id: row.id,
        at: row.at,
        actorRef: row.actor_ref,
        action: row.action,
        resourceId: row.resource_id ?? undefined,
        resourceName: row.resource_name ?? undefined,
        address: row.address ?? undefined,
        client: row.client ?? undefined,
        rule: row.rule ?? undefined,
        result: row.result,
        code: row.code ?? undefined,
        detail: JSON.parse(row.detail),
      })),
    };
  }

  /** Drops what is older. */
  async dropBefore(at: string): Promise<number> {
    return this.#knex('audit').where('at', '<', at).delete();
  }
}
