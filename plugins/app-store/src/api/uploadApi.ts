import {
  createApiRef,
  type DiscoveryApi,
  type IdentityApi,
} from '@backstage/frontend-plugin-api';
import {
  AppStoreError,
  type ImportedApp,
  type ProblemDetails,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';

/**
 * Sends bundles, and says how far they are, which `fetch` cannot.
 *
 * @public
 */
export interface UploadApi {
  /**
   * @param options - `onProgress` is called with the bytes that were sent
   * @throws AppStoreError where the store refuses; DOMException `AbortError` where it was cancelled
   */
  upload(
    file: Blob,
    options: {
      visibility: Visibility;
      signal: AbortSignal;
      onProgress: (sent: number) => void;
    },
  ): Promise<ImportedApp>;
}

/** @public */
export const uploadApiRef = createApiRef<UploadApi>({
  id: 'plugin.app-store.upload',
});

function problemOf(request: XMLHttpRequest): ProblemDetails {
  try {
    const body = JSON.parse(request.responseText);
    if (body.code) return body;
  } catch {
    // Not one of the store's own answers.
  }
  return {
    type: 'about:blank',
    title: 'unexpected answer',
    status: request.status,
    detail: request.status
      ? `The app store answered with ${request.status} ${request.statusText}.`
      : 'The connection was lost during the upload.',
    code: 'UPLOAD_FAILED',
    owner: 'platform',
    remedy: 'Try again. If the problem continues, tell an admin.',
  };
}

/** Sends by XMLHttpRequest, as the person who is signed in. */
export class DefaultUploadApi implements UploadApi {
  readonly #discovery: DiscoveryApi;
  readonly #identity: IdentityApi;

  constructor(options: {
    discoveryApi: DiscoveryApi;
    identityApi: IdentityApi;
  }) {
    this.#discovery = options.discoveryApi;
    this.#identity = options.identityApi;
  }

  async upload(
    file: Blob,
    options: Parameters<UploadApi['upload']>[1],
  ): Promise<ImportedApp> {
    const { visibility, signal, onProgress } = options;
    const [base, { token }] = await Promise.all([
      this.#discovery.getBaseUrl('app-store'),
      this.#identity.getCredentials(),
    ]);
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', `${base}/v1/apps?visibility=${visibility}`);
      request.setRequestHeader('content-type', 'application/zip');
      if (token) request.setRequestHeader('authorization', `Bearer ${token}`);
      request.upload.onprogress = event => onProgress(event.loaded);
      // The last progress may be short of the end.
      request.upload.onload = () => onProgress(file.size);
      request.onload = () =>
        request.status === 201
          ? resolve(JSON.parse(request.responseText))
          : reject(new AppStoreError(problemOf(request)));
      request.onerror = () => reject(new AppStoreError(problemOf(request)));
      request.onabort = () => reject(signal.reason);
      signal.addEventListener('abort', () => request.abort());
      request.send(file);
    });
  }
}
