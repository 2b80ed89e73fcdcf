/**
 * The queue of the instances' processor: rows that are due, claimed under a lease.
 * Who writes as a processor holds the row's lease, and writes nothing over what a
 * person changed meanwhile.
 */
import type { Knex } from 'knex';
import { keepLaunch } from '../instances/launches/LaunchRepository';
import { launchBegan, stepsOf } from '../instances/launches/launchBegan';
import { randomUUID } from 'node:crypto';
import { Outbox } from '../changes/Outbox';
import { skipLocked } from '../database/locks';
import { objectsOf } from '../instances/instanceObjectRows';
import {
  INSTANCES,
  type InstanceRecord,
  type InstanceRow,
  type ReadInstanceRow,
} from '../instances/instanceRows';
import { secretNamesOf } from '../instances/usedSecrets';
import type { InstanceObjects } from '../kubernetes/manifests/instanceObjects';

/** A row whose lease is held. */
export interface Claim {
  record: InstanceRecord;
  /** Of the lease. */
  token: string;
}

/** The rows of `instances` as a queue. */
export class InstanceQueue {
  readonly #knex: Knex;
  readonly #outbox: Outbox;

  constructor(knex: Knex, outbox: Outbox = new Outbox(knex)) {
    this.#knex = knex;
    this.#outbox = outbox;
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

  /**
   * Asks for another look, at `atMs` at the latest.
   *
   * @returns those that are there
   */
  async makeDue(ids: string[], atMs: number): Promise<string[]> {
    if (!ids.length) return [];
    const rows: Array<{ id: string }> = await this.#knex<InstanceRow>(
      'instances',
    )
      .whereIn('id', ids)
      .update({
        due_at: this.#knex.raw(
          'case when due_at is null or due_at > ? then ? else due_at end',
          [atMs, atMs],
        ) as unknown as number,
      })
      .returning('id');
    return rows.map(row => row.id);
  }

  /** Rows by id, one page of them. */
  async page(
    after: string | undefined,
    limit: number,
  ): Promise<InstanceRecord[]> {
    const rows: ReadInstanceRow[] = await this.#knex('instances')
      .select([...INSTANCES.names])
      .where(query => after && query.where('id', '>', after))
      .orderBy('id')
      .limit(limit);
    return rows.map(INSTANCES.read);
  }

  /** Has what was refused tried again at once. */
  async retryNow(ids: string[]): Promise<void> {
    if (!ids.length) return;
    await this.#knex<InstanceRow>('instances')
      .whereIn('id', ids)
      .update({ attempt: null, due_at: 0 });
  }

  /** How many wait to be looked at, and since when the first of them. */
  async backlog(
    nowMs: number,
  ): Promise<{ due: number; oldestAt: number | undefined }> {
    const [row] = await this.#knex<InstanceRow>('instances')
      .where('due_at', '<=', nowMs)
      .where(where =>
        where.whereNull('lease_until').orWhere('lease_until', '<', nowMs),
      )
      .select(
        this.#knex.raw('count(*) as due'),
        // What is due at 0 is due at once: since when is not known.
        this.#knex.raw('min(nullif(due_at, 0)) as oldest'),
      );
    const { due, oldest } = row as unknown as {
      due: number | string;
      oldest: number | string | null;
    };
    return {
      due: Number(due),
      oldestAt: oldest === null ? undefined : Number(oldest),
    };
  }

  /** Names of the secrets that an instance uses, by the names of their objects. */
  async secretNamesOf(id: string): Promise<Map<string, string>> {
    return secretNamesOf(this.#knex, id);
  }

  /**
   * Holds a lease for longer, while the work goes on.
   *
   * @returns false where somebody else has it by now
   */
  async renew(id: string, token: string, untilMs: number): Promise<boolean> {
    const count = await this.#knex<InstanceRow>('instances')
      .where({ id, lease_token: token })
      .update({
        lease_until: untilMs,
        due_at: this.#knex.raw(
          'case when due_at = lease_until then ? else due_at end',
          [untilMs],
        ) as unknown as number,
      });
    return count === 1;
  }

  /** Whether it is still to be looked at. */
  async isDue(id: string, nowMs: number): Promise<boolean> {
    const row = await this.#knex<InstanceRow>('instances')
      .where({ id })
      .where('due_at', '<=', nowMs)
      .first('id');
    return Boolean(row);
  }

  /**
   * Claims up to `limit` of those that are due.
   *
   * @param except - ids that are left to others
   */
  async claimDue(
    nowMs: number,
    leaseMs: number,
    limit: number,
    except: string[] = [],
  ): Promise<Claim[]> {
    return this.#claim(nowMs, leaseMs, query =>
      query
        .where('due_at', '<=', nowMs)
        .whereNotIn('id', except)
        .orderBy('due_at')
        .limit(limit),
    );
  }

  /** Claims those of `ids` that nobody works on, due or not. */
  async claim(ids: string[], nowMs: number, leaseMs: number): Promise<Claim[]> {
    return this.#claim(nowMs, leaseMs, query => query.whereIn('id', ids));
  }

  /** Takes leases, and with each the wish to be looked at. Rows that somebody else is claiming are left to them. */
  async #claim(
    nowMs: number,
    leaseMs: number,
    which: (query: Knex.QueryBuilder) => Knex.QueryBuilder,
  ): Promise<Claim[]> {
    const token = randomUUID();
    const free = which(
      this.#knex('instances')
        .select('id')
        .where((where: Knex.QueryBuilder) =>
          where.whereNull('lease_until').orWhere('lease_until', '<', nowMs),
        ),
    );
    const rows: ReadInstanceRow[] = await this.#knex('instances')
      .whereIn('id', skipLocked(free))
      .update({
        lease_token: token,
        lease_until: nowMs + leaseMs,
        // Whoever claims and dies has left it to be looked at.
        due_at: nowMs + leaseMs,
      })
      .returning([...INSTANCES.names]);
    return rows.map(row => ({ record: INSTANCES.read(row), token }));
  }

  /**
   * Its Kubernetes objects.
   *
   * @throws Error where the row went meanwhile
   */
  async requireObjects(id: string): Promise<InstanceObjects> {
    const objects = await objectsOf(this.#knex, id);
    if (!objects) throw new Error('it is gone from the database');
    return objects;
  }

  /**
   * Writes what the processor found, where it still holds the lease. What a person
   * changed meanwhile (`desired`, `launch`, whether something is kept) stays, and what
   * the processor found then does not count: false.
   *
   * @param options.shown - whether people see the change
   */
  async observe(
    claimed: InstanceRecord,
    token: string,
    change: Partial<InstanceRecord>,
    { shown }: { shown: boolean },
  ): Promise<boolean> {
    return this.#outbox.transaction(async (tx, tell) => {
      const count = await tx<InstanceRow>('instances')
        .where({
          id: claimed.id,
          lease_token: token,
          desired: claimed.desired,
          launch: claimed.launch,
          // knex compares with null by `is null`.
          purge_after: claimed.purgeAfter ?? null,
        })
        .update(INSTANCES.write(change));
      if (count !== 1) return false;
      if (shown) tell('instance', claimed.id);
      const { steps } = change;
      // With what says that it is ready, so that nobody finds it ready without.
      if (steps?.routed !== undefined && stepsOf(claimed).routed === undefined)
        await keepLaunch(tx, {
          instanceId: claimed.id,
          launch: claimed.launch,
          appId: claimed.appId,
          beganAt: launchBegan(claimed).toISOString(),
          steps,
        });
      return true;
    });
  }

  /** Gives the lease back; `againAtMs` asks for another look. */
  async release(id: string, token: string, againAtMs?: number): Promise<void> {
    await this.#knex<InstanceRow>('instances')
      .where({ id, lease_token: token })
      .update({
        lease_token: null,
        lease_until: null,
        // Due still as the claim left it: nobody asked for another look meanwhile.
        due_at: (againAtMs === undefined
          ? this.#knex.raw(
              'case when due_at = lease_until then null else due_at end',
            )
          : this.#knex.raw(
              'case when due_at = lease_until or due_at > ? then ? else due_at end',
              [againAtMs, againAtMs],
            )) as unknown as number,
      });
  }

  /** Removes the row of a terminated instance of which nothing is kept. */
  async remove(id: string, token: string): Promise<boolean> {
    return this.#outbox.transaction(async (tx, tell) => {
      const count = await tx<InstanceRow>('instances')
        .where({ id, lease_token: token, desired: 'terminated' })
        .whereNull('purge_after')
        .delete();
      if (count === 1) tell('instance', id);
      return count === 1;
    });
  }
}
