/** How a namespace ends. */
import { OwnCluster } from '../__testUtils__/clusters';
import type { Json } from '../types';

describe('a namespace that is deleted', () => {
  const own = OwnCluster.use();
  const path = '/api/v1/namespaces/room';

  it('takes nothing new, says what holds it, and goes when nothing does', async () => {
    await own.client.call('POST', '/api/v1/namespaces', {
      metadata: { name: 'room' },
    });
    await own.client.call('POST', `${path}/configmaps`, {
      metadata: { name: 'held', finalizers: ['example.com/hold'] },
    });
    await own.client.call('DELETE', path);
    const late = await own.client.call('POST', `${path}/configmaps`, {
      metadata: { name: 'late' },
    });
    expect([late.status, late.body.message]).toEqual([
      403,
      'configmaps "late" is forbidden: unable to create new content in namespace room because it is being terminated',
    ]);
    const conditions: Json[] = await own.client.until(
      'its conditions',
      async () => (await own.client.call('GET', path)).body.status.conditions,
    );
    expect(conditions).toContainEqual(
      expect.objectContaining({
        type: 'NamespaceContentRemaining',
        status: 'True',
        message:
          'Some resources are remaining: configmaps. has 1 resource instances',
      }),
    );
    expect(conditions).toContainEqual(
      expect.objectContaining({
        type: 'NamespaceFinalizersRemaining',
        status: 'True',
        message:
          'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
      }),
    );
    await own.client.call(
      'PATCH',
      `${path}/configmaps/held`,
      { metadata: { finalizers: null } },
      { type: 'application/merge-patch+json' },
    );
    await own.client.until(
      'gone',
      async () => (await own.client.call('GET', path)).status === 404,
    );
  });
});
