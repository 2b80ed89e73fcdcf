/** Asks the search backend. */
import type { DiscoveryApi, FetchApi } from '@backstage/frontend-plugin-api';
import { ResponseError } from '@backstage/errors';
import type {
  SearchQuery,
  SearchResultSet,
} from '@backstage/plugin-search-common';
import type { SearchApi } from '@backstage/plugin-search-react';

/** Sends queries to the search backend, as the person who is signed in. */
export class SearchBackend implements SearchApi {
  readonly #discovery: DiscoveryApi;
  readonly #fetch: FetchApi;

  constructor(options: { discoveryApi: DiscoveryApi; fetchApi: FetchApi }) {
    this.#discovery = options.discoveryApi;
    this.#fetch = options.fetchApi;
  }

  async query(
    query: SearchQuery,
    options?: { signal?: AbortSignal },
  ): Promise<SearchResultSet> {
    const { term, filters = {}, types = [], pageLimit, pageCursor } = query;
    const parameters = new URLSearchParams({ term });
    for (const [name, value] of Object.entries(filters))
      if (Array.isArray(value))
        for (const each of value)
          parameters.append(`filters[${name}][]`, String(each));
      else if (value !== undefined)
        parameters.set(`filters[${name}]`, String(value));
    for (const type of types) parameters.append('types[]', type);
    if (pageLimit) parameters.set('pageLimit', String(pageLimit));
    if (pageCursor) parameters.set('pageCursor', pageCursor);
    const url = `${await this.#discovery.getBaseUrl(
      'search',
    )}/query?${parameters}`;
    const response = await this.#fetch.fetch(url, options);
    if (!response.ok) throw await ResponseError.fromResponse(response);
    return response.json();
  }
}
