import { createApiRef } from '@backstage/frontend-plugin-api';

/**
 * The portal's side of signing in to an app.
 *
 * @public
 */
export interface EnterApi {
  /** Exchanges the state of an app's host for the way in. */
  exchange(state: string): Promise<{ url: string; host: string }>;
  /** The way into an app, at its address, for this browser and the next seconds. */
  pass(address: string): Promise<{ url: string }>;
}

/** @public */
export const enterApiRef = createApiRef<EnterApi>({
  id: 'plugin.app-store.enter',
});

/** Asks the gateway. */
export class DefaultEnterApi implements EnterApi {
  readonly #fetch: typeof fetch;

  constructor(options: { fetch: typeof fetch }) {
    this.#fetch = options.fetch;
  }

  async #post<T>(path: string, content: object): Promise<T> {
    const response = await this.#fetch(
      `plugin://app-store-gateway/v1/${path}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        // A pass comes with a cookie, also where the backend is at another port.
        credentials: 'include',
        body: JSON.stringify(content),
      },
    );
    const body = await response.json();
    if (!response.ok)
      throw new Error(body.error?.message ?? 'The gateway does not answer.');
    return body;
  }

  exchange(state: string) {
    return this.#post<{ url: string; host: string }>('tickets', { state });
  }

  pass(address: string) {
    return this.#post<{ url: string }>('passes', { url: address });
  }
}
