/** What the API says, grants and refuses, over HTTPS. */
import { OwnCluster, workload } from '../__testUtils__/clusters';
import type { Json } from '../types';

describe('ApiServer', () => {
  const own = OwnCluster.use();
  const deployments = '/apis/apps/v1/namespaces/default/deployments';

  it('does not tell what an object holds when a patch of it fails', async () => {
    const secrets = '/api/v1/namespaces/default/secrets';
    await own.client.call('POST', secrets, {
      metadata: { name: 'hush' },
      data: { word: 'c2VzYW1l' },
    });
    const { status, body } = await own.client.call(
      'PATCH',
      `${secrets}/hush`,
      [{ op: 'test', path: '/data/word', value: 'bm8=' }],
      { type: 'application/json-patch+json' },
    );
    expect(status).toBe(422);
    expect(JSON.stringify(body)).not.toContain('c2VzYW1l');
  });

  it('says null for the items of an empty list of metadata, as a real API server', async () => {
    const items = async (selector: string) =>
      (
        await own.client.call(
          'GET',
          `/api/v1/configmaps?labelSelector=${selector}`,
          undefined,
          {
            headers: {
              accept:
                'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
            },
          },
        )
      ).body.items;
    expect(await items('nobody=has')).toBeNull();
    expect(await items('!nobody')).toContainEqual(
      expect.objectContaining({ kind: 'PartialObjectMetadata' }),
    );
  });

  it('refuses a pod that asks for more than its limit', async () => {
    const { status, body } = await own.client.apply(
      `${deployments}/greedy`,
      workload('Deployment', 'greedy', {
        command: ['sleep', '1'],
        resources: { requests: { memory: '1Gi' }, limits: { memory: '512Mi' } },
      }),
    );
    expect(status).toBe(422);
    expect(body.message).toContain(
      'must be less than or equal to memory limit of 512Mi',
    );
  });

  it('gives a pod a token that proves which pod it is, for its audience only', async () => {
    const account = '/api/v1/namespaces/default/serviceaccounts/default/token';
    const { body } = await own.client.call('POST', account, {
      spec: { audiences: ['shop'], expirationSeconds: 600 },
    });
    const review = (audiences: string[]) =>
      own.client.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
        spec: { token: body.status.token, audiences },
      });
    expect((await review(['shop'])).body.status).toMatchObject({
      authenticated: true,
      audiences: ['shop'],
    });
    expect((await review(['other'])).body.status.authenticated).toBeUndefined();
    expect(
      (
        await own.client.call('GET', '/api/v1/pods', undefined, {
          token: body.status.token,
        })
      ).status,
    ).toBe(401);
  });

  it('refuses a stale apply, an unknown host, and requests without the token', async () => {
    const path = '/api/v1/namespaces/default/configmaps/fenced';
    const map = (metadata: Json) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'fenced', ...metadata },
      data: { a: String(Math.random()) },
    });
    const first = await own.client.apply(path, map({}));
    await own.client.apply(path, map({}));
    expect(
      (
        await own.client.apply(
          path,
          map({ resourceVersion: first.body.metadata.resourceVersion }),
        )
      ).status,
    ).toBe(409);
    expect(
      (
        await own.client.apply('/api/v1/namespaces/default/configmaps/nobody', {
          ...map({ uid: first.body.metadata.uid }),
          metadata: { name: 'nobody', uid: first.body.metadata.uid },
        })
      ).status,
    ).toBe(409);
    expect(
      (
        await own.client.call('GET', '/api', undefined, {
          host: 'evil.example',
        })
      ).status,
    ).toBe(421);
    expect(
      (
        await own.client.call('GET', '/api/v1/pods', undefined, {
          token: 'wrong',
        })
      ).status,
    ).toBe(401);
  });
});
