import type { CoreV1Event } from '@kubernetes/client-node';
import { newestFirst } from './InstanceOutput';

describe('events of an instance', () => {
  it('are told in the order in which they came, whatever the grain of their times', () => {
    const event = (
      reason: string,
      resourceVersion: string,
      time: { lastTimestamp?: string; eventTime?: string },
    ) =>
      ({
        reason,
        metadata: { resourceVersion },
        ...time,
      } as unknown as CoreV1Event);
    const events = [
      event('Scheduled', '12', { eventTime: '2026-01-01T12:00:00.345678Z' }),
      event('Pulled', '13', { lastTimestamp: '2026-01-01T12:00:00Z' }),
      event('ScalingReplicaSet', '11', {
        lastTimestamp: '2026-01-01T12:00:00Z',
      }),
      event('BackOff', '9', { lastTimestamp: '2026-01-01T12:00:05Z' }),
    ];
    expect(newestFirst(events).map(({ reason }) => reason)).toEqual([
      'BackOff',
      'Pulled',
      'Scheduled',
      'ScalingReplicaSet',
    ]);
  });
});
