/** What was found, or what to do before anything is typed. */
import {
  isStoreResult,
  StoreResult,
} from '@ai-app-store/backstage-plugin-app-store';
import type { SearchResult as Found } from '@backstage/plugin-search-common';
import {
  DefaultResultListItem,
  SearchResult,
  SearchResultPager,
  useSearch,
} from '@backstage/plugin-search-react';
import type { SearchResultItemExtensionComponent } from '@backstage/plugin-search-react/alpha';
import { Text, VisuallyHidden } from '@backstage/ui';
import { OwnResults, useOwnResults } from './OwnResults';
import { ResultList } from './ResultList';

/** How a plugin shows its results. */
export interface ResultItem {
  predicate?: (result: Found) => boolean;
  component: SearchResultItemExtensionComponent;
}

/** What a screen reader says; in the page from the start, since a region that comes with its text is not read. */
function Outcome(props: { own: number }) {
  const { own } = props;
  const { term, result } = useSearch();
  const sentence = () => {
    if (!term.trim() || result.loading || !result.value) return '';
    const { results, numberOfResults, nextPageCursor } = result.value;
    if (!results.length && !own) return `No results for “${term.trim()}”`;
    const all = own + (numberOfResults ?? results.length);
    const more = numberOfResults === undefined && nextPageCursor;
    if (more) return `More than ${all} results`;
    return all === 1 ? '1 result' : `${all} results`;
  };
  return (
    <VisuallyHidden>
      <span role="status">{sentence()}</span>
    </VisuallyHidden>
  );
}

function List(props: {
  term: string;
  own: ReturnType<typeof useOwnResults>;
  items: ResultItem[];
}) {
  const { term, own, items } = props;
  return (
    <>
      <OwnResults groups={own} />
      <SearchResult
        noResultsComponent={
          <div hidden={own.length > 0}>
            <Text as="p" weight="bold">
              No results for “{term}”
            </Text>
            <Text as="p" color="secondary">
              Check the spelling, or try a shorter word. A new app appears a
              moment after it is published.
            </Text>
          </div>
        }
      >
        {({ results }) => (
          <ResultList label="Search results">
            {results.map(({ document, ...rest }) => {
              const Item =
                items.find(item => item.predicate?.({ document, ...rest }))
                  ?.component ?? DefaultResultListItem;
              return (
                <li key={document.location}>
                  {isStoreResult({ document }) ? (
                    <StoreResult result={document} />
                  ) : (
                    <Item result={document} {...rest} />
                  )}
                </li>
              );
            })}
          </ResultList>
        )}
      </SearchResult>
      <SearchResultPager />
    </>
  );
}

export function Results(props: { items?: ResultItem[] }) {
  const { items = [] } = props;
  const { term, filters } = useSearch();
  const own = useOwnResults(term.trim(), filters.kind);
  return (
    <>
      <Outcome
        own={own.reduce((sum, { results }) => sum + results.length, 0)}
      />
      {term.trim() ? (
        <List term={term.trim()} own={own} items={items} />
      ) : (
        <Text as="p" color="secondary">
          Type the name of an app, a keyword, a tag or a person.
        </Text>
      )}
    </>
  );
}
