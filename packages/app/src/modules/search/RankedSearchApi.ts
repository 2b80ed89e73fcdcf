/**
 * Portal search as people expect it: titles first, one result for each app, and nothing
 * asked as long as nothing is typed.
 *
 * Whether somebody may see a version is decided result by result, in the search backend, so
 * which version of an app is the newest that they see is known only after that: here.
 */
import type {
  SearchQuery,
  SearchResultSet,
} from '@backstage/plugin-search-common';
import type { SearchApi } from '@backstage/plugin-search-react';
import { byTitle, OnePerApp } from './rank';

/** Results that are asked for at once; the most that the backend gives. */
const WINDOW = 100;
/** And how often, at most, for one page. */
const WINDOWS = 5;
const PAGE = 25;

/** Puts what another search gives in this order. */
export class RankedSearchApi implements SearchApi {
  readonly #engine: SearchApi;

  /** @param engine - asks the search backend */
  constructor(engine: SearchApi) {
    this.#engine = engine;
  }

  async query(
    query: SearchQuery,
    options?: Parameters<SearchApi['query']>[1],
  ): Promise<SearchResultSet> {
    const { term, pageLimit = PAGE, pageCursor } = query;
    if (!term.trim()) return { results: [], numberOfResults: 0 };
    const offset = Number(pageCursor) || 0;
    const kept = new OnePerApp();
    let cursor: string | undefined;
    for (let asked = 0; asked < WINDOWS; asked++) {
      const found = await this.#engine.query(
        { ...query, pageLimit: WINDOW, pageCursor: cursor },
        options,
      );
      for (const result of byTitle(found.results, term)) kept.add(result);
      cursor = found.nextPageCursor;
      if (!cursor || kept.results.length > offset + pageLimit) break;
    }
    const { results } = kept;
    return {
      results: results
        .slice(offset, offset + pageLimit)
        .map((result, index) => ({ ...result, rank: offset + index + 1 })),
      ...(cursor ? {} : { numberOfResults: results.length }),
      ...(results.length > offset + pageLimit
        ? { nextPageCursor: String(offset + pageLimit) }
        : {}),
      ...(offset
        ? { previousPageCursor: String(Math.max(0, offset - pageLimit)) }
        : {}),
    };
  }
}
