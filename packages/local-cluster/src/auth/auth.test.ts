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

  it('does not let anybody bind a role that is not there yet', async () => {
    const token = await account('early');
    await bind(
      'early',
      { kind: 'ClusterRole', name: 'admin' },
      { kind: 'ServiceAccount', name: 'early', namespace: 'default' },
    );
    const { status, body } = await own.client.call(
      'POST',
      roles,
      {
        metadata: { name: 'later' },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name: 'later',
        },
        subjects: [
          { kind: 'ServiceAccount', name: 'early', namespace: 'default' },
        ],
      },
      { token },
    );
    expect([status, body.message]).toEqual([
      404,
      'clusterroles.rbac.authorization.k8s.io "later" not found',
    ]);
  });

  async function accountWith(name: string, rules: Json[]): Promise<string> {
    const token = await account(name);
    await own.client.call('POST', `${rbac}/clusterroles`, {
      metadata: { name },
      rules,
    });
    await own.client.call('POST', `${rbac}/clusterrolebindings`, {
      metadata: { name },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name,
      },
      subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
    });
    return token;
  }

  it('lets nobody take on extras or a uid without the right to', async () => {
    const token = await accountWith('actor', [
      { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] },
      {
        apiGroups: ['authentication.k8s.io'],
        resources: ['userextras/scope'],
        verbs: ['impersonate'],
      },
    ]);
    const as = async (headers: Record<string, string>) =>
      (
        await own.client.call('GET', pods, undefined, {
          token,
          headers: { 'Impersonate-User': 'jane', ...headers },
        })
      ).body.message;
    const refusal = expect.stringContaining('User "jane" cannot list');
    expect(await as({ 'Impersonate-Extra-Scope': 'a' })).toEqual(refusal);
    expect(await as({ 'Impersonate-Extra-Team': 'a' })).toContain(
      'cannot impersonate resource "userextras/team"',
    );
    expect(await as({ 'Impersonate-Uid': '1' })).toContain(
      'cannot impersonate resource "uids"',
    );
  });

  it('has who applies something new create it', async () => {
    const token = await accountWith('patcher', [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] },
    ]);
    const path = '/api/v1/namespaces/default/configmaps/applied';
    const call = (as?: string) =>
      own.client.call(
        'PATCH',
        `${path}?fieldManager=test`,
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'applied' },
          data: { by: 'a' },
        },
        { type: 'application/apply-patch+yaml', token: as },
      );
    const refused = await call(token);
    expect([refused.status, refused.body.message]).toEqual([
      403,
      expect.stringContaining('cannot create resource "configmaps"'),
    ]);
    expect((await call()).status).toBe(201);
    expect((await call(token)).status).toBe(200);
  });

  it('gives whoever may see one object that one, by its name or a selector of it', async () => {
    const token = await accountWith('keeper', [
      {
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: ['applied'],
        verbs: ['get', 'list'],
      },
    ]);
    const maps = '/api/v1/namespaces/default/configmaps';
    const status = async (path: string) =>
      (await own.client.call('GET', `${maps}${path}`, undefined, { token }))
        .status;
    expect(await status('/applied')).toBe(200);
    expect(await status('/applied?watch=true')).toBe(200);
    expect(await status('?fieldSelector=metadata.name%3Dapplied')).toBe(200);
    expect(await status('?fieldSelector=metadata.name%3Dother')).toBe(403);
    expect(await status('')).toBe(403);
  });
});
