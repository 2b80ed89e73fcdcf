/**
 * Aliases in the database, each change with its line of history.
 *
 * Held here: a name is there once; an instance has one primary alias at most; who
 * changes an alias from what is out of date changes nothing.
 */
import {
  isServedAlias,
  showable,
  type AliasChange,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { Outbox, type Tell } from '../changes/Outbox';
import type { Actor, Policy } from '../policy';
import {
  ALIASES,
  type AliasHistoryRow,
  type AliasRecord,
  type AliasRow,
} from './aliasRows';
import {
  addHistory,
  lockAlias,
  lockAliasName,
  lockInstance,
  moveAlias,
  UNASSIGNED,
  type AliasTarget,
  type ChangedBy,
} from './moveAlias';
import { restingName, type RestingName } from './AliasHistory';
import {
  allRows,
  readPage,
  whereWords,
  type PageRequest,
  type RecordPage,
} from '../database/paging';
import { isUuid } from '../database/isUuid';

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

/** What became of an alias that was to be added. */
export type Inserted =
  | 'done'
  /** The instance is no more. */
  | 'gone'
  | 'taken'
  | { resting: RestingName };

function toRecord(row: JoinedRow): AliasRecord {
  const alias = ALIASES.read(row);
  return {
    ...alias,
    primary: alias.primary && Boolean(alias.instanceId),
    instanceOwnerRef: row.instance_owner ?? undefined,
    instanceTitle: row.instance_title
      ? showable(row.instance_title)
      : undefined,
  };
}

/** Of aliases, and of the instances that show them. */
function tellAll(
  tell: Tell,
  names: string[],
  ...instanceIds: Array<string | undefined>
): void {
  names.forEach(name => tell('alias', name));
  new Set(instanceIds).forEach(id => id && tell('instance', id));
}

/** Undoes the transaction, in which others lost the primary bit. */
class Stale extends Error {}

/** Aliases in the database. */
export class AliasRepository {
  readonly #knex: Knex;
  readonly #policy: Policy;
  readonly #outbox: Outbox;
  readonly #hosts: readonly string[];

  /** @param hosts - host names outside the apps' domain that an admin lists; others lead nowhere */
  constructor(
    knex: Knex,
    policy: Policy,
    outbox: Outbox = new Outbox(knex),
    hosts: readonly string[] = [],
  ) {
    this.#knex = knex;
    this.#policy = policy;
    this.#outbox = outbox;
    this.#hosts = hosts;
  }

  /** Whether a name is served: one below the apps' domain, or one that is still listed. */
  isServed(name: string): boolean {
    return isServedAlias(name, this.#hosts);
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
    whereWords(select, 'aliases.name', query.search);
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

  /** All of them, read some at a time. */
  async *all() {
    for await (const row of allRows<AliasRow>(this.#knex, 'aliases'))
      yield ALIASES.read(row);
  }

  /** Has every replica and every gateway look anew at aliases that are host names: which are served has changed. */
  async tellOfHosts(): Promise<void> {
    const names: string[] = [];
    for await (const { name } of this.all())
      if (name.includes('.')) names.push(name);
    if (names.length)
      await this.#outbox.transaction(async (_, tell) => tellAll(tell, names));
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

  /** Primary aliases by instance, of those that are served. */
  async primariesOf(instanceIds: string[]): Promise<Map<string, string>> {
    if (!instanceIds.length) return new Map();
    const rows = await this.#knex<AliasRow>('aliases')
      .whereIn('instance_id', instanceIds)
      .where({ is_primary: true })
      .select('instance_id', 'name');
    return new Map(
      rows
        .filter(row => this.isServed(row.name))
        .map(row => [row.instance_id!, row.name]),
    );
  }

  /** What the gateway has of aliases: all that are served, or those with these names. */
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
    const rows = (await query).filter(row => this.isServed(row.name));
    return rows.map(row => ({
      moved: moved.has(row.name),
      name: row.name,
      instanceId: row.instance_id ?? undefined,
      primary: Boolean(row.is_primary) && row.instance_id !== null,
    }));
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
    return this.#outbox.transaction(async (tx, tell): Promise<Inserted> => {
      await lockAliasName(tx, alias.name);
      if (await tx<AliasRow>('aliases').where({ name: alias.name }).first('id'))
        return 'taken';
      const resting = await restingName(tx, alias.name, restsSince);
      if (resting && resting.lastOwnerRef !== alias.creatorRef)
        return { resting };
      const demoted = await this.#makeRoom(tx, alias.id, to, by);
      if (demoted === 'gone') return 'gone';
      await tx('aliases').insert(
        ALIASES.write({
          ...alias,
          ...to,
          createdAt: by.at,
          updatedAt: by.at,
          revision: 1,
        }),
      );
      await addHistory(
        tx,
        { ...UNASSIGNED, ...alias, revision: 0 },
        'created',
        to,
        by,
      );
      tellAll(tell, [alias.name, ...demoted], to.instanceId);
      return 'done';
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
    const demotion = { instanceId: to.instanceId, primary: false };
    for (const other of others)
      await moveAlias(tx, ALIASES.read(other), 'demoted', demotion, by);
    return others.map(other => other.name);
  }

  /**
   * Leads an alias elsewhere, or makes it primary.
   *
   * @param revision - what the change was made from
   * @returns `gone` where the instance is no more
   */
  async move(
    id: string,
    action: AliasChange['action'],
    to: AliasTarget,
    by: ChangedBy,
    revision?: number,
  ): Promise<'done' | 'stale' | 'gone'> {
    return this.#outbox
      .transaction(async (tx, tell) => {
        // Always the instance before the alias: two who promote do not wait for each other.
        const demoted = await this.#makeRoom(tx, id, to, by);
        if (demoted === 'gone') return 'gone';
        const alias = await lockAlias(tx, id);
        if (!alias || (revision !== undefined && alias.revision !== revision))
          throw new Stale();
        await moveAlias(tx, alias, action, to, by);
        const changed = [alias.name, ...demoted];
        tellAll(tell, changed, alias.instanceId, to.instanceId);
        return 'done' as const;
      })
      .catch(error => {
        if (error instanceof Stale) return 'stale' as const;
        throw error;
      });
  }

  /** Deletes an alias; its history stays. */
  async delete(id: string, by: ChangedBy): Promise<boolean> {
    return this.#outbox.transaction(async (tx, tell) => {
      // The name before the row, as who takes the name has it.
      const named = await tx<AliasRow>('aliases').where({ id }).first('name');
      if (!named) return false;
      await lockAliasName(tx, named.name);
      const alias = await lockAlias(tx, id);
      if (!alias) return false;
      await tx('aliases').where({ id }).delete();
      await addHistory(tx, alias, 'deleted', UNASSIGNED, by);
      tellAll(tell, [alias.name], alias.instanceId);
      return true;
    });
  }
}
