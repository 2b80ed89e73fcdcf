/**
 * Changes of aliases with their history, inside of a transaction: no change without
 * its line, no line without its change.
 */
import type { AliasChange } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { forUpdate, lockName } from './locks';

export interface AliasRow {
  id: string;
  name: string;
  instance_id: string | null;
  is_primary: boolean | number;
  creator_ref: string;
  created_at: string;
  updated_at: string;
  revision: number;
}

export interface AliasHistoryRow {
  id: string;
  alias_id: string;
  alias_name: string;
  action: AliasChange['action'];
  instance_id: string | null;
  is_primary: boolean | number;
  instance_before: string | null;
  primary_before: boolean | number;
  actor_ref: string | null;
  at: string;
  revision: number;
}

/** Who changes, and when. */
export interface ChangedBy {
  /** Absent where the store does it. */
  actorRef?: string;
  /** RFC 3339. */
  at: string;
}

/** Where an alias is to lead. */
export interface AliasTarget {
  instanceId: string | null;
  primary: boolean;
}

/** Whoever else changes the aliases of an instance waits until the end of the transaction. */
export function lockInstance(
  tx: Knex.Transaction,
  instanceId: string,
): Promise<void> {
  return lockName(tx, `aliases/${instanceId}`);
}

/** Whoever else takes or frees the name waits until the end of the transaction. */
export function lockAliasName(
  tx: Knex.Transaction,
  name: string,
): Promise<void> {
  return lockName(tx, `alias-names/${name}`);
}

/** The row with an id, kept from others until the end of the transaction. */
export async function lockAlias(
  tx: Knex.Transaction,
  id: string,
): Promise<AliasRow | undefined> {
  return forUpdate(tx<AliasRow>('aliases').where({ id })).first();
}

/** Writes a change of one alias and its line of history. */
export async function moveAlias(
  tx: Knex.Transaction,
  alias: AliasRow,
  action: AliasChange['action'],
  to: AliasTarget,
  by: ChangedBy,
): Promise<void> {
  const revision = Number(alias.revision) + 1;
  await tx<AliasRow>('aliases').where({ id: alias.id }).update({
    instance_id: to.instanceId,
    is_primary: to.primary,
    updated_at: by.at,
    revision,
  });
  await addHistory(tx, alias, action, to, by, revision);
}

export async function addHistory(
  tx: Knex.Transaction,
  alias: AliasRow,
  action: AliasChange['action'],
  to: AliasTarget,
  by: ChangedBy,
  revision: number,
): Promise<void> {
  await tx<AliasHistoryRow>('alias_history').insert({
    id: randomUUID(),
    alias_id: alias.id,
    alias_name: alias.name,
    action,
    instance_id: to.instanceId,
    is_primary: to.primary,
    instance_before: alias.instance_id,
    primary_before: Boolean(alias.is_primary),
    actor_ref: by.actorRef ?? null,
    at: by.at,
    revision,
  });
}

/** Has the aliases of an instance lead nowhere; returns their names. */
export async function releaseAliases(
  tx: Knex.Transaction,
  instanceId: string,
  by: ChangedBy,
): Promise<string[]> {
  await lockInstance(tx, instanceId);
  const ids: string[] = await tx<AliasRow>('aliases')
    .where({ instance_id: instanceId })
    .orderBy('id')
    .pluck('id');
  const released: string[] = [];
  for (const id of ids) {
    const row = await lockAlias(tx, id);
    // Whoever led it elsewhere meanwhile was first.
    if (row?.instance_id !== instanceId) continue;
    await moveAlias(
      tx,
      row,
      'terminated',
      { instanceId: null, primary: false },
      by,
    );
    released.push(row.name);
  }
  return released;
}

/** Gives an instance back the aliases that its end took, where they lead nowhere still; returns their names. */
export async function restoreAliases(
  tx: Knex.Transaction,
  instanceId: string,
  by: ChangedBy,
): Promise<string[]> {
  await lockInstance(tx, instanceId);
  const lost = await tx<AliasHistoryRow>('alias_history')
    .where({ instance_before: instanceId, action: 'terminated' })
    .orderBy('alias_id');
  const restored: string[] = [];
  for (const line of lost) {
    const row = await lockAlias(tx, line.alias_id);
    // Whoever changed it since has decided otherwise.
    if (!row || row.instance_id || Number(row.revision) !== line.revision)
      continue;
    await moveAlias(
      tx,
      row,
      'assigned',
      { instanceId, primary: Boolean(line.primary_before) },
      by,
    );
    restored.push(row.name);
  }
  return restored;
}
