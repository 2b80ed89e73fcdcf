/**
 * Instances in the database, as people change them.
 *
 * Rules held here rather than in code that asks first: a running instance has a
 * slot, and a slot of an owner is taken once; a change says which states it starts
 * from, and changes nothing in any other.
 */
import { isDatabaseConflictError } from '@backstage/backend-plugin-api';
import type { InstanceStatus } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import type { Actor, Policy } from '../policy';
import { releaseAliases, restoreAliases } from './aliasHistory';
import { isUuid } from './appRows';
import {
  toColumns,
  toRecord,
  type DesiredState,
  type InstanceRecord,
  type InstanceRow,
} from './instanceRows';
import {
  escapeLike,
  readPage,
  searchWords,
  type PageRequest,
  type RecordPage,
} from './paging';

export * from './instanceRows';

/** Which instances to list. */
export interface InstanceListQuery extends PageRequest {
  /** Only those of this person. */
  ownerRef?: string;
  appId?: string;
  appName?: string;
  status?: InstanceStatus;
  search?: string;
  /** Instead, those that were terminated and can be restored. */
  terminated?: boolean;
  orderBy?: 'created' | 'updated';
  order?: 'asc' | 'desc';
}

/** With which value of a secret an instance is started. */
export interface UsedSecret {
  secretId: string;
  valueVersion: number;
}

/** A change, and from which states it starts. */
export interface Expected {
  desired: DesiredState[];
  /** What the change was made from. */
  revision?: number;
}

/** See the module's comment. */
export class InstanceRepository {
  readonly #knex: Knex;
  readonly #policy: Policy;

  constructor(knex: Knex, policy: Policy) {
    this.#knex = knex;
    this.#policy = policy;
  }

