/**
 * The app store's pages.
 *
 * @packageDocumentation
 */
export { appStorePlugin as default } from './plugin';
export { appStoreApiRef, enterApiRef, type EnterApi } from './api';
