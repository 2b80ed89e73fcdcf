/** The roles in the configuration, as entity refs; what is wrong is said with its key. */
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { RoleRefs, type RoleRefsOptions } from '../identity/RoleRefs';

function choice<T extends string>(
  config: Config,
  key: string,
  choices: readonly [T, ...T[]],
): T {
  const text = config.getOptionalString(key) ?? choices[0];
  const chosen = choices.find(each => each === text);
  if (!chosen)
    throw new InputError(
      `appStore.${key} must be one of ${choices.join(
        ', ',
      )}; it is ${JSON.stringify(text)}`,
    );
  return chosen;
}

/** How names and claims become refs; from `appStore`. */
export function readRoleRefs(config: Config): RoleRefsOptions {
  return {
    names: choice(config, 'roles.names', ['groups', 'claims']),
    claimsAre: choice(config, 'roles.claimsAre', ['roles', 'groups']),
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
      throw new InputError(
        `${key} of appStore holds ${JSON.stringify(
          text,
        )}, which is neither a name nor an entity ref such as group:default/admins`,
      );
    }
  });
}
