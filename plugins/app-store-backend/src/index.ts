/**
 * The app store's backend.
 *
 * @packageDocumentation
 */
export { appStorePlugin as default } from './plugin';
