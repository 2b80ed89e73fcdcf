/**
 * Tags in the configuration: `appStore.tags` is a list of those that are made where they
 * are missing, or holds that list under `list` beside what is set for all tags.
 */
import { z } from 'zod';
import type { RoleRefs } from './RoleRefs';
import { rolesSchema } from './roles';
import { asInApi, cssColor } from './values';

/** The colour of tags that name none. */
export const DEFAULT_TAG_COLOR = '#5b6b7b';

/**
 * `tags` in one of its two forms.
 *
 * @param isList - which one it is
 */
export function tagsSchema(refs: RoleRefs, isList: boolean) {
  const tag = z.object({
    name: asInApi('TagName'),
    title: asInApi('TagTitle').optional(),
    color: cssColor.default(DEFAULT_TAG_COLOR),
    description: asInApi('TagDescription').default(''),
    visitorRoles: rolesSchema(refs),
    adminRoles: rolesSchema(refs),
  });
  const all = z.object({
    list: z
      .array(
        tag.transform(({ name, title = name, ...rest }) => ({
          name,
          title,
          ...rest,
        })),
      )
      .default([]),
    /** For whom tags without admin roles are. */
    emptyAdminRoles: z.enum(['everyone', 'admins']).default('everyone'),
  });
  const { list } = all.shape;
  return isList
    ? list.transform(tags => ({
        list: tags,
        emptyAdminRoles: 'everyone' as const,
      }))
    : all.prefault({});
}
