/**
 * The order in which people expect results: what is called as they typed, what begins so,
 * what has a word that begins so, and then what the search engine found, in its order. Pure,
 * and the same over any engine.
 */
import { compareVersions } from '@ai-app-store/backstage-plugin-app-store-common';
import type { SearchResult } from '@backstage/plugin-search-common';

const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLocaleLowerCase('en-US')
    .trim();

/** How well a title fits; 0 is best. */
function tierOf(title: string, term: string): number {
  if (title === term) return 0;
  if (title.startsWith(term)) return 1;
  // `red` finds Node-RED before what is only described as red.
  return title.split(/[^\p{L}\p{N}]+/u).some(word => word.startsWith(term))
    ? 2
    : 3;
}

/** Results by how well their titles fit; those that fit alike stay in their order. */
export function byTitle(results: SearchResult[], term: string): SearchResult[] {
  const wanted = plain(term);
  const tiers = new Map(
    results.map(result => [
      result,
      tierOf(plain(result.document.title), wanted),
    ]),
  );
  // Sorting is stable.
  return [...results].sort((a, b) => tiers.get(a)! - tiers.get(b)!);
}

/** What the index says of an app, beside what it says of everything (packages/backend/src/catalogSearch.ts). */
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
