/** Roles and groups in the configuration, as entity refs. */
import { z } from 'zod';
import type { RoleRefs } from './RoleRefs';
import { converted } from './values';

/** How names and claims become refs. */
export const roleNames = z.object({
  names: z.enum(['groups', 'claims']).default('groups'),
  claimsAre: z.enum(['roles', 'groups']).default('roles'),
});

/** A list of roles and groups. */
export const rolesSchema = (refs: RoleRefs) =>
  z
    .array(
      converted(
        'must be a name or an entity ref such as group:default/admins',
        text => refs.configured(text),
      ),
    )
    .default([]);
