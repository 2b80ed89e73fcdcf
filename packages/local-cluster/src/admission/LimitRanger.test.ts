import { OwnCluster } from '../__testUtils__/clusters';

describe('limit ranges', () => {
  const own = OwnCluster.use({ pods: false });

  it.each([
    [
      'a pod in all',
      { type: 'Pod', max: { memory: '1Gi' }, min: { memory: '64Mi' } },
      ['700Mi', '600Mi'],
      'maximum memory usage per Pod is 1Gi, but limit is 1300Mi',
    ],
    [
      'a pod of which nothing is said',
      { type: 'Pod', max: { memory: '1Gi' } },
      [undefined],
      'maximum memory usage per Pod is 1Gi.  No limit is specified',
    ],
    [
      'a ratio',
      { type: 'Container', maxLimitRequestRatio: { memory: '2' } },
      ['96Mi'],
      'memory max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
    [
      'two faults at once',
      { type: 'Pod', min: { memory: '64Mi', cpu: '100m' } },
      ['1Gi'],
      '[minimum memory usage per Pod is 64Mi, but request is 32Mi, minimum cpu usage per Pod is 100m.  No request is specified]',
    ],
  ])('14: has limit ranges for %s', async (what, limit, memory, words) => {
    const path = await own.namespace(what.replaceAll(' ', '-'));
    await own.client.call('POST', `${path}/limitranges`, {
      metadata: { name: 'l' },
      spec: { limits: [limit] },
    });
    const containers = memory.map((most, n) => ({
      name: `c${n}`,
      image: 'x',
      resources: most
        ? { limits: { memory: most }, requests: { memory: '32Mi' } }
        : {},
    }));
    const { status, body } = await own.client.call('POST', `${path}/pods`, {
      metadata: { name: 'p' },
      spec: { containers },
    });
    expect([status, body.message]).toEqual([
      403,
      `pods "p" is forbidden: ${words}`,
    ]);
  });

  it('14: has limit ranges for claims, also where they grow', async () => {
    const path = await own.namespace('claims');
    await own.client.call('POST', `${path}/limitranges`, {
      metadata: { name: 'l' },
      spec: {
        limits: [
          {
            type: 'PersistentVolumeClaim',
            max: { storage: '2Gi' },
            min: { storage: '1Gi' },
          },
        ],
      },
    });
    const claim = (storage: string) =>
      own.client.call('POST', `${path}/persistentvolumeclaims`, {
        metadata: { name: 'c' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage } },
        },
      });
    for (const [storage, words] of [
      [
        '3Gi',
        'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi',
      ],
      [
        '500Mi',
        'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi',
      ],
    ]) {
      const { status, body } = await claim(storage);
      expect([status, body.message]).toEqual([
        403,
        `persistentvolumeclaims "c" is forbidden: ${words}`,
      ]);
    }
    expect((await claim('1Gi')).status).toBe(201);
  });
});
