import styles from './Badge.module.css';

/** How something stands: `moving` is on its way, `plain` asks for nothing. */
export type Tone = 'good' | 'bad' | 'warning' | 'info' | 'moving' | 'plain';

/** A state, in a word and a colour. */
export function Badge(props: { tone: Tone; children: string }) {
  return (
    <span className={`${styles.badge} ${styles[props.tone] ?? ''}`}>
      <span className={styles.dot} aria-hidden="true" />
      {props.children}
    </span>
  );
}
