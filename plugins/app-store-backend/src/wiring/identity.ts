/** Who people are to the store. */
import type { AuthService } from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { StoreConfig } from '../config/StoreConfig';
import { CatalogRoles } from '../auth/CatalogRoles';
import type { RoleExtensions } from '../auth/RoleExtensions';
import { RoleRefs } from '../config/RoleRefs';
import { DefaultRoleResolver } from '../auth/RoleResolver';
import { allOf } from '../auth/RoleSources';
import { SignedInPeople } from '../people/SignedInPeople';
import type { Repositories } from './repositories';

export function createIdentity(options: {
  config: StoreConfig;
  repositories: Repositories;
  extensions: RoleExtensions;
  catalog: CatalogService;
  auth: AuthService;
}) {
  const { config, repositories, extensions, catalog, auth } = options;
  const refs = RoleRefs.create(config.roleRefs);
  const people = SignedInPeople.create({
    people: repositories.people,
    settings: repositories.settings,
    refs,
    lapseSeconds: config.claimsLapseSeconds,
  });
  const roles = DefaultRoleResolver.create({
    source:
      extensions.source ??
      allOf(CatalogRoles.create({ catalog, auth }), people),
    mappers: extensions.mappers,
    refs,
    adminGroups: config.adminGroups,
    fullAccessGroups: config.fullAccessGroups,
  });
  return { refs, people, roles };
}
