import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { count } from '../words';
import { Badge, type Tone } from './Badge';

/** What people call a state (specification 4.2). */
export function statusText(
  instance: Parameters<typeof StatusBadge>[0]['instance'],
): string {
  if (instance.terminating)
    return instance.purgeAfter ? 'Terminated' : 'Terminating';
  switch (instance.status) {
    case 'DEPLOYED':
      return 'Running';
    case 'PENDING':
      return instance.suspending ? 'Suspending' : 'Starting';
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

const TONES: Record<AppInstance['status'], Tone> = {
  DEPLOYED: 'good',
  PENDING: 'moving',
  SUSPENDED: 'plain',
  FAILED: 'bad',
  UNKNOWN: 'warning',
};

/**
 * The state of an instance, in a word and a colour.
 *
 * @public
 */
export function StatusBadge(props: {
  instance: Pick<AppInstance, 'status' | 'terminating'> &
    Partial<
      Pick<
        AppInstance,
        'purgeAfter' | 'restarting' | 'restartCount' | 'suspending'
      >
    >;
}) {
  const { instance } = props;
  return (
    <Badge tone={instance.terminating ? 'plain' : TONES[instance.status]}>
      {statusText(instance)}
    </Badge>
  );
}
