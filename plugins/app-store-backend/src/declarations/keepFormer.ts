/** What a declaration declared under another name, before `spec.name` was changed. */
import type { DeclarationKind } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { RESOURCES, type DeclarationRow } from './declarationRows';

/** Kinds that are called in the store as `spec.name` says: another name is another one. */
const NAMED: readonly DeclarationKind[] = ['AppTag', 'AppSecret'];
/** Digits of an id that tell the former ones of a declaration apart. */
const ID_DIGITS = 8;

/**
 * Writes down that it is no longer declared, as one that is gone from its file: whatever is
 * configured for these becomes of it, after the same time and with the same care.
 *
 * @param row - as it was; its ref and a part of the id are the ref of what it leaves, which no entity can have
 * @param resourceId - what it declares now
 */
export async function keepFormer(
  tx: Knex.Transaction,
  row: DeclarationRow | undefined,
  resourceId: string,
): Promise<void> {
  const former = row?.resource_id;
  if (!row || !former || former === resourceId || !NAMED.includes(row.kind))
    return;
  const isThere = await tx(RESOURCES[row.kind])
    .where({ id: former })
    .first('id');
  if (!isThere) return;
  const now = new Date().toISOString();
  await tx<DeclarationRow>('declarations').insert({
    ...row,
    id: randomUUID(),
    entity_ref: `${row.entity_ref}#${former.slice(0, ID_DIGITS)}`,
    etag: null,
    state: 'IN_SYNC',
    since: now,
    problem: null,
    changes: null,
    refers_to: null,
    follows: null,
    due_at: null,
    attempts: 0,
    missing_since: now,
    created_at: now,
    updated_at: now,
    revision: 1,
  });
}