  /**
   * Runs `write` with a free slot of the owner.
   *
   * @returns false where all slots are taken
   */
  async #withSlot(
    ownerRef: string,
    limit: number,
    write: (slot: number) => Promise<void>,
  ): Promise<boolean> {
    // Somebody may take the slot in between; each failure means that one more is taken.
    for (let attempt = 0; attempt <= limit; attempt++) {
      const taken = new Set(
        (
          await this.#knex<InstanceRow>('instances')
            .where({ owner_ref: ownerRef })
            .whereNotNull('slot')
            .select('slot')
        ).map(row => row.slot),
      );
      // Not "the lowest free slot is too high": a limit that shrank leaves high ones taken.
      if (taken.size >= limit) return false;
      let slot = 0;
      while (taken.has(slot)) slot++;
      try {
        await write(slot);
        return true;
      } catch (error) {
        if (!isDatabaseConflictError(error)) throw error;
      }
    }
    return false;
  }

  /**
   * Adds a running instance, due at once.
   *
   * @returns `full` where the owner's slots are taken, `app` where its app went meanwhile
   */
  async insert(
    record: Omit<InstanceRecord, 'slot' | 'revision'>,
    limit: number,
    secrets: UsedSecret[] = [],
  ): Promise<'done' | 'full' | 'app'> {
    try {
      const admitted = await this.#withSlot(
        record.ownerRef,
        limit,
        async slot => {
          await this.#knex.transaction(async tx => {
            await tx('instances').insert(newRow({ ...record, slot }));
            await useSecrets(tx, record.id, secrets);
          });
        },
      );
      return admitted ? 'done' : 'full';
    } catch (error) {
      const app = await this.#knex('apps')
        .where({ id: record.appId })
        .first('id');
      if (!app) return 'app';
      throw error;
    }
  }

  /** Adds an instance that the cluster has and the database lost; it takes no slot. */
  async adopt(
    record: Omit<InstanceRecord, 'slot'>,
    secrets: UsedSecret[],
  ): Promise<void> {
    await this.#knex.transaction(async tx => {
      await tx('instances').insert(newRow({ ...record, slot: undefined }));
      await useSecrets(tx, record.id, secrets);
    });
  }

  /** Has volumes of terminated instances kept until then at least, also of those that were being purged. */
  async keepTerminated(until: string): Promise<void> {
    await this.#knex<InstanceRow>('instances')
      .whereIn('desired', ['terminated', 'released'])
      .where('objects', 'like', '%"PersistentVolumeClaim"%')
      .andWhere(where =>
        where.whereNull('purge_after').orWhere('purge_after', '<', until),
      )
      .update({ purge_after: until, due_at: 0 });
  }

  /** Instances of an app that may have a route. */
  async idsOfApp(appId: string): Promise<string[]> {
    return this.#knex<InstanceRow>('instances')
      .where({ app_id: appId })
      .whereIn('desired', ['running', 'suspended'])
      .pluck('id');
  }

  /** Whose an instance is. */
  async ownerOf(id: string): Promise<string | undefined> {
    const row = await this.#knex<InstanceRow>('instances')
      .where({ id })
      .first('owner_ref');
    return row?.owner_ref;
  }

  async getMany(ids: string[]): Promise<InstanceRecord[]> {
    const rows = await this.#knex<InstanceRow>('instances').whereIn('id', ids);
    return rows.map(toRecord);
  }

  /** The instance with an id; undefined for what is no id at all. */
  async get(id: string): Promise<InstanceRecord | undefined> {
    if (!isUuid(id)) return undefined;
    const row = await this.#knex<InstanceRow>('instances')
      .where({ id })
      .first();
    return row && toRecord(row);
  }

  /** Instances that the actor may read, one page of them. */
  async list(
    actor: Actor,
    query: InstanceListQuery,
  ): Promise<RecordPage<InstanceRecord>> {
    const column = query.orderBy === 'updated' ? 'updated_at' : 'created_at';
    const select = this.#knex<InstanceRow>('instances')
      .join('apps', 'apps.id', 'instances.app_id')
      .select('instances.*')
      .where(where => this.#policy.filter('instance', 'read', actor, where));
    if (query.ownerRef) select.where('instances.owner_ref', query.ownerRef);
    if (query.appId)
      select.where(
        'instances.app_id',
        isUuid(query.appId) ? query.appId : null,
      );
    if (query.appName) select.where('apps.name', query.appName);
    if (query.status) select.where('instances.status', query.status);
    for (const word of searchWords(query.search))
      select.whereRaw("apps.search_text like ? escape '\\'", [
        `%${escapeLike(word)}%`,
      ]);
    if (query.terminated)
      select
        .whereIn('instances.desired', ['terminated', 'released'])
        .whereNotNull('instances.purge_after');
    else select.whereNot('instances.desired', 'released');
    const { items, nextCursor } = await readPage<InstanceRow>(
      select,
      query,
      {
        name: query.orderBy ?? 'created',
        column: `instances.${column}`,
        idColumn: 'instances.id',
        order: query.order ?? 'desc',
      },
      row => row[column],
    );
    return { items: items.map(toRecord), nextCursor };
  }

  /** Everything that the gateway has a route for. */
  async listAll(): Promise<InstanceRecord[]> {
    return (
      await this.#knex<InstanceRow>('instances')
        .whereNot({ desired: 'released' })
        .orderBy('id')
    ).map(toRecord);
  }

  /** Instances of an app, newest first, that are not being ended. */
  async ofApp(appIds: string[], limit: number): Promise<InstanceRecord[]> {
    return (
      await this.#knex<InstanceRow>('instances')
        .whereIn('app_id', appIds)
        .whereIn('desired', ['running', 'suspended'])
        .orderBy('created_at', 'desc')
        .limit(limit)
    ).map(toRecord);
  }

  /** Terminated instances of an app whose volumes are kept. */
  async releasedOf(appId: string): Promise<string[]> {
    const rows = await this.#knex<InstanceRow>('instances')
      .where({ app_id: appId })
      .whereIn('desired', ['terminated', 'released'])
      .select('id');
    return rows.map(row => row.id);
  }

  /** What is left of terminated instances of an app: volumes that are kept, and those that are being ended. */
  async leftOf(appId: string): Promise<{ kept: number; ending: number }> {
    const rows = await this.#knex<InstanceRow>('instances')
      .where({ app_id: appId })
      .whereIn('desired', ['terminated', 'released'])
      .select('purge_after');
    const kept = rows.filter(row => row.purge_after !== null).length;
    return { kept, ending: rows.length - kept };
  }

  /** Ids of instances of an app that are there for people. */
  async hasLive(appId: string): Promise<boolean> {
    return Boolean(
      await this.#knex<InstanceRow>('instances')
        .where({ app_id: appId })
        .whereIn('desired', ['running', 'suspended'])
        .first('id'),
    );
  }

  /** How many slots an owner's instances take, and how many of those instances run. */
  async countUse(
    ownerRef: string,
  ): Promise<{ slots: number; running: number }> {
    const rows = await this.#knex<InstanceRow>('instances')
      .where({ owner_ref: ownerRef })
      .whereNotNull('slot')
      .select('status');
    return {
      slots: rows.length,
      running: rows.filter(({ status }) => status === 'DEPLOYED').length,
    };
  }

  /** Suspends a running instance whose time is up; false where it was resumed or ended meanwhile. */
  async suspendIfOverdue(
    id: string,
    now: string,
    change: Partial<InstanceRecord>,
  ): Promise<boolean> {
    const count = await this.#knex<InstanceRow>('instances')
      .where({ id, desired: 'running' })
      .where('suspend_after', '<=', now)
      .update({ ...this.#counted(change), due_at: 0 });
    return count === 1;
  }

  /** Changes of people count; what the processor sees does not. */
  #counted(change: Partial<InstanceRecord>): Partial<InstanceRow> {
    return {
      ...toColumns(change),
      revision: this.#knex.raw('revision + 1') as unknown as number,
    };
  }

  /** A person's change, where the instance is still as expected; makes it due. */
  async change(
    id: string,
    expected: Expected,
    change: Partial<InstanceRecord>,
    secrets?: UsedSecret[] | 'current',
  ): Promise<boolean> {
    return this.#knex.transaction(async tx => {
      const count = await tx<InstanceRow>('instances')
        .where({ id })
        .where(
          expected.revision === undefined
            ? {}
            : { revision: expected.revision },
        )
        .whereIn('desired', expected.desired)
        .update({ ...this.#counted(change), due_at: 0 });
      if (count !== 1) return false;
      if (secrets === 'current') await renewSecrets(tx, id);
      else if (secrets) await useSecrets(tx, id, secrets);
      return true;
    });
  }

  /** Like {@link change}, for the order to end: its aliases lead nowhere from then on. */
  async terminate(
    id: string,
    change: Partial<InstanceRecord>,
    by: { actorRef?: string; at: string },
  ): Promise<{ done: boolean; aliases: string[] }> {
    return this.#knex.transaction(async tx => {
      const count = await tx<InstanceRow>('instances')
        .where({ id })
        .whereIn('desired', ['running', 'suspended'])
        .update({ ...this.#counted(change), due_at: 0 });
      if (count !== 1) return { done: false, aliases: [] };
      return { done: true, aliases: await releaseAliases(tx, id, by) };
    });
  }

  /** Takes a terminated instance back, with the aliases that it lost by that and that lead nowhere yet. */
  async restore(
    id: string,
    change: Partial<InstanceRecord>,
    by: { actorRef?: string; at: string },
  ): Promise<{ done: boolean; aliases: string[] }> {
    return this.#knex.transaction(async tx => {
      const count = await tx<InstanceRow>('instances')
        .where({ id })
        .whereIn('desired', ['terminated', 'released'])
        .whereNotNull('purge_after')
        .update({ ...this.#counted(change), due_at: 0 });
      if (count !== 1) return { done: false, aliases: [] };
      return { done: true, aliases: await restoreAliases(tx, id, by) };
    });
  }

  /** Like {@link change}, but takes a slot of the owner; `quota` where none is free. */
  async resume(
    id: string,
    ownerRef: string,
    limit: number,
    change: Partial<InstanceRecord>,
  ): Promise<'done' | 'quota' | 'changed'> {
    let changed = false;
    const admitted = await this.#withSlot(ownerRef, limit, async slot => {
      changed = await this.change(
        id,
        { desired: ['suspended'] },
        { ...change, slot },
        'current',
      );
    });
    if (!admitted) return 'quota';
    return changed ? 'done' : 'changed';
  }

  /** What changed since a time. */
  async changedSince(
    since: string,
  ): Promise<Array<{ id: string; updatedAt: string; ending: boolean }>> {
    const rows = await this.#knex<InstanceRow>('instances')
      .where('updated_at', '>=', since)
      .select('id', 'updated_at', 'desired');
    return rows.map(row => ({
      id: row.id,
      updatedAt: row.updated_at,
      // Nothing is kept of it, or not yet known what.
      ending: row.desired === 'terminated',
    }));
  }

  /** The ids of all instances, whatever becomes of them. */
  async allIds(): Promise<string[]> {
    return this.#knex<InstanceRow>('instances').pluck('id');
  }

  /** Those of `ids` that are still there. */
  async existing(ids: string[]): Promise<Set<string>> {
    const rows = await this.#knex<InstanceRow>('instances')
      .whereIn('id', ids)
      .select('id');
    return new Set(rows.map(row => row.id));
  }

  /** Running instances whose time is up. */
  async listOverdue(now: string): Promise<string[]> {
    const rows = await this.#knex<InstanceRow>('instances')
      .where({ desired: 'running' })
      .where('suspend_after', '<=', now)
      .select('id');
    return rows.map(row => row.id);
  }

  /** Whether there is a kept volume whose time is over. */
  async hasOverduePurge(before: string): Promise<boolean> {
    return Boolean(
      await this.#knex<InstanceRow>('instances')
        .whereIn('desired', ['terminated', 'released'])
        .where('purge_after', '<=', before)
        .first('id'),
    );
  }

  /** Has what was kept of terminated instances purged; returns their ids. */
  async purge(
    where: { before: string } | { ids: string[] },
  ): Promise<string[]> {
    const query = this.#knex<InstanceRow>('instances')
      .whereIn('desired', ['terminated', 'released'])
      .whereNotNull('purge_after');
    if ('before' in where) query.where('purge_after', '<=', where.before);
    else query.whereIn('id', where.ids);
    const rows: Array<{ id: string }> = await query
      .update({ desired: 'terminated', purge_after: null, due_at: 0 })
      .returning('id');
    return rows.map(row => row.id);
  }

  /** Instances that were started with a secret, and whether with its present value. */
  async startedWith(
    secretId: string,
  ): Promise<Array<{ id: string; valueVersion: number }>> {
    return this.#knex('instance_secrets')
      .join('instances', 'instances.id', 'instance_secrets.instance_id')
      .where({ secret_id: secretId })
      .whereIn('instances.desired', ['running', 'suspended'])
      .orderBy('instances.created_at', 'desc')
      .select(
        { id: 'instance_secrets.instance_id' },
        { valueVersion: 'instance_secrets.value_version' },
      );
  }

  /** Names of secrets that changed since instances were started, by instance. */
  async staleSecrets(ids: string[]): Promise<Map<string, string[]>> {
    const stale = new Map<string, string[]>();
    if (!ids.length) return stale;
    const rows: Array<{ instance_id: string; name: string }> = await this.#knex(
      'instance_secrets',
    )
      .join('secrets', 'secrets.id', 'instance_secrets.secret_id')
      .whereIn('instance_secrets.instance_id', ids)
      .whereRaw('secrets.value_version > instance_secrets.value_version')
      .orderBy('secrets.name')
      .select('instance_secrets.instance_id', 'secrets.name');
    for (const { instance_id: id, name } of rows)
      stale.set(id, [...(stale.get(id) ?? []), name]);
    return stale;
  }
}

