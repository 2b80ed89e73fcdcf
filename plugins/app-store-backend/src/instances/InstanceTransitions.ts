/**
 * Changes of instances' rows, each with the states that it starts from: in any other it changes
 * nothing.
 *
 * Held here rather than in code that asks first: a running instance has a slot, and a slot of an
 * owner is taken once.
 */
import { isDatabaseConflictError } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import {
  releaseAliases,
  restoreAliases,
  type ChangedBy,
} from '../aliases/moveAlias';
import { Outbox, type Tell } from '../changes/Outbox';
import type { InstanceObjects } from '../kubernetes/manifests/instanceObjects';
import { objectColumns, putObjects } from './instanceObjectRows';
import {
  ENDED,
  INSTANCES,
  LIVE,
  type DesiredState,
  type InstanceRecord,
  type InstanceRow,
} from './instanceRows';
import { renewSecrets, useSecrets, type UsedSecret } from './usedSecrets';

/** An instance to add. */
export type NewInstance = Omit<
  InstanceRecord,
  'slot' | 'revision' | 'objectsDigest' | 'hasVolume'
> & { objects: InstanceObjects };

/** Of a change that the processor has to act on. */
const ASKED = { asked: true };

/** What is changed of a row. */
export type InstanceChange = Partial<InstanceRecord> & {
  objects?: InstanceObjects;
};

/** From which states a change starts. */
export interface Expected {
  desired: DesiredState[];
  /** What the change was made from. */
  revision?: number;
}

/** Adds, changes and ends instances in the database. */
export class InstanceTransitions {
  readonly #knex: Knex;
  readonly #outbox: Outbox;

  constructor(knex: Knex, outbox: Outbox = new Outbox(knex)) {
    this.#knex = knex;
    this.#outbox = outbox;
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
    record: NewInstance,
    limit: number,
    secrets: UsedSecret[] = [],
  ): Promise<'done' | 'full' | 'app'> {
    try {
      const admitted = await this.#withSlot(
        record.ownerRef,
        limit,
        async slot => {
          await this.#insert({ ...record, slot }, secrets);
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
  async adopt(record: NewInstance, secrets: UsedSecret[]): Promise<void> {
    await this.#insert(record, secrets);
  }

  /** Adds a row that is due at once, and its objects. */
  async #insert(
    record: NewInstance & { slot?: number },
    secrets: UsedSecret[],
  ): Promise<void> {
    const { id, objects } = record;
    await this.#outbox.transaction(async (tx, tell) => {
      await tx('instances').insert({
        ...INSTANCES.write(record),
        ...objectColumns(objects),
        due_at: 0,
      });
      await putObjects(tx, id, objects);
      await useSecrets(tx, id, secrets);
      tell('instance', id, ASKED);
    });
  }

  /**
   * Changes a row where it is as expected, and makes it due.
   *
   * @param also - what belongs to the change, in the same transaction
   * @returns false where it is not as expected
   */
  async #update(
    id: string,
    expected: (query: Knex.QueryBuilder) => Knex.QueryBuilder,
    change: InstanceChange,
    also: (tx: Knex.Transaction, tell: Tell) => Promise<void> = async () => {},
  ): Promise<boolean> {
    const { objects } = change;
    return this.#outbox.transaction(async (tx, tell) => {
      const count = await expected(tx('instances').where({ id })).update({
        ...INSTANCES.write(change),
        ...(objects ? objectColumns(objects) : {}),
        // Changes of people count; what the processor sees does not.
        revision: tx.raw('revision + 1'),
        due_at: 0,
      });
      if (Number(count) !== 1) return false;
      if (objects) await putObjects(tx, id, objects);
      tell('instance', id, ASKED);
      await also(tx, tell);
      return true;
    });
  }

  /** A person's change, where the instance is still as expected. */
  async change(
    id: string,
    { desired, revision }: Expected,
    change: InstanceChange,
    secrets?: UsedSecret[] | 'current',
  ): Promise<boolean> {
    return this.#update(
      id,
      query =>
        query
          .whereIn('desired', desired)
          .where(revision === undefined ? {} : { revision }),
      change,
      async tx => {
        if (secrets === 'current') await renewSecrets(tx, id);
        else if (secrets) await useSecrets(tx, id, secrets);
      },
    );
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

  /** Suspends a running instance whose time is up; false where it was resumed or ended meanwhile. */
  async suspendIfOverdue(
    id: string,
    now: string,
    change: Partial<InstanceRecord>,
  ): Promise<boolean> {
    return this.#update(
      id,
      query =>
        query.where({ desired: 'running' }).where('suspend_after', '<=', now),
      change,
    );
  }

  /** Like {@link change}, for the order to end: its aliases have no instance from then on. */
  async terminate(
    id: string,
    change: Partial<InstanceRecord>,
    by: ChangedBy,
  ): Promise<boolean> {
    return this.#update(
      id,
      query => query.whereIn('desired', LIVE),
      change,
      async (tx, tell) =>
        (await releaseAliases(tx, id, by)).forEach(name => tell('alias', name)),
    );
  }

  /** Restores a terminated instance, with the aliases that it lost by that and that have no other instance yet. */
  async restore(
    id: string,
    change: Partial<InstanceRecord>,
    by: ChangedBy,
  ): Promise<boolean> {
    return this.#update(
      id,
      query => query.whereIn('desired', ENDED).whereNotNull('purge_after'),
      change,
      async (tx, tell) =>
        (await restoreAliases(tx, id, by)).forEach(name => tell('alias', name)),
    );
  }

  /** Has volumes of terminated instances kept until then at least, also of those that were being purged. */
  async keepTerminated(until: string): Promise<void> {
    await this.#outbox.transaction(async (tx, tell) => {
      const rows: Array<{ id: string }> = await tx<InstanceRow>('instances')
        .whereIn('desired', ENDED)
        // Not `has_volume`, nor the table of objects: the release before this one writes this alone.
        .where('objects', 'like', '%"PersistentVolumeClaim"%')
        .andWhere(where =>
          where.whereNull('purge_after').orWhere('purge_after', '<', until),
        )
        .update({ purge_after: until, due_at: 0 })
        .returning('id');
      rows.forEach(({ id }) => tell('instance', id, ASKED));
    });
  }

  /** Has what was kept of terminated instances purged; returns their ids. */
  async purge(
    where: { before: string } | { id: string } | { appId: string },
  ): Promise<string[]> {
    return this.#outbox.transaction(async (tx, tell) => {
      const query = tx<InstanceRow>('instances')
        .whereIn('desired', ENDED)
        .whereNotNull('purge_after');
      if ('before' in where) query.where('purge_after', '<=', where.before);
      else if ('id' in where) query.where({ id: where.id });
      else query.where({ app_id: where.appId });
      const rows: Array<{ id: string }> = await query
        .update({ desired: 'terminated', purge_after: null, due_at: 0 })
        .returning('id');
      rows.forEach(({ id }) => tell('instance', id, ASKED));
      return rows.map(row => row.id);
    });
  }
}
