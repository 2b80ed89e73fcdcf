/**
 * Changes of aliases with their history, inside of a transaction: no change without
 * its line, no line without its change.
 */
import type { AliasChange } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { forUpdate, lockName } from '../database/locks';
import type { RecordOf } from '../database/table';
import {
  ALIAS_HISTORY,
  ALIASES,
  type AliasHistoryRow,
  type AliasRow,
} from './aliasRows';

/** Who changes, and when. */
export interface ChangedBy {
  /** Absent where the store does it. */
  actorRef?: string;
  /** RFC 3339. */
  at: string;
}

/** Where an alias is to lead. */
export interface AliasTarget {
  instanceId?: string;
  primary: boolean;
}

/** An alias that is assigned to no instance. */
export const UNASSIGNED: AliasTarget = { primary: false };

/** What a line of history says of an alias before its change. */
type Before = Pick<
  RecordOf<typeof ALIASES>,
  'id' | 'name' | 'instanceId' | 'primary' | 'revision'
>;

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

/** The alias with an id, kept from others until the end of the transaction. */
export async function lockAlias(tx: Knex.Transaction, id: string) {
  const row = await forUpdate(tx<AliasRow>('aliases').where({ id })).first();
  return row && ALIASES.read(row);
}

/** Writes a change of one alias and its line of history. */
export async function moveAlias(
  tx: Knex.Transaction,
  alias: Before,
  action: AliasChange['action'],
  to: AliasTarget,
  by: ChangedBy,
): Promise<void> {
  await tx<AliasRow>('aliases')
    .where({ id: alias.id })
    .update({
      instance_id: to.instanceId ?? null,
      is_primary: to.primary,
      updated_at: by.at,
      revision: alias.revision + 1,
    });
  await addHistory(tx, alias, action, to, by);
}

/** Writes a line of history, whose revision is the next one of the alias. */
export async function addHistory(
  tx: Knex.Transaction,
  alias: Before,
  action: AliasChange['action'],
  to: AliasTarget,
  { actorRef, at }: ChangedBy,
): Promise<void> {
  await tx('alias_history').insert(
    ALIAS_HISTORY.write({
      id: randomUUID(),
      aliasId: alias.id,
      aliasName: alias.name,
      action,
      instanceId: to.instanceId,
      primary: to.primary,
      instanceBefore: alias.instanceId,
      primaryBefore: alias.primary,
      actorRef,
      at,
      revision: alias.revision + 1,
    }),
  );
}

/** Takes the aliases of an instance off it; returns their names. */
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
    const alias = await lockAlias(tx, id);
    // Whoever led it elsewhere meanwhile was first.
    if (alias?.instanceId !== instanceId) continue;
    await moveAlias(tx, alias, 'terminated', UNASSIGNED, by);
    released.push(alias.name);
  }
  return released;
}

/** Gives an instance back the aliases that its end took, where they have no other one; returns their names. */
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
  for (const line of lost.map(ALIAS_HISTORY.read)) {
    const alias = await lockAlias(tx, line.aliasId);
    // Whoever changed it since has decided otherwise.
    if (!alias || alias.instanceId || alias.revision !== line.revision)
      continue;
    const to = { instanceId, primary: line.primaryBefore };
    await moveAlias(tx, alias, 'assigned', to, by);
    restored.push(alias.name);
  }
  return restored;
}
