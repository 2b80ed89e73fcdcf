/**
 * Apps of the store in portal search.
 *
 * @packageDocumentation
 */
export { searchModuleAppStore as default } from './module';
