/**
 * What aliases led to, in the database; also of those that were deleted, whose names rest: they
 * are kept for their last owners for a while.
 */
import type { Knex } from 'knex';
import { Outbox } from '../changes/Outbox';
import { isUuid } from '../database/isUuid';
import {
  readPage,
  type PageRequest,
  type RecordPage,
} from '../database/paging';
import {
  ALIAS_HISTORY,
  type AliasHistoryRecord,
  type AliasHistoryRow,
} from './aliasRows';
import {
  addHistory,
  lockAliasName,
  UNASSIGNED,
  type ChangedBy,
} from './moveAlias';

/** The name of a deleted alias that is kept for its last owner. */
export interface RestingName {
  aliasId: string;
  name: string;
  /** Of the deletion, which is the alias's last. */
  changeId: string;
  revision: number;
  freedAt: string;
  lastOwnerRef?: string;
}

/** Lines of history of an alias with an id, or of all that had a name. */
function historyOf(knex: Knex, idOrName: string) {
  return knex<AliasHistoryRow>('alias_history').where({
    [isUuid(idOrName) ? 'alias_id' : 'alias_name']: idOrName,
  });
}

/** The name of a deleted alias (by its name or its id) that was deleted after `since` and not freed. */
export async function restingName(
  knex: Knex,
  idOrName: string,
  since: string,
): Promise<RestingName | undefined> {
  const row = await historyOf(knex, idOrName)
    .whereIn('action', ['deleted', 'freed'])
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'revision', order: 'desc' },
    ])
    .first();
  if (row?.action !== 'deleted' || row.at <= since) return undefined;
  const last = ALIAS_HISTORY.read(row);
  const created = await historyOf(knex, last.aliasId)
    .where({ action: 'created' })
    .first('actor_ref');
  return {
    aliasId: last.aliasId,
    name: last.aliasName,
    changeId: last.id,
    revision: last.revision,
    freedAt: last.at,
    lastOwnerRef: created?.actor_ref ?? undefined,
  };
}

/** The history of aliases in the database. */
export class AliasHistory {
  readonly #knex: Knex;
  readonly #outbox: Outbox;

  constructor(knex: Knex, outbox: Outbox = new Outbox(knex)) {
    this.#knex = knex;
    this.#outbox = outbox;
  }

  /** Changes of an alias, newest first. */
  async list(
    id: string,
    page: PageRequest,
  ): Promise<RecordPage<AliasHistoryRecord>> {
    const { items, nextCursor } = await readPage<AliasHistoryRow>(
      historyOf(this.#knex, id),
      page,
      { name: 'at', column: 'at', idColumn: 'id', order: 'desc' },
      row => row.at,
    );
    return { items: items.map(ALIAS_HISTORY.read), nextCursor };
  }

  /** The alias that had this id or name last, where it was deleted. */
  async findDeleted(
    idOrName: string,
  ): Promise<{ id: string; name: string } | undefined> {
    const row = await historyOf(this.#knex, idOrName)
      .where({ action: 'deleted' })
      .orderBy('at', 'desc')
      .first('alias_id', 'alias_name');
    return row && { id: row.alias_id, name: row.alias_name };
  }

  /** The last change of an alias. */
  async lastChange(id: string): Promise<AliasHistoryRecord | undefined> {
    const row = await historyOf(this.#knex, id)
      .orderBy('revision', 'desc')
      .first();
    return row && ALIAS_HISTORY.read(row);
  }

  /** See {@link restingName}. */
  async resting(
    idOrName: string,
    since: string,
  ): Promise<RestingName | undefined> {
    return restingName(this.#knex, idOrName, since);
  }

  /** Ends the rest of a name; false where somebody was first. */
  async free(idOrName: string, since: string, by: ChangedBy): Promise<boolean> {
    return this.#outbox.transaction(async (tx, tell) => {
      const before = await restingName(tx, idOrName, since);
      if (!before) return false;
      await lockAliasName(tx, before.name);
      const resting = await restingName(tx, before.name, since);
      if (resting?.aliasId !== before.aliasId) return false;
      const { aliasId: id, name, revision } = resting;
      const alias = { ...UNASSIGNED, id, name, revision };
      await addHistory(tx, alias, 'freed', UNASSIGNED, by);
      tell('alias', name);
      return true;
    });
  }
}
