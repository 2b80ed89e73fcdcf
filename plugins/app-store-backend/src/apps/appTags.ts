/** Tags that apps bear, in `app_tags`. */
import { showable } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { APPS, type AppRecord, type AppRow, type AssignedTag } from './appRows';

/** What may be changed of the tags of an app. */
export interface TagChange {
  /** All its tags from then on. */
  tagIds?: string[];
  addTagId?: string;
  removeTagId?: string;
}

/** Rows of `apps` with what belongs to them. */
export async function completeApps(
  knex: Knex,
  rows: AppRow[],
): Promise<AppRecord[]> {
  const ids = rows.map(row => row.id);
  const assigned: Array<AssignedTag & { app_id: string }> = ids.length
    ? await knex('app_tags')
        .join('tags', 'tags.id', 'app_tags.tag_id')
        .whereIn('app_tags.app_id', ids)
        .orderBy('tags.title')
        .select(
          'app_tags.app_id',
          'tags.id',
          'tags.name',
          'tags.title',
          'tags.color',
          'tags.description',
          { assignedAt: 'app_tags.assigned_at' },
        )
    : [];
  const roles: Array<{ tag_id: string; role: string }> = assigned.length
    ? await knex('tag_visitor_roles')
        .whereIn('tag_id', [...new Set(assigned.map(tag => tag.id))])
        .orderBy('role')
        .select('tag_id', 'role')
    : [];
  const rolesOf = new Map<string, string[]>();
  for (const { tag_id, role } of roles)
    rolesOf.set(tag_id, [...(rolesOf.get(tag_id) ?? []), role]);
  const tagsOf = new Map<string, AssignedTag[]>();
  for (const { app_id, ...tag } of assigned)
    tagsOf.set(app_id, [
      ...(tagsOf.get(app_id) ?? []),
      {
        ...tag,
        title: showable(tag.title),
        description: showable(tag.description),
        visitorRoles: rolesOf.get(tag.id) ?? [],
      },
    ]);
  return rows.map(row => {
    const tags = tagsOf.get(row.id) ?? [];
    return {
      ...APPS.read(row),
      tags,
      visitorRoles: [...new Set(tags.flatMap(tag => tag.visitorRoles))],
    };
  });
}

export async function insertTags(
  tx: Knex.Transaction,
  appId: string,
  tagIds: string[],
  at: string,
): Promise<void> {
  if (tagIds.length)
    await tx('app_tags')
      .insert(
        tagIds.map(tag_id => ({ app_id: appId, tag_id, assigned_at: at })),
      )
      .onConflict(['app_id', 'tag_id'])
      .ignore();
}

/** Changes the tags of an app. */
export async function changeTags(
  tx: Knex.Transaction,
  appId: string,
  change: TagChange,
  at: string,
): Promise<void> {
  if (change.tagIds)
    await tx('app_tags')
      .where({ app_id: appId })
      .whereNotIn('tag_id', change.tagIds)
      .delete();
  if (change.removeTagId)
    await tx('app_tags')
      .where({ app_id: appId, tag_id: change.removeTagId })
      .delete();
  await insertTags(
    tx,
    appId,
    [...(change.tagIds ?? []), ...(change.addTagId ? [change.addTagId] : [])],
    at,
  );
}
