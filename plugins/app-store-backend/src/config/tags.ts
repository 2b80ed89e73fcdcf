/**
 * Tags in the configuration: `appStore.tags` is a list of those that are made where they
 * are missing, or holds that list under `list` beside what is set for all tags.
 */
import type { Config } from '@backstage/config';
import type { RoleRefsOptions } from '../identity/RoleRefs';
import { color, oneOf } from './readers';
import { readRoles } from './roles';

/** The colour of tags that name none. */
export const DEFAULT_TAG_COLOR = '#5b6b7b';

/** A tag that is made where it is missing. */
export interface TagConfig {
  name: string;
  title: string;
  color: string;
  description: string;
  visitorRoles: string[];
  adminRoles: string[];
}

/** Reads `tags` of `appStore`. @throws InputError naming the key */
export function readTags(
  config: Config,
  roleRefs: RoleRefsOptions,
): { tags: TagConfig[]; emptyAdminRoles: 'everyone' | 'admins' } {
  const isList = Array.isArray(config.getOptional('tags'));
  const list = config.getOptionalConfigArray(isList ? 'tags' : 'tags.list');
  return {
    emptyAdminRoles: isList
      ? 'everyone'
      : oneOf(
          config,
          'tags.emptyAdminRoles',
          ['everyone', 'admins'],
          'everyone',
        ),
    tags: (list ?? []).map(entry => ({
      name: entry.getString('name'),
      title: entry.getOptionalString('title') ?? entry.getString('name'),
      color: color(entry, 'color') ?? DEFAULT_TAG_COLOR,
      description: entry.getOptionalString('description') ?? '',
      visitorRoles: readRoles(entry, 'visitorRoles', roleRefs),
      adminRoles: readRoles(entry, 'adminRoles', roleRefs),
    })),
  };
}
