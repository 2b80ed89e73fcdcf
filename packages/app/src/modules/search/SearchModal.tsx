/** Portal search over the page that somebody is on. */
import { SearchBar, useSearch } from '@backstage/plugin-search-react';
import { ButtonIcon } from '@backstage/ui';
import { RiCloseLine } from '@remixicon/react';
import { useEffect, useRef } from 'react';
import { useLocation, useNavigate } from 'react-router-dom';
import { Results } from './Results';
import styles from './search.module.css';

export function SearchModal(props: { onClose: () => void }) {
  const { onClose } = props;
  const { term } = useSearch();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  // Whoever went somewhere has found it; also where they were there already.
  const { key } = useLocation();
  const opened = useRef(key);
  useEffect(() => {
    if (key === opened.current) return;
    opened.current = key;
    onClose();
  }, [key, onClose]);
  return (
    <div className={styles.modal}>
      <div className={styles.bar}>
        <SearchBar
          inputProps={{ ref: input }}
          debounceTime={150}
          onSubmit={() => navigate(`/search?query=${encodeURIComponent(term)}`)}
        />
        <ButtonIcon
          aria-label="Close search"
          variant="tertiary"
          icon={<RiCloseLine />}
          onPress={onClose}
        />
      </div>
      <Results />
    </div>
  );
}
