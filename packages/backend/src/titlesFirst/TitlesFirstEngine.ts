/**
 * Backstage's own search engine in memory (Lunr), which finds the same and has what is
 * called as somebody typed, or begins so, first: among thousands of apps that only mention a
 * word the one of that name would not be on the first page. A boost cannot do that, since Lunr
 * weighs the words of one field against each other alone.
 */
import { titleFit } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  LunrSearchEngine,
  type ConcreteLunrQuery,
  type LunrSearchEngineIndexer,
} from '@backstage/plugin-search-backend-node';

type Index = ReturnType<LunrSearchEngineIndexer['buildIndex']>;

/** More than any score of Lunr's. */
const FIT = 1e6;

/** Of four letters, two wrong ones are another word. */
function mistakesIn(word: string): number {
  if (word.length < 5) return 0;
  return word.length < 8 ? 1 : 2;
}

/** Backstage's in-memory search engine, with results first whose title is, or starts with, the search term. */
export class TitlesFirstEngine extends LunrSearchEngine {
  /** What is searched for: told to the translator, then asked of each index, in one go. */
  #term = '';
  /** The fields that are filtered by. */
  #filtered: string[] = [];

  constructor(options: ConstructorParameters<typeof LunrSearchEngine>[0]) {
    super(options);
    const usual = this.translator;
    this.setTranslator(query => {
      this.#term = query.term;
      this.#filtered = Object.keys(query.filters ?? {});
      const translated = usual(query) as ConcreteLunrQuery;
      return {
        ...translated,
        lunrQueryBuilder: builder => {
          const term: typeof builder.term = (
            terms,
            how: { editDistance?: number },
          ) => {
            if (!how.editDistance) return builder.term(terms, how);
            for (const each of [terms].flat()) {
              const editDistance = mistakesIn(String(each));
              if (editDistance) builder.term(each, { ...how, editDistance });
            }
            return builder;
          };
          translated.lunrQueryBuilder.call(
            builder,
            Object.create(builder, { term: { value: term } }),
          );
        },
      };
    });
  }

  /** Lunr gives all that a filter lets through, also where no word of the search is in it. */
  #isFound({ matchData }: ReturnType<Index['query']>[number]): boolean {
    if (!this.#term.trim() || !this.#filtered.length) return true;
    const words = matchData.metadata as Record<string, object>;
    return Object.values(words)
      .flatMap(fields => Object.keys(fields))
      .some(field => !this.#filtered.includes(field));
  }

  async getIndexer(type: string): Promise<LunrSearchEngineIndexer> {
    const indexer = await super.getIndexer(type);
    const build = indexer.buildIndex.bind(indexer);
    indexer.buildIndex = () => {
      const index = build();
      const documents = indexer.getDocumentStore();
      const find = index.query.bind(index);
      index.query = (builder: Parameters<Index['query']>[0]) =>
        find(builder)
          .filter(result => this.#isFound(result))
          .map(result => ({
            ...result,
            score:
              result.score -
              FIT * titleFit(documents[result.ref].title, this.#term),
          }));
      return index;
    };
    return indexer;
  }
}
