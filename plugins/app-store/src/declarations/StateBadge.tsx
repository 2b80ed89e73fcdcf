import type { DeclarationState } from '@ai-app-store/backstage-plugin-app-store-common';
import styles from './declarations.module.css';
import { STATES } from './words';

/** The state of a declaration, in words and a colour. */
export function StateBadge(props: { state: DeclarationState }) {
  const { state } = props;
  return (
    <span className={`${styles.badge} ${styles[state]}`}>
      <span className={styles.dot} aria-hidden="true" />
      {STATES[state]}
    </span>
  );
}
