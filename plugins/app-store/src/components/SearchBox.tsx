import { SearchField } from '@backstage/ui';
import { useEffect, useRef, useState } from 'react';
import { useChangeParams } from '../hooks/useChangeParams';

const SETTLE_MS = 200;

/** A search that is part of the address, changed there when the typing rests. */
export function SearchBox(props: {
  label: string;
  className?: string;
  /** The name in the address. */
  param?: string;
}) {
  const { label, className, param = 'search' } = props;
  const [params, change] = useChangeParams();
  const search = params.get(param) ?? '';
  const [typed, setTyped] = useState(search);
  const written = useRef(search);
  useEffect(() => {
    // Another address, by a link or by Back, wins over what was typed before.
    if (search !== written.current) {
      written.current = search;
      setTyped(search);
      return undefined;
    }
    if (typed === search) return undefined;
    const timer = setTimeout(() => {
      written.current = typed;
      change({ [param]: typed });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
    // `change` is new on each rendering and always means the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed, search]);
  return (
    <SearchField
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={setTyped}
      className={className}
    />
  );
}
