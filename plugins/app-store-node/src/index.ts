/**
 * What other backend packages may plug in to the app store, and ask it.
 *
 * @packageDocumentation
 */
export { CatalogIndexClient } from './CatalogIndexClient';
export {
  appStoreKubernetesExtensionPoint,
  type AppStoreKubernetesExtensionPoint,
  type KubernetesConnection,
} from './kubernetes';
export { entityNameOf, isDigestedName } from './entityName';
export {
  appStoreRolesExtensionPoint,
  type AppStoreRolesExtensionPoint,
  type PersonRoles,
  type RoleMapper,
  type RoleSource,
} from './roles';
export { configValue } from './config/configValue';
export { readConfig } from './config/readConfig';
