import { useCallback, type MouseEvent, type ReactNode } from 'react';
import styles from './search.module.css';

/** A list of results. Says so when somebody goes to one: whatever shows it may close. */
export function ResultList(props: {
  label?: string;
  onPick?: () => void;
  children: ReactNode;
}) {
  const { label, onPick, children } = props;
  const onClick = useCallback(
    (event: MouseEvent) => {
      if ((event.target as Element).closest('a')) onPick?.();
    },
    [onPick],
  );
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- hears the clicks of its links, which keys make, too
    <ul className={styles.results} aria-label={label} onClick={onClick}>
      {children}
    </ul>
  );
}
