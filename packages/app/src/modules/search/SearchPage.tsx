/** The page of portal search; what was typed is part of its address. */
import {
  SearchBar,
  SearchContextProvider,
  useSearch,
} from '@backstage/plugin-search-react';
import { Container, Header } from '@backstage/ui';
import { useEffect, useRef, type ComponentType } from 'react';
import { useSearchParams } from 'react-router-dom';
import { Results, type ResultItem } from './Results';
import styles from './search.module.css';

/** The parameter of the address that other pages lead here with. */
const QUERY = 'query';
const KIND = 'kind';

/** Where a search is. */
function addressOf(term: string, kind: unknown): string {
  return new URLSearchParams({
    ...(term ? { [QUERY]: term } : {}),
    ...(kind ? { [KIND]: String(kind) } : {}),
  }).toString();
}

/** Keeps the address and the search the same. */
function Address() {
  const [params, setParams] = useSearchParams();
  const { term, setTerm, filters, setFilters } = useSearch();
  const chosen = addressOf(term, filters.kind);
  const shown = useRef(chosen);
  const wantedTerm = params.get(QUERY) ?? '';
  const wantedKind = params.get(KIND) ?? '';
  const wanted = addressOf(wantedTerm, wantedKind);
  // Somebody followed a link here.
  useEffect(() => {
    if (wanted !== shown.current) {
      setTerm(wantedTerm);
      setFilters(wantedKind ? { kind: wantedKind } : {});
    }
    shown.current = wanted;
  }, [wanted, wantedTerm, wantedKind, setTerm, setFilters]);
  // Somebody typed, or chose a filter.
  useEffect(() => {
    if (chosen === shown.current) return;
    shown.current = chosen;
    setParams(chosen, { replace: true });
  }, [chosen, setParams]);
  return null;
}

/** A filter of a plugin. */
export type SearchFilter = ComponentType<{ className: string }>;

export function SearchPage(props: {
  items: ResultItem[];
  filters: SearchFilter[];
}) {
  return (
    <SearchContextProvider>
      <Address />
      <Header title="Search" />
      <Container pb="12">
        <div className={styles.page}>
          <SearchBar debounceTime={150} />
          {props.filters.length > 0 && (
            <div className={styles.filters}>
              {props.filters.map((Filter, index) => (
                <Filter key={index} className={styles.filter} />
              ))}
            </div>
          )}
          <Results items={props.items} />
        </div>
      </Container>
    </SearchContextProvider>
  );
}
