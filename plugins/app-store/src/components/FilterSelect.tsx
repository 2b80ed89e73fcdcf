import { Select } from '@backstage/ui';
import { useChangeParams } from '../hooks/useChangeParams';
import styles from './List.module.css';

/** Stands for no filter: a choice needs a value. */
const ANY = '-';

/** A filter of a list that is part of the address. */
export function FilterSelect(props: {
  label: string;
  /** The name in the address. */
  param: string;
  /** What no filter is called; absent where one has to be chosen. */
  any?: string;
  options: Array<{ value: string; label: string }>;
  /** What is chosen. Default: what the address says. */
  value?: string;
}) {
  const { label, param, any, options } = props;
  const [params, change] = useChangeParams();
  return (
    <Select
      aria-label={label}
      size="small"
      className={styles.filter}
      options={any ? [{ value: ANY, label: any }, ...options] : options}
      value={props.value ?? (params.get(param) || ANY)}
      onChange={key => change({ [param]: key === ANY ? '' : String(key) })}
    />
  );
}