/** A row that is due at once. */
function newRow(record: Omit<InstanceRecord, 'revision'>) {
  return {
    ...toColumns({
      ...record,
      stage: record.stage,
      problem: record.problem,
      endpoint: record.endpoint,
      suspendAfter: record.suspendAfter,
    }),
    id: record.id,
    app_id: record.appId,
    owner_ref: record.ownerRef,
    cluster: record.cluster,
    namespace: record.namespace,
    launch_profile: record.launchProfile ?? null,
    parameters: JSON.stringify(record.parameters),
    secrets_of: record.secretsOf ?? null,
    created_at: record.createdAt,
    due_at: 0,
  };
}

/** A new launch takes the present values of the same secrets. */
async function renewSecrets(
  tx: Knex.Transaction,
  instanceId: string,
): Promise<void> {
  await tx('instance_secrets')
    .where({ instance_id: instanceId })
    .update({
      value_version: tx('secrets')
        .select('value_version')
        .whereRaw('secrets.id = instance_secrets.secret_id'),
    });
}

/** Writes down with which values an instance is started. */
async function useSecrets(
  tx: Knex.Transaction,
  instanceId: string,
  secrets: UsedSecret[],
): Promise<void> {
  await tx('instance_secrets').where({ instance_id: instanceId }).delete();
  // What an app can do without may have gone meanwhile.
  const there: Array<{ id: string }> = await tx('secrets')
    .whereIn(
      'id',
      secrets.map(({ secretId }) => secretId),
    )
    .select('id');
  const rows = secrets.filter(({ secretId }) =>
    there.some(({ id }) => id === secretId),
  );
  if (rows.length)
    await tx('instance_secrets').insert(
      rows.map(({ secretId, valueVersion }) => ({
        instance_id: instanceId,
        secret_id: secretId,
        value_version: valueVersion,
      })),
    );
}
