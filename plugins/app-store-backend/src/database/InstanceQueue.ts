/**
 * The queue of the instances' processor: rows that are due, claimed under a lease.
 * Who writes as a processor holds the row's lease, and writes nothing over what a
 * person changed meanwhile.
 */
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import {
  toColumns,
  toRecord,
  type InstanceRecord,
  type InstanceRow,
} from './instanceRows';

/** See the module's comment. */
export class InstanceQueue {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /**
   * Forgets leases and addresses of a predecessor: for a store that is the only one
   * and whose pods did not outlive it.
   */
  async forgetPredecessor(): Promise<void> {
    await this.#knex<InstanceRow>('instances').update({
      lease_token: null,
      lease_until: null,
      endpoint: null,
      due_at: 0,
    });
  }

  /** Whether the row is there. */
  async exists(id: string): Promise<boolean> {
    return Boolean(
      await this.#knex<InstanceRow>('instances').where({ id }).first('id'),
    );
  }

  /** True while the worker with this token holds the lease. */
  async holds(claimed: InstanceRecord, token: string): Promise<boolean> {
    const row = await this.#knex<InstanceRow>('instances')
      .where({
        id: claimed.id,
        lease_token: token,
        desired: claimed.desired,
        launch: claimed.launch,
      })
      .where('lease_until', '>', Date.now())
      .first('id');
    return Boolean(row);
  }

  /** Asks the processor to look, at `atMs` at the latest. */
  async makeDue(id: string, atMs: number): Promise<void> {
    await this.#knex<InstanceRow>('instances')
      .where({ id })
      .andWhere(where => where.whereNull('due_at').orWhere('due_at', '>', atMs))
      .update({ due_at: atMs });
  }

  /** Makes all instances due, for a resync. */
  async makeAllDue(atMs: number): Promise<void> {
    await this.#knex<InstanceRow>('instances')
      .whereNull('due_at')
      .update({ due_at: atMs });
  }

  /** Whether it is still to be looked at. */
  async isDue(id: string, nowMs: number): Promise<boolean> {
    const row = await this.#knex<InstanceRow>('instances')
      .where({ id })
      .where('due_at', '<=', nowMs)
      .first('id');
    return Boolean(row);
  }

  /** Ids that are due and that nobody works on. */
  async listDue(nowMs: number, limit: number): Promise<string[]> {
    const rows = await this.#knex<InstanceRow>('instances')
      .where('due_at', '<=', nowMs)
      .andWhere(where =>
        where.whereNull('lease_until').orWhere('lease_until', '<', nowMs),
      )
      .orderBy('due_at')
      .limit(limit)
      .select('id');
    return rows.map(row => row.id);
  }

  /**
   * Takes the lease and the wish to be looked at.
   *
   * @returns the record and the lease's token; undefined where somebody else holds it or the row is gone
   */
  async claim(
    id: string,
    nowMs: number,
    leaseMs: number,
  ): Promise<{ record: InstanceRecord; token: string } | undefined> {
    const token = randomUUID();
    const count = await this.#knex<InstanceRow>('instances')
      .where({ id })
      .andWhere(where =>
        where.whereNull('lease_until').orWhere('lease_until', '<', nowMs),
      )
      .update({
        lease_token: token,
        lease_until: nowMs + leaseMs,
        // Whoever claims and dies has left it to be looked at.
        due_at: nowMs + leaseMs,
      });
    if (count !== 1) return undefined;
    const row = await this.#knex<InstanceRow>('instances')
      .where({ id })
      .first();
    return row && { record: toRecord(row), token };
  }

  /**
   * Writes what the processor found, where it still holds the lease. What a person
   * changed meanwhile (`desired`, `launch`, whether something is kept) stays, and what
   * the processor found then does not count: false.
   */
  async observe(
    claimed: InstanceRecord,
    token: string,
    change: Partial<InstanceRecord>,
  ): Promise<boolean> {
    const count = await this.#knex<InstanceRow>('instances')
      .where({
        id: claimed.id,
        lease_token: token,
        desired: claimed.desired,
        launch: claimed.launch,
        // knex compares with null by `is null`.
        purge_after: claimed.purgeAfter ?? null,
      })
      .update(toColumns(change));
    return count === 1;
  }

  /** Gives the lease back; `againAtMs` asks for another look. */
  async release(id: string, token: string, againAtMs?: number): Promise<void> {
    await this.#knex<InstanceRow>('instances')
      .where({ id, lease_token: token })
      .update({
        lease_token: null,
        lease_until: null,
        // Due still as the claim left it: nobody asked for another look meanwhile.
        due_at: this.#knex.raw(
          'case when due_at = lease_until then null else due_at end',
        ) as unknown as number,
      });
    if (againAtMs !== undefined) await this.makeDue(id, againAtMs);
  }

  /** Removes the row of a terminated instance of which nothing is kept. */
  async remove(id: string, token: string): Promise<boolean> {
    return (
      (await this.#knex<InstanceRow>('instances')
        .where({ id, lease_token: token, desired: 'terminated' })
        .whereNull('purge_after')
        .delete()) === 1
    );
  }
}
