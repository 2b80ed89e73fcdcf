import { createApiRef } from '@backstage/frontend-plugin-api';

/** The portal's side of signing in to an app. */
export interface EnterApi {
  /** Exchanges the state of an app's host for the way in. */
  exchange(state: string): Promise<{ url: string; host: string }>;
}

export const enterApiRef = createApiRef<EnterApi>({
  id: 'plugin.app-store.enter',
});

/** Asks the gateway. */
export class DefaultEnterApi implements EnterApi {
  readonly #fetch: typeof fetch;

  constructor(options: { fetch: typeof fetch }) {
    this.#fetch = options.fetch;
  }

  async exchange(state: string): Promise<{ url: string; host: string }> {
    const response = await this.#fetch(
      'plugin://app-store-gateway/v1/tickets',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ state }),
      },
    );
    const body = await response.json();
    if (!response.ok)
      throw new Error(body.error?.message ?? 'The gateway does not answer.');
    return body;
  }
}
