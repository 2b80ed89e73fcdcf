/** `deploy`: rendered by kubectl, taken by a Kubernetes API, with the rights that the store needs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { collectionPath } from '../kubernetes/client/kubeObjects';
import {
  PERMISSIONS,
  ROUTE_PERMISSIONS,
  type Permission,
} from '../kubernetes/permissions';
import {
  ClusterUnderTest,
  IS_REAL,
  TEST_TIMEOUT_MS,
  type AnyObject,
} from './__testUtils__/ClusterUnderTest';

jest.setTimeout(TEST_TIMEOUT_MS);

const DEPLOY = resolve(__dirname, '../../../../deploy');
/** Kinds that a cluster has where somebody installed them. */
const OPTIONAL = ['ServiceMonitor', 'HTTPRoute'];

/** What an overlay becomes. */
function build(directory: string): AnyObject[] {
  const text = execFileSync('kubectl', ['kustomize', directory], {
    encoding: 'utf8',
  });
  return parseAllDocuments(text).map(document => document.toJS());
}

function render(components: string[] = []): AnyObject[] {
  const directory = mkdtempSync(join(tmpdir(), 'overlay-'));
  try {
    writeFileSync(
      join(directory, 'kustomization.yaml'),
      JSON.stringify({
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: [relative(directory, join(DEPLOY, 'base'))],
        components: components.map(name =>
          relative(directory, join(DEPLOY, 'components', name)),
        ),
      }),
    );
    return build(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe('15: deploy', () => {
  let cluster: ClusterUnderTest;

  beforeAll(async () => {
    cluster = await ClusterUnderTest.open();
  });
  afterAll(async () => cluster?.close());

  const isServed = async (apiVersion: string, kind: string) => {
    const root = apiVersion === 'v1' ? '/api' : '/apis';
    const { resources } = await cluster.api
      .json<{ resources: Array<{ kind: string }> }>(`${root}/${apiVersion}`)
      .catch(error => {
        if (error.code === 404) return { resources: [] };
        throw error;
      });
    return resources.some(each => each.kind === kind);
  };

  it.each([
    [[], undefined],
    [['alias-ingress'], ROUTE_PERMISSIONS.ingress],
    [['alias-httproute'], ROUTE_PERMISSIONS.httpRoute],
  ])(
    '15: gives the store exactly what it uses, with %j',
    (components, more) => {
      const objects = render(components);
      const rules = (kind: string, namespace?: string) =>
        objects
          .filter(
            object =>
              object.kind === kind && object.metadata!.namespace === namespace,
          )
          .flatMap(object => object.rules as any[])
          .flatMap(({ apiGroups, resources, verbs }) =>
            apiGroups.flatMap((group: string) =>
              resources.flatMap((resource: string) =>
                verbs.map((verb: string) => `${group}/${resource}: ${verb}`),
              ),
            ),
          )
          .sort();
      const wordsOf = (permissions: Permission[]) =>
        permissions
          .flatMap(({ group, resource, verbs }) =>
            verbs.map(verb => `${group}/${resource}: ${verb}`),
          )
          .sort();
      const own = (clusterWide: boolean) =>
        wordsOf(
          PERMISSIONS.filter(each => Boolean(each.clusterWide) === clusterWide),
        );
      expect(rules('Role', 'app-store-apps')).toEqual(own(false));
      expect(rules('ClusterRole')).toEqual(own(true));
      expect(rules('Role', 'app-store')).toEqual(more ? wordsOf([more]) : []);
    },
  );

  it.each([
    [[]],
    [['ingress', 'alias-ingress']],
    [['httproute', 'alias-httproute']],
    [['ingress', 'metrics']],
    [['ingress', 'gateway']],
  ])('15: is taken by a cluster, with %j', async components => {
    // Of its own: an installation on this cluster stays out of it.
    const places = new Map([
      ['app-store', await cluster.namespace('deploy')],
      ['app-store-apps', await cluster.namespace('deploy')],
    ]);
    const [suffix] = places.values();
    const unserved = new Set<string>();
    for (const object of render(components)) {
      const { apiVersion, kind, metadata } = object;
      const namespace = metadata!.namespace && places.get(metadata!.namespace);
      expect(Boolean(namespace)).toBe(Boolean(metadata!.namespace));
      if (!(await isServed(apiVersion!, kind!))) {
        unserved.add(kind!);
        continue;
      }
      const name = namespace ? metadata!.name! : `${metadata!.name}-${suffix}`;
      const answer = await cluster.api.json<AnyObject>(
        collectionPath(apiVersion!, kind!, namespace),
        {
          method: 'POST',
          body: { ...object, metadata: { ...metadata, name, namespace } },
          query: { dryRun: 'All', fieldValidation: 'Strict' },
        },
      );
      expect(answer.metadata!.name).toBe(name);
    }
    const missing = IS_REAL ? OPTIONAL : ['ServiceMonitor'];
    expect([...unserved].filter(kind => !missing.includes(kind))).toEqual([]);
  });

  it('15: the example has a name of the installation wherever one is needed', () => {
    const objects = build(join(DEPLOY, 'overlays', 'example'));
    const text = JSON.stringify(objects);
    expect(text).not.toMatch(/example\.(com|net|org)/);
    const portal = objects.find(({ kind }) => kind === 'Deployment')!;
    expect(portal.spec.template.spec.containers[0].image).toBe(
      'registry.our-company.example/ai-app-store/portal:0.1.0',
    );
    const { data } = objects.find(({ kind }) => kind === 'ConfigMap')!;
    const hosts = objects
      .filter(({ kind }) => kind === 'Ingress')
      .flatMap(({ spec }) => [
        spec.rules.map((rule: any) => rule.host),
        spec.tls[0].hosts,
      ]);
    const [portalHost, appsHost] = [data.PORTAL_URL, data.APPS_URL].map(
      url => new URL(url).host,
    );
    const ofApps = [appsHost, `*.${appsHost}`];
    expect(hosts).toEqual([[portalHost], [portalHost], ofApps, ofApps]);
  });

  it('15: a gateway beside the portal takes over its ways in, and reaches the store where pods do', () => {
    const objects = render(['gateway']);
    const named = (kind: string, name: string) =>
      objects.find(
        object => object.kind === kind && object.metadata!.name === name,
      )!;
    const labels = (name: string) =>
      named('Deployment', name).spec.template.metadata.labels;
    const led = (service: string) =>
      ['app-store', 'app-store-gateway'].filter(name =>
        Object.entries(named('Service', service).spec.selector).every(
          ([key, value]) => labels(name)[key] === value,
        ),
      );
    expect(led('app-store')).toEqual(['app-store']);
    expect(led('app-store-gateway')).toEqual(['app-store-gateway']);
    const [container] = named('Deployment', 'app-store-gateway').spec.template
      .spec.containers;
    const [{ target, plugins }] = JSON.parse(
      container.env.find(
        ({ name }: { name: string }) =>
          name === 'APP_CONFIG_discovery_endpoints',
      ).value,
    );
    const { data } = objects.find(({ kind }) => kind === 'ConfigMap')!;
    expect(target).toBe(`${data.STORE_URL}/api/{{pluginId}}`);
    // Of the portal's Secret no more than it needs.
    expect(container.envFrom).toEqual([
      { configMapRef: { name: expect.stringMatching(/^app-store-/) } },
    ]);
    const env: AnyObject[] = container.env;
    expect(
      env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.key ?? []),
    ).toEqual(['POSTGRES_PASSWORD', 'GATEWAY_KEYS_SECRET']);
    expect(env).toContainEqual({
      name: 'APP_CONFIG_backend_database_skipMigrations',
      value: 'true',
    });
    const [portal] = named('Deployment', 'app-store').spec.template.spec
      .containers;
    expect(container.image).toBe(portal.image);
    expect(container.image).toMatch(/:\d+\.\d+\.\d+$/);
    expect(plugins).toEqual(['app-store']);
  });

  it.each([
    ['app-store', ['/tmp', '/var/lib/app-store/bundles']],
    ['app-store-gateway', ['/tmp']],
  ])(
    '15: the pod of %s is admitted where pod security is restricted',
    async (name, writable) => {
      const { spec } = render(['gateway']).find(
        ({ kind, metadata }) =>
          kind === 'Deployment' && metadata!.name === name,
      )!;
      const namespace = await cluster.namespace('deploy');
      await cluster.create({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name, namespace },
      });
      const pod = await cluster.api.json<AnyObject>(
        collectionPath('v1', 'Pod', namespace),
        {
          method: 'POST',
          body: {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name, namespace },
            spec: spec.template.spec,
          },
          query: { dryRun: 'All' },
        },
      );
      const [container] = pod.spec.containers;
      expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
      // Only what is mounted can be written to.
      expect(
        container.volumeMounts.map((mount: any) => mount.mountPath).sort(),
      ).toEqual(expect.arrayContaining(writable));
    },
  );
});
