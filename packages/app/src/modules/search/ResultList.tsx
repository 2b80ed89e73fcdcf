import type { ReactNode } from 'react';
import styles from './search.module.css';

/** A list of results. */
export function ResultList(props: { label?: string; children: ReactNode }) {
  return (
    <ul className={styles.results} aria-label={props.label}>
      {props.children}
    </ul>
  );
}
