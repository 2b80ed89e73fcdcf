import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { count } from '../words';
import styles from './StatusBadge.module.css';

/** What people call a state (specification 4.2). */
export function statusText(
  instance: Pick<AppInstance, 'status' | 'terminating'> &
    Partial<Pick<AppInstance, 'purgeAfter' | 'restarting' | 'restartCount'>>,
): string {
  if (instance.terminating)
    return instance.purgeAfter ? 'Terminated' : 'Terminating';
  switch (instance.status) {
    case 'DEPLOYED':
      return 'Running';
    case 'PENDING':
      return 'Starting';
    case 'SUSPENDED':
      return 'Suspended';
    case 'FAILED':
      if (!instance.restarting) return 'Failed';
      return instance.restartCount
        ? `Restarting (${count(instance.restartCount, 'time')})`
        : 'Restarting';
    default:
      return 'Unknown';
  }
}

/** States to filter by. */
export const STATUS_CHOICES = (
  ['DEPLOYED', 'PENDING', 'SUSPENDED', 'FAILED', 'UNKNOWN'] as const
).map(status => ({
  value: status as string,
  label:
    status === 'FAILED'
      ? 'Failed or restarting'
      : statusText({ status, terminating: false }),
}));

/** The state of an instance, in a word and a colour. */
export function StatusBadge(props: {
  instance: Parameters<typeof statusText>[0];
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
