export { appStoreApiRef } from './appStoreApi';
export { DefaultEnterApi, enterApiRef, type EnterApi } from './enterApi';
