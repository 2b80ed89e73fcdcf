/**
 * Instances in the database, and the queue of their processor.
 *
 * Rules held here rather than in code that asks first: a running instance has a
 * slot, and a slot of an owner is taken once; who writes as a processor holds the
 * row's lease.
 */
import { isDatabaseConflictError } from '@backstage/backend-plugin-api';
import type {
  Endpoint,
  InstanceStatus,
  LaunchStage,
  Problem,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { visibleInstances } from '../policy/filters';
import type { Actor } from '../policy/policy';
import type { InstanceObjects } from '../kubernetes/objects';

/** A row of `instances`. */
export interface InstanceRecord {
  id: string;
  appId: string;
  ownerRef: string;
  visibility: Visibility;
  desired: 'running' | 'suspended' | 'terminated';
  slot?: number;
  cluster: string;
  namespace: string;
  objects: InstanceObjects;
  status: InstanceStatus;
  stage?: LaunchStage;
  stages: Partial<Record<LaunchStage, string>>;
  problem?: Problem;
  endpoint?: Endpoint;
  restartCount: number;
  timeoutSeconds: number;
  suspendAfter?: string;
  launch: number;
  applied?: string;
  createdAt: string;
  updatedAt: string;
}

interface InstanceRow {
  id: string;
  app_id: string;
  owner_ref: string;
  visibility: Visibility;
  desired: InstanceRecord['desired'];
  slot: number | null;
  cluster: string;
  namespace: string;
  objects: string;
  status: InstanceStatus;
  stage: LaunchStage | null;
  stages: string;
  problem: string | null;
  endpoint: string | null;
  restart_count: number;
  timeout_seconds: number;
  suspend_after: string | null;
  launch: number;
  applied: string | null;
  due_at: number | string | null;
  lease_token: string | null;
  lease_until: number | string | null;
  created_at: string;
  updated_at: string;
}

const json = <T>(text: string | null): T | undefined =>
  text === null ? undefined : JSON.parse(text);

function toRecord(row: InstanceRow): InstanceRecord {
  return {
    id: row.id,
    appId: row.app_id,
    ownerRef: row.owner_ref,
    visibility: row.visibility,
    desired: row.desired,
    slot: row.slot ?? undefined,
    cluster: row.cluster,
    namespace: row.namespace,
    objects: JSON.parse(row.objects),
    status: row.status,
    stage: row.stage ?? undefined,
    stages: JSON.parse(row.stages),
    problem: json<Problem>(row.problem),
    endpoint: json<Endpoint>(row.endpoint),
    restartCount: row.restart_count,
    timeoutSeconds: row.timeout_seconds,
    suspendAfter: row.suspend_after ?? undefined,
    launch: row.launch,
    applied: row.applied ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The part of a record that changes, as columns. */
function toColumns(change: Partial<InstanceRecord>): Partial<InstanceRow> {
  const text = (value: unknown) =>
    value === undefined ? null : JSON.stringify(value);
  const columns: Partial<InstanceRow> = {};
  const has = (key: keyof InstanceRecord) => key in change;
  if (has('visibility')) columns.visibility = change.visibility;
  if (has('desired')) columns.desired = change.desired;
  if (has('slot')) columns.slot = change.slot ?? null;
  if (has('objects')) columns.objects = JSON.stringify(change.objects);
  if (has('status')) columns.status = change.status;
  if (has('stage')) columns.stage = change.stage ?? null;
  if (has('stages')) columns.stages = JSON.stringify(change.stages);
  if (has('problem')) columns.problem = text(change.problem);
  if (has('endpoint')) columns.endpoint = text(change.endpoint);
  if (has('restartCount')) columns.restart_count = change.restartCount;
  if (has('suspendAfter')) columns.suspend_after = change.suspendAfter ?? null;
  if (has('launch')) columns.launch = change.launch;
  if (has('applied')) columns.applied = change.applied ?? null;
  if (has('updatedAt')) columns.updated_at = change.updatedAt;
  return columns;
}

/** See the module's comment. */
export class InstanceRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
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
      let slot = 0;
      while (taken.has(slot)) slot++;
      if (slot >= limit) return false;
      try {
        await write(slot);
        return true;
      } catch (error) {
        if (!isDatabaseConflictError(error)) throw error;
      }
    }
    return false;
  }

  /** Adds a running instance, due at once; false where the owner's quota is used up. */
  async insert(
    record: Omit<InstanceRecord, 'slot'>,
    limit: number,
  ): Promise<boolean> {
    return this.#withSlot(record.ownerRef, limit, async slot => {
      await this.#knex('instances').insert({
        ...toColumns({
          ...record,
          slot,
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
        timeout_seconds: record.timeoutSeconds,
        created_at: record.createdAt,
        due_at: 0,
      });
    });
  }

  async get(id: string): Promise<InstanceRecord | undefined> {
    const row = await this.#knex<InstanceRow>('instances')
      .where({ id })
      .first();
    return row && toRecord(row);
  }

  async list(
    actor: Actor,
    query: { appId?: string; all?: boolean } = {},
  ): Promise<InstanceRecord[]> {
    const select = this.#knex('instances')
      .join('apps', 'apps.id', 'instances.app_id')
      .select('instances.*');
    if (query.all) visibleInstances(actor, select);
    else select.where('instances.owner_ref', actor.userEntityRef);
    if (query.appId) select.where('instances.app_id', query.appId);
    const rows: InstanceRow[] = await select
      .orderBy('instances.created_at', 'desc')
      .orderBy('instances.id');
    return rows.map(toRecord);
  }

  /** Everything that the gateway has a route for. */
  async listAll(): Promise<InstanceRecord[]> {
    return (await this.#knex<InstanceRow>('instances').orderBy('id')).map(
      toRecord,
    );
  }

  async countRunning(ownerRef: string): Promise<number> {
    const row = await this.#knex('instances')
      .where({ owner_ref: ownerRef })
      .whereNotNull('slot')
      .count({ n: '*' })
      .first();
    return Number(row?.n ?? 0);
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
      .update({ ...toColumns(change), due_at: 0 });
    return count === 1;
  }

  /** A person's change, where the instance is still as expected; makes it due. */
  async change(
    id: string,
    expected: { desired: InstanceRecord['desired'][] },
    change: Partial<InstanceRecord>,
  ): Promise<boolean> {
    const count = await this.#knex<InstanceRow>('instances')
      .where({ id })
      .whereIn('desired', expected.desired)
      .update({ ...toColumns(change), due_at: 0 });
    return count === 1;
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
      );
    });
    if (!admitted) return 'quota';
    return changed ? 'done' : 'changed';
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

  /** What changed since a time. */
  async changedSince(
    since: string,
  ): Promise<Array<{ id: string; updatedAt: string }>> {
    return this.#knex<InstanceRow>('instances')
      .where('updated_at', '>=', since)
      .select('id', { updatedAt: 'updated_at' });
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

  /** Running instances whose time is up. */
  async listOverdue(now: string): Promise<string[]> {
    const rows = await this.#knex<InstanceRow>('instances')
      .where({ desired: 'running' })
      .where('suspend_after', '<=', now)
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
    const record = await this.get(id);
    return record && { record, token };
  }

  /**
   * Writes what the processor found, where it still holds the lease. What a person
   * changed meanwhile (`desired`, `launch`) stays, and what the processor found then
   * does not count: false.
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

  /** Removes the row of a terminated instance. */
  async remove(id: string, token: string): Promise<boolean> {
    return (
      (await this.#knex<InstanceRow>('instances')
        .where({ id, lease_token: token, desired: 'terminated' })
        .delete()) === 1
    );
  }
}
