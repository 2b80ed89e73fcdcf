/**
 * Backstage's own search engine in memory (Lunr), which finds the same and has what is
 * called as somebody typed, or begins so, first: among thousands of apps that only mention a word
 * the one of that name would not be on the first page.
 */
import {
  LunrSearchEngine,
  type ConcreteLunrQuery,
} from '@backstage/plugin-search-backend-node';

/** As the engine's indexer does. */
const SEPARATOR = /[^\p{L}\p{N}]+/u;
/** Of four letters, two wrong ones are another word. */
function mistakesIn(word: string): number {
  if (word.length < 5) return 0;
  return word.length < 8 ? 1 : 2;
}
/** More than any sum of the engine's own (100, 10 and 1). */
const TITLE_BOOST = 10_000;
const TITLE_BEGINS_BOOST = 1000;

/** See the module's comment. */
export class TitlesFirstEngine extends LunrSearchEngine {
  constructor(options: ConstructorParameters<typeof LunrSearchEngine>[0]) {
    super(options);
    const usual = this.translator;
    this.setTranslator(query => {
      const translated = usual(query) as ConcreteLunrQuery;
      const words = query.term
        .toLocaleLowerCase('en-US')
        .split(SEPARATOR)
        .filter(Boolean);
      return {
        ...translated,
        lunrQueryBuilder: builder => {
          const usualTerm: typeof builder.term = (
            terms,
            how: { editDistance?: number },
          ) => {
            if (!how.editDistance) return builder.term(terms, how);
            for (const term of [terms].flat()) {
              const editDistance = mistakesIn(String(term));
              if (editDistance) builder.term(term, { ...how, editDistance });
            }
            return builder;
          };
          translated.lunrQueryBuilder.call(
            builder,
            Object.create(builder, { term: { value: usualTerm } }),
          );
          const fields = ['title'];
          for (const word of words) {
            builder.term(word, { fields, boost: TITLE_BOOST });
            builder.term(`${word}*`, {
              fields,
              boost: TITLE_BEGINS_BOOST,
              usePipeline: false,
            });
          }
        },
      };
    });
  }
}
