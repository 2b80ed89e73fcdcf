/**
 * The app store's pages.
 *
 * @packageDocumentation
 */
export { appStorePlugin as default } from './plugin';
export {
  appStoreApiRef,
  enterApiRef,
  uploadApiRef,
  type EnterApi,
  type UploadApi,
} from './api';
export { StatusBadge } from './components/StatusBadge';
export { useBranding } from './hooks/useBranding';
export { useMe, useStore } from './hooks/useCached';
export type { Loaded } from './hooks/useLoad';
export { isStoreResult, StoreResult } from './search/StoreResult';
