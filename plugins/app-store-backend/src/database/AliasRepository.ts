/**
 * Aliases in the database, each change with its line of history.
 *
 * Held here: a name is there once; an instance has one primary alias at most; who
 * changes an alias from what is out of date changes nothing.
 */
import {
  showable,
  type AliasChange,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import type { AliasFacts, Actor, Policy } from '../policy';
import {
  addHistory,
  lockAlias,
  lockAliasName,
  lockInstance,
  moveAlias,
  type AliasHistoryRow,
  type AliasRow,
  type AliasTarget,
  type ChangedBy,
} from './aliasHistory';
import { isUuid } from './appRows';
import {
  escapeLike,
  readPage,
  searchWords,
  type PageRequest,
  type RecordPage,
} from './paging';

/** A row of `aliases` with what belongs to it. */
export interface AliasRecord {
  id: string;
  name: string;
  instanceId?: string;
  /** Owner of the instance it leads to. */
  instanceOwnerRef?: string;
  /** Title of the app of that instance. */
  instanceTitle?: string;
  primary: boolean;
  creatorRef: string;
  createdAt: string;
  updatedAt: string;
  revision: number;
}

type JoinedRow = AliasRow & {
  instance_owner: string | null;
  instance_title: string | null;
};

/** What the gateway wants to know. */
export interface AliasRoute {
  name: string;
  instanceId?: string;
  primary: boolean;
  /** Whether the name led to another instance before, also as an alias that was deleted since. */
  moved: boolean;
}

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

/** What became of an alias that was to be added. */
export type Inserted =
  /** Names of the aliases that changed by it. */
  | { changed: string[] }
  | { refused: 'gone' | 'taken' }
  | { refused: 'rests'; resting: RestingName };

function toRecord(row: JoinedRow): AliasRecord {
  return {
    id: row.id,
    name: row.name,
    instanceId: row.instance_id ?? undefined,
    instanceOwnerRef: row.instance_owner ?? undefined,
    instanceTitle: row.instance_title
      ? showable(row.instance_title)
      : undefined,
    primary: Boolean(row.is_primary) && row.instance_id !== null,
    creatorRef: row.creator_ref,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: Number(row.revision),
  };
}

/** What the policy wants to know of an alias. */
export function aliasFacts(alias: AliasRecord): AliasFacts {
  return {
    name: alias.name,
    creatorRef: alias.creatorRef,
    instanceOwnerRef: alias.instanceOwnerRef,
  };
}

/** Undoes the transaction. */
class Stale extends Error {}

/** See the module's comment. */
export class AliasRepository {
  readonly #knex: Knex;
  readonly #policy: Policy;

  constructor(knex: Knex, policy: Policy) {
    this.#knex = knex;
    this.#policy = policy;
  }

  #joined(): Knex.QueryBuilder {
    return this.#knex('aliases')
      .leftJoin('instances', 'instances.id', 'aliases.instance_id')
      .leftJoin('apps', 'apps.id', 'instances.app_id')
      .select(
        'aliases.*',
        { instance_owner: 'instances.owner_ref' },
        { instance_title: 'apps.title' },
      );
  }

  /** Aliases that the actor may read, one page of them, by name. */
  async list(
    actor: Actor,
    query: PageRequest & {
      creatorRef?: string;
      instanceId?: string;
      search?: string;
    },
  ): Promise<RecordPage<AliasRecord>> {
    const select = this.#joined().where((where: Knex.QueryBuilder) =>
      this.#policy.filter('alias', 'read', actor, where),
    );
    if (query.creatorRef) select.where('aliases.creator_ref', query.creatorRef);
    if (query.instanceId && isUuid(query.instanceId))
      select.where('aliases.instance_id', query.instanceId);
    // What is no id is the id of nothing.
    else if (query.instanceId) select.whereRaw('1 = 0');
    for (const word of searchWords(query.search))
      select.whereRaw("aliases.name like ? escape '\\'", [
        `%${escapeLike(word)}%`,
      ]);
    const { items, nextCursor } = await readPage<JoinedRow>(
      select,
      query,
      {
        name: 'name',
        column: 'aliases.name',
        idColumn: 'aliases.id',
        order: 'asc',
      },
      row => row.name,
    );
    return { items: items.map(toRecord), nextCursor };
  }

  /** The alias with an id or a name. */
  async find(idOrName: string): Promise<AliasRecord | undefined> {
    const row: JoinedRow | undefined = await this.#joined()
      .where(
        isUuid(idOrName)
          ? { 'aliases.id': idOrName }
          : { 'aliases.name': idOrName },
      )
      .first();
    return row && toRecord(row);
  }

  /** Primary aliases by instance. */
  async primariesOf(instanceIds: string[]): Promise<Map<string, string>> {
    if (!instanceIds.length) return new Map();
    const rows = await this.#knex<AliasRow>('aliases')
      .whereIn('instance_id', instanceIds)
      .where({ is_primary: true })
      .select('instance_id', 'name');
    return new Map(rows.map(row => [row.instance_id!, row.name]));
  }

  /** What the gateway has of aliases: all, or those with these names. */
  async routes(names?: string[]): Promise<AliasRoute[]> {
    const query = this.#knex<AliasRow>('aliases').select(
      'name',
      'instance_id',
      'is_primary',
    );
    // Whatever led to two instances led to another one than now, or will when it is assigned.
    const history = this.#knex<AliasHistoryRow>('alias_history')
      .whereNotNull('instance_id')
      .groupBy('alias_name')
      .havingRaw('count(distinct instance_id) > 1');
    if (names) {
      query.whereIn('name', names);
      history.whereIn('alias_name', names);
    }
    const moved = new Set<string>(await history.pluck('alias_name'));
    return (await query).map(row => ({
      moved: moved.has(row.name),
      name: row.name,
      instanceId: row.instance_id ?? undefined,
      primary: Boolean(row.is_primary) && row.instance_id !== null,
    }));
  }

  /** Names of aliases that were changed since a time. */
  async changedSince(
    since: string,
  ): Promise<Array<{ id: string; name: string }>> {
    const rows = await this.#knex<AliasHistoryRow>('alias_history')
      .where('at', '>=', since)
      .select('id', 'alias_name');
    return rows.map(row => ({ id: row.id, name: row.alias_name }));
  }

  /**
   * Adds an alias.
   *
   * @param restsSince - a name that was deleted after this is its last owner's alone
   * @throws a database conflict where the name is taken at this moment
   */
  async insert(
    alias: { id: string; name: string; creatorRef: string },
    to: AliasTarget,
    by: ChangedBy,
    restsSince: string,
  ): Promise<Inserted> {
    return this.#knex.transaction(async (tx): Promise<Inserted> => {
      await lockAliasName(tx, alias.name);
      if (await tx<AliasRow>('aliases').where({ name: alias.name }).first('id'))
        return { refused: 'taken' };
      const resting = await this.resting(alias.name, restsSince, tx);
      if (resting && resting.lastOwnerRef !== alias.creatorRef)
        return { refused: 'rests', resting };
      const row: AliasRow = {
        id: alias.id,
        name: alias.name,
        instance_id: null,
        is_primary: false,
        creator_ref: alias.creatorRef,
        created_at: by.at,
        updated_at: by.at,
        revision: 1,
      };
      const demoted = await this.#makeRoom(tx, alias.id, to, by);
      if (demoted === 'gone') return { refused: 'gone' };
      await tx<AliasRow>('aliases').insert({
        ...row,
        instance_id: to.instanceId,
        is_primary: to.primary,
      });
      await addHistory(tx, row, 'created', to, by, 1);
      return { changed: [alias.name, ...demoted] };
    });
  }

  /** The name of a deleted alias (by its name or its id) whose rest is not over. */
  async resting(
    idOrName: string,
    since: string,
    knex: Knex = this.#knex,
  ): Promise<RestingName | undefined> {
    const last = await knex<AliasHistoryRow>('alias_history')
      .where({
        [isUuid(idOrName) ? 'alias_id' : 'alias_name']: idOrName,
      })
      .whereIn('action', ['deleted', 'freed'])
      .orderBy([
        { column: 'at', order: 'desc' },
        { column: 'revision', order: 'desc' },
      ])
      .first();
    if (last?.action !== 'deleted' || last.at <= since) return undefined;
    const created = await knex<AliasHistoryRow>('alias_history')
      .where({ alias_id: last.alias_id, action: 'created' })
      .first('actor_ref');
    return {
      aliasId: last.alias_id,
      name: last.alias_name,
      changeId: last.id,
      revision: Number(last.revision),
      freedAt: last.at,
      lastOwnerRef: created?.actor_ref ?? undefined,
    };
  }

  /** Ends the rest of a name; false where somebody was first. */
  async free(idOrName: string, since: string, by: ChangedBy): Promise<boolean> {
    return this.#knex.transaction(async tx => {
      const before = await this.resting(idOrName, since, tx);
      if (!before) return false;
      await lockAliasName(tx, before.name);
      const resting = await this.resting(before.name, since, tx);
      if (resting?.aliasId !== before.aliasId) return false;
      const { aliasId, name, revision, lastOwnerRef = '' } = resting;
      await addHistory(
        tx,
        {
          id: aliasId,
          name,
          instance_id: null,
          is_primary: false,
          creator_ref: lastOwnerRef,
          created_at: by.at,
          updated_at: by.at,
          revision,
        },
        'freed',
        { instanceId: null, primary: false },
        by,
        revision + 1,
      );
      return true;
    });
  }

  /** Sees that the instance is there, and takes the primary bit from others where it is wanted. */
  async #makeRoom(
    tx: Knex.Transaction,
    aliasId: string,
    to: AliasTarget,
    by: ChangedBy,
  ): Promise<string[] | 'gone'> {
    if (!to.instanceId) return [];
    await lockInstance(tx, to.instanceId);
    const instance = await tx('instances')
      .where({ id: to.instanceId })
      .whereIn('desired', ['running', 'suspended'])
      .first('id');
    if (!instance) return 'gone';
    if (!to.primary) return [];
    const others = await tx<AliasRow>('aliases')
      .where({ instance_id: to.instanceId, is_primary: true })
      .whereNot({ id: aliasId });
    for (const other of others)
      await moveAlias(
        tx,
        other,
        'demoted',
        { instanceId: to.instanceId, primary: false },
        by,
      );
    return others.map(other => other.name);
  }

  /**
   * Leads an alias elsewhere, or makes it primary.
   *
   * @param revision - what the change was made from
   * @returns names of aliases that changed; `stale`; `gone` where the instance is no more
   */
  async move(
    id: string,
    action: AliasChange['action'],
    to: AliasTarget,
    by: ChangedBy,
    revision?: number,
  ): Promise<string[] | 'stale' | 'gone'> {
    return this.#knex
      .transaction(async tx => {
        // Always the instance before the alias: two who promote do not wait for each other.
        const demoted = await this.#makeRoom(tx, id, to, by);
        if (demoted === 'gone') return 'gone';
        const row = await lockAlias(tx, id);
        if (
          !row ||
          (revision !== undefined && Number(row.revision) !== revision)
        ) {
          if (demoted.length) throw new Stale();
          return 'stale';
        }
        await moveAlias(tx, row, action, to, by);
        return [row.name, ...demoted];
      })
      .catch(error => {
        if (error instanceof Stale) return 'stale' as const;
        throw error;
      });
  }

  /** Deletes an alias; its history stays. */
  async delete(id: string, by: ChangedBy): Promise<boolean> {
    return this.#knex.transaction(async tx => {
      // The name before the row, as who takes the name has it.
      const named = await tx<AliasRow>('aliases').where({ id }).first('name');
      if (!named) return false;
      await lockAliasName(tx, named.name);
      const row = await lockAlias(tx, id);
      if (!row) return false;
      await tx('aliases').where({ id }).delete();
      await addHistory(
        tx,
        row,
        'deleted',
        { instanceId: null, primary: false },
        by,
        Number(row.revision) + 1,
      );
      return true;
    });
  }

  /** What an alias led to, newest first. */
  async history(
    id: string,
    page: PageRequest,
  ): Promise<RecordPage<AliasHistoryRow>> {
    return readPage<AliasHistoryRow>(
      this.#knex<AliasHistoryRow>('alias_history').where({ alias_id: id }),
      page,
      { name: 'at', column: 'at', idColumn: 'id', order: 'desc' },
      row => row.at,
    );
  }

  /** The alias that had this id or name last, where it was deleted. */
  async findDeleted(
    idOrName: string,
  ): Promise<{ id: string; name: string } | undefined> {
    const row = await this.#knex<AliasHistoryRow>('alias_history')
      .where({
        [isUuid(idOrName) ? 'alias_id' : 'alias_name']: idOrName,
        action: 'deleted',
      })
      .orderBy('at', 'desc')
      .first('alias_id', 'alias_name');
    return row && { id: row.alias_id, name: row.alias_name };
  }

  /** The last change of an alias. */
  async lastChange(id: string): Promise<AliasHistoryRow | undefined> {
    return this.#knex<AliasHistoryRow>('alias_history')
      .where({ alias_id: id })
      .orderBy('revision', 'desc')
      .first();
  }
}
