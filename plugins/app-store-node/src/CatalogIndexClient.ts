/** Asks the store, in the name of the plugin that asks. */
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type {
  CatalogApp,
  CatalogReader,
  CatalogTag,
  CatalogText,
  Page,
} from '@ai-app-store/backstage-plugin-app-store-common';

const TIMEOUT_MS = 30_000;
/** Of how many app versions texts are asked for at once. */
const TEXTS = 500;

/**
 * Asks the store for its index and for what of it people may read, in the name of the
 * plugin that asks: the catalog, search or permission plugin.
 *
 * @public
 */
export class CatalogIndexClient {
  readonly #auth: AuthService;
  readonly #discovery: DiscoveryService;

  static create(options: {
    auth: AuthService;
    discovery: DiscoveryService;
  }): CatalogIndexClient {
    return new CatalogIndexClient(options);
  }

  private constructor(options: {
    auth: AuthService;
    discovery: DiscoveryService;
  }) {
    this.#auth = options.auth;
    this.#discovery = options.discovery;
  }

  async #ask<T>(path: string, init: RequestInit = {}): Promise<T> {
    const { token } = await this.#auth.getPluginRequestToken({
      onBehalfOf: await this.#auth.getOwnServiceCredentials(),
      targetPluginId: 'app-store',
    });
    const response = await fetch(
      `${await this.#discovery.getBaseUrl(
        'app-store',
      )}/v1/internal/catalog${path}`,
      {
        ...init,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
    if (!response.ok)
      throw new Error(`the app store answered with ${response.status}`);
    return response.json();
  }

  /** App versions of one name, or all. */
  async apps(name?: string): Promise<CatalogApp[]> {
    const items: CatalogApp[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({
        ...(name ? { name } : {}),
        ...(cursor ? { cursor } : {}),
      });
      const page = await this.#ask<Page<CatalogApp>>(`/apps?${query}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    return items;
  }

  async tags(): Promise<CatalogTag[]> {
    return (await this.#ask<{ items: CatalogTag[] }>('/tags')).items;
  }

  /** The beginnings of long descriptions of app versions, by their ids. */
  async texts(ids: string[]): Promise<CatalogText[]> {
    const texts: CatalogText[] = [];
    for (let from = 0; from < ids.length; from += TEXTS) {
      const page = await this.#ask<{ items: CatalogText[] }>('/texts', {
        method: 'POST',
        body: JSON.stringify({ ids: ids.slice(from, from + TEXTS) }),
      });
      texts.push(...page.items);
    }
    return texts;
  }

  /** What somebody may read; for the permission plugin. */
  async reader(userEntityRef: string): Promise<CatalogReader> {
    return this.#ask('/readers', {
      method: 'POST',
      body: JSON.stringify({ userEntityRef }),
    });
  }
}
