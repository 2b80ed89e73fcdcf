/**
 * The app store in the catalog.
 *
 * @packageDocumentation
 */
export { catalogModuleAppStore as default } from './module';
export { AppStoreCatalogPolicy } from './permissions/AppStoreCatalogPolicy';
