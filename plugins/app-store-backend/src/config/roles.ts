/** The roles in the configuration, as entity refs; what is wrong is said with its key. */
import type { Config } from '@backstage/config';
import { RoleRefs, type RoleRefsOptions } from '../identity/RoleRefs';
import { oneOf, refuse } from './readers';

/** How names and claims become refs; from `appStore`. */
export function readRoleRefs(config: Config): RoleRefsOptions {
  return {
    names: oneOf(config, 'roles.names', ['groups', 'claims'], 'groups'),
    claimsAre: oneOf(config, 'roles.claimsAre', ['roles', 'groups'], 'roles'),
  };
}

/**
 * A list of roles and groups.
 *
 * @throws InputError where one is neither a name nor a ref
 */
export function readRoles(
  config: Config,
  key: string,
  options: RoleRefsOptions,
): string[] {
  const refs = RoleRefs.create(options);
  return (config.getOptionalStringArray(key) ?? []).map(text => {
    try {
      return refs.configured(text);
    } catch {
      return refuse(
        config,
        key,
        `holds ${JSON.stringify(
          text,
        )}, which is neither a name nor an entity ref such as group:default/admins`,
      );
    }
  });
}
