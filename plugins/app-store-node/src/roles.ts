/** Where the roles of people come from, and what becomes of them. */
import { createExtensionPoint } from '@backstage/backend-plugin-api';

/**
 * What a source knows of a person.
 *
 * @public
 */
export interface PersonRoles {
  /** Entity refs: groups of the catalog, roles of a token's claim, or a source's own. */
  roles: readonly string[];
  displayName?: string;
}

/**
 * Tells who somebody is.
 *
 * @public
 */
export interface RoleSource {
  /**
   * Asked with an entity ref alone, since requests with an access token and those to
   * the gateway come without a session. The answer holds for less than a minute.
   *
   * @returns undefined for somebody who is not known (any more): they are signed out everywhere within a minute
   */
  find(userEntityRef: string): Promise<PersonRoles | undefined>;
}

/**
 * Roles of a person in place of those that the source gave; whoever only adds some returns the given ones as well.
 *
 * @public
 */
export type RoleMapper = (
  person: PersonRoles & { userEntityRef: string },
) => readonly string[] | Promise<readonly string[]>;

/**
 * Lets modules say which roles people have.
 *
 * @public
 */
export interface AppStoreRolesExtensionPoint {
  /**
   * Replaces the catalog's groups and the roles of the sign-in by a source of one's own.
   *
   * @throws Error where another module has set one
   */
  setRoleSource(source: RoleSource): void;
  /** Adds a mapper. Mappers run in the order in which they were added, whatever the source. */
  addRoleMapper(mapper: RoleMapper): void;
}

/**
 * See {@link AppStoreRolesExtensionPoint}.
 *
 * @public
 */
export const appStoreRolesExtensionPoint =
  createExtensionPoint<AppStoreRolesExtensionPoint>({
    id: 'app-store.roles',
  });
