/** What the store asks of a cluster, through all that it does: its Role has that, and nothing else. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API, as } from '../__testUtils__/StoreUnderTest';
import { PERMISSIONS, ROUTE_PERMISSIONS } from '../kubernetes/permissions';
import { ClusterTest } from './__testUtils__/ClusterTest';
import {
  ClusterUnderTest,
  TEST_TIMEOUT_MS,
} from './__testUtils__/ClusterUnderTest';

jest.setTimeout(TEST_TIMEOUT_MS);

/** The verb and the resource of a request, as a rule has them. */
function permissionOf(method: string, url: string): string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://x');
  const [, group = '', path] =
    /^\/(?:api|apis\/([^/]+))\/v1\/(.*)$/.exec(pathname) ?? [];
  if (path === undefined) return undefined;
  const parts = path.split('/');
  if (parts[0] === 'namespaces' && parts.length > 2) parts.splice(0, 2);
  const [resource, name, subresource] = parts;
  const reads = searchParams.get('watch') === 'true' ? 'watch' : 'list';
  const verbs: Record<string, string> = {
    GET: name ? 'get' : reads,
    POST: 'create',
    PATCH: 'patch',
    DELETE: 'delete',
  };
  return `${group}/${resource}${subresource ? `/${subresource}` : ''}: ${
    verbs[method]
  }`;
}

describe('15: permissions', () => {
  const directory = mkdtempSync(join(tmpdir(), 'permissions-'));
  const file = join(directory, 'requests.jsonl');
  let cluster: ClusterUnderTest;

  beforeAll(async () => {
    cluster = await ClusterUnderTest.open({ record: file });
  });
  afterAll(async () => {
    await cluster?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('15: are all used, and no others', async () => {
    const gateway = await cluster.namespace('permissions');
    const t = await ClusterTest.start(cluster, 'permissions', {
      kubernetes: { gatewayNamespace: gateway, routes: 'ingress' },
    });
    await t.prepareVolume();
    const secret = `${API}/secrets/token`;
    for (const value of ['YQ==', 'Yg=='])
      await t.store.api
        .put(secret)
        .set(as('dev'))
        .send({ data: { key: value } });
    const plain = await t.run(await t.publish({ name: 'plain' }));
    const app = await t.publish({
      name: 'everything',
      runtime: 'VolumeMount = "/data"\nVolumeSize = "16Mi"',
      tail: '[[Env]]\nName = "TOKEN"\nSecret = "token"\nSecretKey = "key"\n[[File]]\nPath = "conf/x"\nValue = "y"\n',
    });
    const id = await t.run(app);
    await t.until(id, 'DEPLOYED');
    await t.until(plain, 'DEPLOYED');
    await t.store.api.get(`${API}/instances/${id}/logs`).set(as('uma'));
    await t.store.api.get(`${API}/instances/${id}/events`).set(as('uma'));
    // A pod that the watch does not know as this instance's is asked for.
    const [pod] = await t.pods(plain);
    const { status } = await cluster.api.json<any>(
      `/api/v1/namespaces/${t.namespace}/serviceaccounts/default/token`,
      {
        method: 'POST',
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: {
            audiences: ['app-store'],
            boundObjectRef: {
              kind: 'Pod',
              apiVersion: 'v1',
              name: pod.metadata!.name,
              uid: pod.metadata!.uid,
            },
          },
        },
      },
    );
    const foreign = await t.store.api
      .get(`${API}/internal/instances/${id}/content`)
      .set('authorization', `Bearer ${status.token}`);
    expect(foreign.status).toBe(401);
    // Every kind is changed in place, and its claim's labels are put right.
    for (const each of [id, plain]) {
      await t.post(`/instances/${each}/suspend`);
      await t.until(each, 'SUSPENDED');
      await t.post(`/instances/${each}/resume`);
      await t.until(each, 'DEPLOYED');
    }
    await cluster.edit(t.object('PersistentVolumeClaim', id), {
      metadata: { labels: { 'ai-app-store.io/app': 'x' } },
    });
    await t.eventually(
      async () =>
        (await cluster.get(t.object('PersistentVolumeClaim', id)))!.metadata!
          .labels!['ai-app-store.io/app'] !== 'x',
      'the claim is repaired',
    );
    for (const each of [id, plain])
      await t.store.api
        .delete(`${API}/instances/${each}?purge=true`)
        .set(as('uma'));
    await t.eventually(
      async () =>
        !(
          await t.store.get('/instances?limit=100', 'uma')
        ).items.length,
      'all ended',
    );
    // An object of an alias is made, changed and removed.
    const ingresses = async () =>
      cluster.list('networking.k8s.io/v1', 'Ingress', gateway);
    await t.post('/aliases', { name: 'lunch' });
    await t.eventually(async () => (await ingresses()).length, 'an Ingress');
    const [ingress] = await ingresses();
    await cluster.edit(
      { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', ...ingress },
      { metadata: { annotations: { 'ai-app-store.io/alias-name': 'x' } } },
    );
    await t.eventually(
      async () =>
        (
          await ingresses()
        )[0].metadata!.annotations!['ai-app-store.io/alias-name'] === 'lunch',
      'it is repaired',
    );
    await t.store.api.delete(`${API}/aliases/lunch`).set(as('uma'));
    await t.eventually(async () => !(await ingresses()).length, 'it is gone');
    await t.store.api.delete(`${API}/apps/${app}`).set(as('dev'));
    await t.store.api.delete(secret).set(as('dev'));
    // The admin's view of what a restored backup does not know lists everything.
    await t.store.get('/admin/recovery', 'ada');
    await t.stop();

    const usedNow = () =>
      new Set(
        readFileSync(file, 'utf8')
          .split('\n')
          .filter(Boolean)
          .map(line => JSON.parse(line).request)
          .flatMap(({ method, path }) => permissionOf(method, path) ?? []),
      );
    const granted = [...PERMISSIONS, ROUTE_PERMISSIONS.ingress].flatMap(
      ({ group, resource, verbs }) =>
        verbs.map(verb => `${group}/${resource}: ${verb}`),
    );
    const unused = () => granted.filter(each => !usedNow().has(each));
    // A watch is written down when it ends.
    await t
      .eventually(async () => !unused().length, 'all used', 5000)
      .catch(() => {});
    expect(unused()).toEqual([]);
    const used = usedNow();
    const own = [
      // For its namespace, which it makes where it may, and for asking what it may.
      '/namespaces: get',
      'authorization.k8s.io/selfsubjectaccessreviews: create',
    ];
    expect(
      [...used].filter(each => !granted.includes(each) && !own.includes(each)),
    ).toEqual([]);
  });
});
