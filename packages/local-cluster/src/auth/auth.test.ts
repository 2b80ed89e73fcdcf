/** Who somebody is, and what they may, over HTTPS. */
import { OwnCluster } from '../__testUtils__/clusters';
import type { Json } from '../types';
import { clientCertificate, credentialsIn } from './credentials';

describe('access to the API', () => {
  const own = OwnCluster.use();
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const pods = '/api/v1/namespaces/default/pods';
  const roles = `${rbac}/namespaces/default/rolebindings`;

  async function account(name: string): Promise<string> {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await own.client.call('POST', accounts, { metadata: { name } });
    const { body } = await own.client.call(
      'POST',
      `${accounts}/${name}/token`,
      { spec: {} },
    );
    return body.status.token;
  }

  function bind(name: string, role: Json, subject: Json) {
    return own.client.call('POST', roles, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...role },
      subjects: [subject],
    });
  }

  it('refuses whom it does not know, and who may not', async () => {
    expect(
      (await own.client.call('GET', pods, undefined, { token: 'x' })).status,
    ).toBe(401);
    const { status, body } = await own.client.call('GET', pods, undefined, {
      token: '',
    });
    expect(status).toBe(403);
    expect(body.message).toBe(
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
    );
  });

  it('lets a service account do what a role in its namespace allows, and no more', async () => {
    const token = await account('reader');
    const call = (method: string, path: string) =>
      own.client.call(method, path, undefined, { token });
    expect((await call('GET', pods)).status).toBe(403);
    await bind(
      'readers',
      { kind: 'ClusterRole', name: 'view' },
      { kind: 'ServiceAccount', name: 'reader', namespace: 'default' },
    );
    expect((await call('GET', pods)).status).toBe(200);
    expect((await call('DELETE', `${pods}/x`)).status).toBe(403);
    expect(
      (await call('GET', '/api/v1/namespaces/default/secrets')).status,
    ).toBe(403);
    expect(
      (await call('GET', '/api/v1/namespaces/kube-system/pods')).status,
    ).toBe(403);
    const review = await own.client.call(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      {
        spec: {
          resourceAttributes: {
            verb: 'list',
            resource: 'pods',
            namespace: 'default',
          },
        },
      },
      { token },
    );
    expect(review.body.status.allowed).toBe(true);
  });

  it('knows a client by its certificate', async () => {
    const { authority } = await credentialsIn(own.directory);
    const certificate = await clientCertificate(authority, {
      username: 'jane',
      groups: ['team-a'],
    });
    const call = () =>
      own.client.call('GET', pods, undefined, { token: '', certificate });
    expect((await call()).body.message).toContain('User "jane" cannot list');
    await bind(
      'team',
      { kind: 'ClusterRole', name: 'view' },
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'team-a' },
    );
    expect((await call()).status).toBe(200);
    const stranger = await clientCertificate(
      await clientCertificate(authority, { username: 'jane' }),
      { username: 'jane', groups: ['system:masters'] },
    );
    const { status } = await own.client.call('GET', pods, undefined, {
      token: '',
      certificate: stranger,
    });
    expect(status).toBe(401);
  });

  it('lets the administrator act as somebody else, and nobody else do so', async () => {
    const headers = { 'Impersonate-User': 'jane' };
    const { status, body } = await own.client.call('GET', pods, undefined, {
      headers,
    });
    expect([status, body.message]).toEqual([
      403,
      expect.stringContaining('User "jane" cannot list'),
    ]);
    const token = await account('pretender');
    const refused = await own.client.call('GET', pods, undefined, {
      headers,
      token,
    });
    expect(refused.body.message).toContain(
      'cannot impersonate resource "users"',
    );
  });

  it('does not let anybody grant more than they may themselves', async () => {
    const token = await account('climber');
    await bind(
      'climbers',
      { kind: 'ClusterRole', name: 'admin' },
      { kind: 'ServiceAccount', name: 'climber', namespace: 'default' },
    );
    const { status, body } = await own.client.call(
      'POST',
      `${rbac}/namespaces/default/roles`,
      {
        metadata: { name: 'all' },
        rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
      },
      { token },
    );
    expect(status).toBe(403);
    expect(body.message).toContain(
      'is attempting to grant RBAC permissions not currently held',
    );
  });
});
