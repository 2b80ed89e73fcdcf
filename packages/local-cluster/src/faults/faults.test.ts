/** What goes wrong on purpose. */
import { OwnCluster } from '../__testUtils__/clusters';

describe('faults', () => {
  const own = OwnCluster.use();
  const maps = '/api/v1/namespaces/default/configmaps';
  afterEach(() => own.cluster.setFaults([]));

  it('answer what they say, as often as they say, to those they are for', async () => {
    await own.cluster.setFaults([
      { match: { method: 'GET', path: '/configmaps' }, times: 1, status: 429 },
    ]);
    const created = await own.client.call('POST', maps, {
      metadata: { name: 'a' },
    });
    expect(created.status).toBe(201);
    expect((await own.client.call('GET', maps)).status).toBe(429);
    expect((await own.client.call('GET', maps)).status).toBe(200);
  });

  it('cut a connection', async () => {
    await own.cluster.setFaults([{ drop: true, times: 1 }]);
    await expect(own.client.call('GET', maps)).rejects.toThrow();
    expect((await own.client.call('GET', maps)).status).toBe(200);
  });

  it('have a watch from before start anew', async () => {
    const { body } = await own.client.call('GET', maps);
    const from = body.metadata.resourceVersion;
    await own.client.call('POST', maps, { metadata: { name: 'b' } });
    await own.cluster.setFaults([{ forget: true }]);
    const watch = await own.client.call(
      'GET',
      `${maps}?watch=1&resourceVersion=${from}&timeoutSeconds=2`,
    );
    expect(watch.body).toMatchObject({
      type: 'ERROR',
      object: { code: 410, reason: 'Expired' },
    });
  });

  it('show a certificate that is over, and again one that is not', async () => {
    await own.cluster.setFaults([{ expiredCertificate: true }]);
    // A connection from before may have been cut while it was picked.
    await own.client.until('a certificate that is over', () =>
      own.client.call('GET', maps).then(
        () => false,
        error => /certificate has expired/.test(error.message),
      ),
    );
    await own.cluster.setFaults([]);
    await own.client.until('one that is good', () =>
      own.client.call('GET', maps).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
  });

  it('are switched by the administrator over HTTP, and say what is wrong with them', async () => {
    const path = '/local-cluster/faults';
    const wrong = await own.client.call('PUT', path, {
      faults: [{ latency: 3 }],
    });
    expect([wrong.status, wrong.body.message]).toEqual([
      400,
      expect.stringContaining('faults[0].latency: no such fault; there are'),
    ]);
    await own.client.call('PUT', path, {
      faults: [{ match: { path: '^/api/v1/namespaces$' }, status: 503 }],
    });
    expect((await own.client.call('GET', '/api/v1/namespaces')).status).toBe(
      503,
    );
    await own.client.call('DELETE', path);
    expect((await own.client.call('GET', '/api/v1/namespaces')).status).toBe(
      200,
    );
    expect(
      (await own.client.call('GET', path, undefined, { token: '' })).status,
    ).toBe(403);
  });
});
