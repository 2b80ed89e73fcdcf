export { appStoreApiRef } from './appStoreApi';
export { DefaultEnterApi, enterApiRef, type EnterApi } from './enterApi';
export { DefaultUploadApi, uploadApiRef, type UploadApi } from './uploadApi';
