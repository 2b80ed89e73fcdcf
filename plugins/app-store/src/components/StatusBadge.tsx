import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import styles from './StatusBadge.module.css';

/** What people call a state (specification 4.2). */
export function statusText(
  instance: Pick<AppInstance, 'status' | 'terminating'>,
): string {
  if (instance.terminating) return 'Terminating';
  switch (instance.status) {
    case 'DEPLOYED':
      return 'Running';
    case 'PENDING':
      return 'Starting';
    case 'SUSPENDED':
      return 'Paused';
    case 'FAILED':
      return 'Failed';
    default:
      return 'Unknown';
  }
}

/** The state of an instance, in a word and a colour. */
export function StatusBadge(props: {
  instance: Pick<AppInstance, 'status' | 'terminating'>;
}) {
  const { instance } = props;
  const kind = instance.terminating ? 'SUSPENDED' : instance.status;
  return (
    <span className={`${styles.badge} ${styles[kind] ?? ''}`}>
      <span className={styles.dot} aria-hidden="true" />
      {statusText(instance)}
    </span>
  );
}
