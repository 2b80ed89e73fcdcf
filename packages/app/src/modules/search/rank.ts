/**
 * The order in which people expect results: what is called as they typed, what begins so,
 * what has a word that begins so, and then what the search engine found, in its order. Pure,
 * and the same over any engine.
 */
import {
  compareVersions,
  titleFit,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { SearchResult } from '@backstage/plugin-search-common';

/** Results by how well their titles fit; those that fit alike stay in their order. */
export function byTitle(results: SearchResult[], term: string): SearchResult[] {
  const fits = new Map(
    results.map(result => [result, titleFit(result.document.title, term)]),
  );
  // Sorting is stable.
  return [...results].sort((a, b) => fits.get(a)! - fits.get(b)!);
}

/** What the index says of an app, beside what it says of everything (search-backend-module-app-store). */
interface AppDocument {
  appName?: string;
  appVersion?: string;
}

/**
 * Takes results one after the other and keeps one for each app: its newest version of
 * those that the reader may see, in the place of the first one.
 */
export class OnePerApp {
  readonly results: SearchResult[] = [];
  readonly #places = new Map<string, number>();

  add(result: SearchResult): void {
    const { appName, appVersion } = result.document as AppDocument;
    const place = appName === undefined ? undefined : this.#places.get(appName);
    if (place === undefined) {
      if (appName !== undefined) this.#places.set(appName, this.results.length);
      this.results.push(result);
      return;
    }
    const kept = this.results[place].document as AppDocument;
    if (compareVersions(appVersion ?? '', kept.appVersion ?? '') > 0)
      this.results[place] = result;
  }
}
