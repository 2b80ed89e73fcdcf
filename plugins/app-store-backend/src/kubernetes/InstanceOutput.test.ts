import type { CoreV1Event } from '@kubernetes/client-node';
import type { KubeApi } from './client/KubeApi';
import { KubeError } from './client/KubeError';
import { InstanceOutput, newestFirst } from './InstanceOutput';

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

describe('15: the place of a pod in its queue', () => {
  const place = { id: 'x', namespace: 'apps' };
  const pod = {
    metadata: { uid: 'p-2', labels: { 'kueue.x-k8s.io/queue-name': 'gpu' } },
  };
  const output = (json: (path: string) => Promise<unknown>) =>
    new InstanceOutput({ json } as unknown as KubeApi, () => []);

  it('is what Kueue tells, from 1 on', async () => {
    const asked: string[] = [];
    const kueue = output(async path => {
      asked.push(path);
      return {
        items: [
          {
            metadata: { ownerReferences: [{ uid: 'p-1' }] },
            positionInLocalQueue: 0,
          },
          {
            metadata: { ownerReferences: [{ uid: 'p-2' }] },
            positionInLocalQueue: 1,
          },
        ],
      };
    });
    expect(await kueue.queuePosition(place, pod)).toBe(2);
    expect(asked).toEqual([
      '/apis/visibility.kueue.x-k8s.io/v1beta1/namespaces/apps/localqueues/gpu/pendingworkloads',
    ]);
    expect(
      await kueue.queuePosition(place, { metadata: { uid: 'p-2' } }),
    ).toBeUndefined();
  });

  it.each([403, 404, 503])('is not known where it answers %i', async code => {
    const kueue = output(async () => {
      throw new KubeError(code, 'x', 'x');
    });
    expect(await kueue.queuePosition(place, pod)).toBeUndefined();
  });
});
