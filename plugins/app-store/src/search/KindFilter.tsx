import { useSearch } from '@backstage/plugin-search-react';
import { Select } from '@backstage/ui';
import { useCallback } from 'react';
import { KINDS } from './kinds';

/** Stands for no filter: a choice needs a value. */
const ANY = '-';
const OPTIONS = [
  { value: ANY, label: 'Anything' },
  ...KINDS.map(({ kind, many }) => ({ value: kind, label: many })),
];

/** Has portal search show one kind of what the store has. */
export function KindFilter(props: { className?: string }) {
  const { filters, setFilters } = useSearch();
  const choose = useCallback(
    (key: unknown) =>
      setFilters(({ kind: _, ...others }) =>
        key === ANY ? others : { ...others, kind: String(key) },
      ),
    [setFilters],
  );
  const { kind } = filters;
  return (
    <Select
      className={props.className}
      label="Show"
      size="small"
      options={OPTIONS}
      // Other filters of a portal's page choose other kinds.
      value={KINDS.some(each => each.kind === kind) ? String(kind) : ANY}
      onChange={choose}
    />
  );
}
