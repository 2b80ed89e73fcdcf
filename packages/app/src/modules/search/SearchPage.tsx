/** The page of portal search; what was typed is part of its address. */
import {
  SearchBar,
  SearchContextProvider,
  useSearch,
} from '@backstage/plugin-search-react';
import { Container, Header } from '@backstage/ui';
import { useEffect, useRef } from 'react';
import { useSearchParams } from 'react-router-dom';
import { Results, type ResultItem } from './Results';
import styles from './search.module.css';

/** The parameter of the address that other pages lead here with. */
const QUERY = 'query';

/** Keeps the address and the search the same. */
function Address() {
  const [params, setParams] = useSearchParams();
  const { term, setTerm } = useSearch();
  const typed = useRef(term);
  const wanted = params.get(QUERY) ?? '';
  // Somebody followed a link here.
  useEffect(() => {
    if (wanted !== typed.current) setTerm(wanted);
    typed.current = wanted;
  }, [wanted, setTerm]);
  // Somebody typed.
  useEffect(() => {
    if (term === typed.current) return;
    typed.current = term;
    setParams(term ? { [QUERY]: term } : {}, { replace: true });
  }, [term, setParams]);
  return null;
}

export function SearchPage(props: { items: ResultItem[] }) {
  return (
    <SearchContextProvider>
      <Address />
      <Header title="Search" />
      <Container pb="12">
        <div className={styles.page}>
          <SearchBar debounceTime={150} />
          <Results items={props.items} />
        </div>
      </Container>
    </SearchContextProvider>
  );
}
