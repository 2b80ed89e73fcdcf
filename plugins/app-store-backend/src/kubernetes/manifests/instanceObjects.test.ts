import type { InstanceInput } from './InstanceInput';
import { instanceInput, manifestOf } from '../../__testUtils__/fixtures';
import { buildInstanceObjects } from './instanceObjects';

const labels = {
  'app.kubernetes.io/managed-by': 'ai-app-store',
  'ai-app-store.io/installation': 'inst',
  'ai-app-store.io/instance': '00000000-0000-4000-8000-000000000001',
  'ai-app-store.io/app': '00000000-0000-4000-8000-000000000002',
  'ai-app-store.io/owner': '19bf9bc8ab5cd4b0',
};
const name = 'i-00000000-0000-4000-8000-000000000001';

describe('buildInstanceObjects', () => {
  it('builds a Deployment of one, its Service and the policy that admits the gateway', () => {
    const objects = buildInstanceObjects(instanceInput());
    const ownerLabel =
      objects.service.metadata!.labels!['ai-app-store.io/owner'];
    const own = { ...labels, 'ai-app-store.io/owner': ownerLabel };
    const metadata = { name, namespace: 'apps', labels: own };
    const restricted = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    };
    const resources = {
      limits: { memory: '2Gi' },
      requests: { memory: '512Mi' },
    };
    const selector = {
      'ai-app-store.io/instance': labels['ai-app-store.io/instance'],
    };
    expect(objects).toEqual({
      service: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: {
          selector,
          ports: [
            { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' },
          ],
        },
      },
      networkPolicy: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata,
        spec: {
          podSelector: { matchLabels: selector },
          policyTypes: ['Ingress'],
          ingress: [
            {
              from: [
                {
                  podSelector: {
                    matchLabels: {
                      'app.kubernetes.io/component': 'app-store-gateway',
                    },
                  },
                },
              ],
              ports: [{ protocol: 'TCP', port: 'http' }],
            },
          ],
        },
      },
      workload: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: {
          ...metadata,
          annotations: {
            'ai-app-store.io/instance-record': JSON.stringify({
              appId: labels['ai-app-store.io/app'],
              ownerRef: 'user:default/uma',
              parameters: {},
            }),
          },
        },
        spec: {
          replicas: 1,
          strategy: { type: 'Recreate' },
          revisionHistoryLimit: 0,
          selector: { matchLabels: selector },
          template: {
            metadata: { labels: own },
            spec: {
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              shareProcessNamespace: true,
              terminationGracePeriodSeconds: 10,
              securityContext: {
                runAsNonRoot: true,
                runAsUser: 1000,
                fsGroup: 1000,
                seccompProfile: { type: 'RuntimeDefault' },
              },
              initContainers: [
                {
                  name: 'prepare',
                  image: 'runtime-node:24',
                  securityContext: restricted,
                  resources,
                  command: ['app-store-entry', 'prepare'],
                  env: [
                    { name: 'H2O_CLOUD_APP_ROOT', value: '/app' },
                    { name: 'HOME', value: '/tmp' },
                    {
                      name: 'APP_STORE_TOKEN_FILE',
                      value: '/var/run/secrets/app-store/token',
                    },
                    {
                      name: 'APP_STORE_BUNDLE_URL',
                      value: `http://store/api/app-store/v1/internal/instances/${labels['ai-app-store.io/instance']}/content`,
                    },
                    { name: 'APP_STORE_BUNDLE_DIGEST', value: 'abc' },
                    {
                      name: 'APP_STORE_STAGE_URL',
                      value: `http://store/api/app-store/v1/internal/instances/${labels['ai-app-store.io/instance']}/stage`,
                    },
                    {
                      name: 'APP_STORE_ENVIRONMENT_URL',
                      value: `http://store/api/app-store/v1/internal/instances/${labels['ai-app-store.io/instance']}/environment`,
                    },
                    { name: 'APP_STORE_APP_MODE', value: 'node' },
                    { name: 'APP_STORE_INSTALL_TIMEOUT', value: '900' },
                    { name: 'APP_STORE_INSTALL_LIMIT', value: '1000' },
                  ],
                  volumeMounts: [
                    { name: 'app', mountPath: '/app' },
                    {
                      name: 'token',
                      mountPath: '/var/run/secrets/app-store',
                      readOnly: true,
                    },
                  ],
                },
              ],
              containers: [
                {
                  name: 'app',
                  image: 'runtime-node:24',
                  command: ['node', 'server.js'],
                  workingDir: '/app',
                  env: [
                    { name: 'H2O_CLOUD_ENVIRONMENT', value: 'http://portal' },
                    {
                      name: 'H2O_CLOUD_INSTANCE_ID',
                      value: labels['ai-app-store.io/instance'],
                    },
                    {
                      name: 'H2O_CLOUD_APP_ID',
                      value: labels['ai-app-store.io/app'],
                    },
                    { name: 'H2O_CLOUD_APP_NAME', value: 'hello' },
                    { name: 'H2O_CLOUD_APP_VERSION', value: '1.0.0' },
                    { name: 'H2O_CLOUD_APP_ROOT', value: '/app' },
                    { name: 'H2O_WAVE_BASE_URL', value: '/' },
                    { name: 'PORT', value: '8080' },
                    { name: 'HOME', value: '/app' },
                  ],
                  ports: [
                    { name: 'http', containerPort: 8080, protocol: 'TCP' },
                  ],
                  resources,
                  securityContext: restricted,
                  startupProbe: {
                    tcpSocket: { port: 'http' },
                    periodSeconds: 1,
                    failureThreshold: 300,
                  },
                  readinessProbe: {
                    tcpSocket: { port: 'http' },
                    periodSeconds: 5,
                    failureThreshold: 3,
                  },
                  volumeMounts: [{ name: 'app', mountPath: '/app' }],
                },
              ],
              volumes: [
                { name: 'app', emptyDir: { sizeLimit: '10Gi' } },
                {
                  name: 'token',
                  projected: {
                    sources: [
                      {
                        serviceAccountToken: {
                          audience: 'app-store',
                          expirationSeconds: 3600,
                          path: 'token',
                        },
                      },
                    ],
                  },
                },
              ],
            },
          },
        },
      },
    });
  });

  it('gives an app with a volume a StatefulSet, and its secrets by reference', () => {
    const manifest = manifestOf(`[App]
Name = "n"
Version = "1.0"
[Runtime]
AppMode = "node"
Module = "s.js"
VolumeMount = "/data/"
VolumeSize = "1Gi"
[[Env]]
Name = "A"
Value = "first"
[[Env]]
Name = "A"
Value = "last"
[[Env]]
Name = "S"
Secret = "mine"
SecretKey = "k"
[[Env]]
Name = "O"
Secret = "absent"
SecretKey = "k"
Optional = true
[[File]]
Path = "conf/x.txt"
Value = "text"
`);
    const { workload, claim, files } = buildInstanceObjects(
      instanceInput({
        manifest,
        secretIds: { mine: 'sid' },
        extraEnv: [{ name: 'A', value: 'admin' }],
      }),
    );
    expect(workload.kind).toBe('StatefulSet');
    expect(claim!.spec!.resources!.requests).toEqual({ storage: '1Gi' });
    const [container] = workload.spec!.template.spec!.containers;
    expect(
      container.env!.filter(e =>
        ['A', 'S', 'O', 'APP_STORE_VOLUME_PATH'].includes(e.name),
      ),
    ).toEqual([
      { name: 'APP_STORE_VOLUME_PATH', value: '/data' },
      { name: 'A', value: 'last' },
      { name: 'S', valueFrom: { secretKeyRef: { name: 's-sid', key: 'k' } } },
    ]);
    expect(files!.data).toEqual({ 'file-0': 'text' });
    expect(container.volumeMounts).toContainEqual({
      name: 'file-0',
      mountPath: '/app/conf',
      readOnly: true,
    });
    expect(container.volumeMounts).toContainEqual({
      name: 'data',
      mountPath: '/data',
    });
  });

  it('3: takes only what the author wrote for references to other variables', () => {
    const manifest = manifestOf(`
[App]
Name = "x"
Version = "1"
Title = "X"
[Runtime]
AppMode = "node"
Module = "server.js"
[[Env]]
Name = "KEY"
Secret = "mine"
SecretKey = "k"
[[Env]]
Name = "HEADER"
Value = "Bearer $(KEY)"
`);
    const { workload } = buildInstanceObjects(
      instanceInput({
        manifest,
        secretIds: { mine: 'sid' },
        extraEnv: [{ name: 'ADMIN', value: '$(KEY)' }],
        environmentUrl: 'http://x/$(KEY)',
        npmRegistry: 'http://n/$(KEY)',
        parameters: { TITLE: '$(KEY) costs $5, $$ and $(', HEADER: '$(KEY)' },
      }),
    );
    const { containers, initContainers } = workload.spec!.template.spec!;
    const valueOf = (entryName: string, env = containers[0].env!) =>
      env.find(entry => entry.name === entryName)?.value;
    expect(valueOf('TITLE')).toBe('$$(KEY) costs $$5, $$$$ and $$(');
    expect(valueOf('HEADER')).toBe('$$(KEY)');
    expect(valueOf('ADMIN')).toBe('$$(KEY)');
    expect(valueOf('H2O_CLOUD_ENVIRONMENT')).toBe('http://x/$$(KEY)');
    expect(valueOf('npm_config_registry', initContainers![0].env)).toBe(
      'http://n/$$(KEY)',
    );
    const own = buildInstanceObjects(
      instanceInput({ manifest, secretIds: { mine: 'sid' } }),
    );
    expect(
      valueOf('HEADER', own.workload.spec!.template.spec!.containers[0].env!),
    ).toBe('Bearer $(KEY)');
  });

  it.each([
    [
      'python',
      'AppMode = "python"\nPort = 9000\n',
      {
        H2O_CLOUD_VENV_PATH: '/resources/venv',
        H2O_CLOUD_PY_MODULE: 'pkg.mod',
        PORT: '9000',
      },
    ],
    [
      'wave',
      'RoutingMode = "BASE_URL"\n',
      {
        H2O_CLOUD_VENV_PATH: '/resources/venv',
        H2O_CLOUD_PY_MODULE: 'pkg.mod',
        H2O_WAVE_BASE_URL: '/instance/00000000-0000-4000-8000-000000000001/',
        H2O_WAVE_LISTEN: ':10101',
        H2O_WAVE_ADDRESS: 'http://127.0.0.1:10101',
        H2O_WAVE_APP_ADDRESS: 'http://127.0.0.1:8000',
        PORT: '10101',
      },
    ],
  ] as const)(
    'gives a %s app its environment, and a room for what it depends on',
    (mode, rest, wanted) => {
      const { workload } = buildInstanceObjects(
        instanceInput({
          manifest: manifestOf(
            `[App]\nName = "p"\nVersion = "1"\n[Runtime]\nModule = "pkg.mod"\n${rest}`,
          ),
          runtime: {
            ...instanceInput().runtime,
            name: mode,
            mode,
            command: ['app-store-entry', 'start'],
          },
          pypiIndex: 'https://pypi.example/simple',
        }),
      );
      const { containers, initContainers, volumes } =
        workload.spec!.template.spec!;
      const valuesOf = (env: Array<{ name: string; value?: string }> = []) =>
        Object.fromEntries(env.map(each => [each.name, each.value]));
      expect(valuesOf(containers[0].env)).toMatchObject(wanted);
      expect(containers[0].command).toEqual(['app-store-entry', 'start']);
      expect(valuesOf(initContainers![0].env)).toMatchObject({
        H2O_CLOUD_VENV_PATH: '/resources/venv',
        PIP_INDEX_URL: 'https://pypi.example/simple',
      });
      expect(volumes).toContainEqual({
        name: 'resources',
        emptyDir: { sizeLimit: '10Gi' },
      });
      for (const { volumeMounts } of [containers[0], initContainers![0]])
        expect(volumeMounts).toContainEqual({
          name: 'resources',
          mountPath: '/resources',
        });
      // Nobody but the init containers proves which pod it is.
      expect(
        containers[0].volumeMounts!.some(mount => mount.name === 'token'),
      ).toBe(false);
    },
  );

  it('places a pod by runtime, profile and GPU, and keeps GPUs from init containers', () => {
    const { workload, claim } = buildInstanceObjects(
      instanceInput({
        manifest: manifestOf(
          '[App]\nName = "gpu"\nVersion = "1.0.0"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\nVolumeMount = "/data"\nVolumeSize = "1Gi"\nEnableSHM = true\n',
        ),
        sizes: {
          memoryLimit: '8Gi',
          memoryReservation: '4Gi',
          cpuLimit: '4',
          gpuCount: 2,
          gpuType: 'a10g',
        },
        scheduling: {
          nodeSelector: { pool: 'gpu' },
          tolerations: [{ key: 'gpu', operator: 'Exists' }],
        },
        gpu: { nodeLabel: 'accelerator', resource: 'example.com/gpu' },
        imagePullSecrets: ['registry'],
        serviceAccount: 'runner',
        storageClass: 'fast',
        shmSize: '4Gi',
        parameters: { MODEL: 'small' },
      }),
    );
    const { spec } = workload.spec!.template;
    expect(spec).toMatchObject({
      nodeSelector: { pool: 'gpu', accelerator: 'a10g' },
      tolerations: [{ key: 'gpu', operator: 'Exists' }],
      imagePullSecrets: [{ name: 'registry' }],
      serviceAccountName: 'runner',
      automountServiceAccountToken: false,
    });
    expect(spec!.containers[0].resources).toEqual({
      limits: { memory: '8Gi', cpu: '4', 'example.com/gpu': '2' },
      requests: { memory: '4Gi', 'example.com/gpu': '2' },
    });
    expect(spec!.initContainers![0].resources).toEqual({
      limits: { memory: '8Gi', cpu: '4' },
      requests: { memory: '4Gi' },
    });
    expect(spec!.containers[0].env).toContainEqual({
      name: 'MODEL',
      value: 'small',
    });
    expect(spec!.volumes).toContainEqual({
      name: 'shm',
      emptyDir: { medium: 'Memory', sizeLimit: '4Gi' },
    });
    expect(claim!.spec).toMatchObject({ storageClassName: 'fast' });
  });

  it('has programs trust what an admin names, in every container, and lets apps say otherwise', () => {
    const { workload } = buildInstanceObjects(
      instanceInput({
        caCertificates: { configMap: 'corporate', key: 'bundle.pem' },
        extraEnv: [{ name: 'CURL_CA_BUNDLE', value: '/mine' }],
      }),
    );
    const { spec } = workload.spec!.template;
    expect(spec!.volumes).toContainEqual({
      name: 'ca',
      configMap: {
        name: 'corporate',
        items: [{ key: 'bundle.pem', path: 'ca.crt' }],
      },
    });
    const all = [...spec!.initContainers!, ...spec!.containers];
    expect(all).toHaveLength(2);
    for (const { env, volumeMounts } of all) {
      expect(volumeMounts).toContainEqual({
        name: 'ca',
        mountPath: '/etc/app-store/ca',
        readOnly: true,
      });
      expect(env).toContainEqual({
        name: 'NODE_EXTRA_CA_CERTS',
        value: '/etc/app-store/ca/ca.crt',
      });
    }
    expect(
      spec!.containers[0].env!.filter(each => each.name === 'CURL_CA_BUNDLE'),
    ).toEqual([{ name: 'CURL_CA_BUNDLE', value: '/mine' }]);
  });

  it('opens pods as an admin says, the gateway’s way always open', () => {
    const specOf = (
      networkPolicy: Partial<InstanceInput['networkPolicy']> = {},
    ) =>
      buildInstanceObjects(
        instanceInput({
          networkPolicy: {
            extraIngress: [],
            egress: [],
            defaultEgress: ['none'],
            notPublic: [],
            ...networkPolicy,
          },
        }),
      ).networkPolicy.spec as {
        policyTypes: string[];
        ingress: object[];
        egress: object[];
      };
    const monitoring = { from: [{ namespaceSelector: {} }] };
    const proxy = { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }] };
    const [gateway] = specOf().ingress;
    expect(specOf({ extraIngress: [monitoring] }).ingress).toEqual([
      gateway,
      monitoring,
    ]);
    const { policyTypes, egress } = specOf();
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    expect(specOf({ egress: [proxy] }).egress).toEqual([...egress, proxy]);
    expect(specOf({ defaultEgress: ['open'] })).not.toHaveProperty('egress');
    expect(specOf({ defaultEgress: ['open'] }).policyTypes).toEqual([
      'Ingress',
    ]);
  });

  it('leaves to an app what it wants where a runtime version has room', () => {
    const { runtime } = instanceInput();
    const { workload } = buildInstanceObjects(
      instanceInput({
        manifest: manifestOf(
          '[App]\nName = "a"\nVersion = "1.0.0"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\nVolumeMount = "/data/"\nVolumeSize = "1Gi"\n',
        ),
        runtime: { ...runtime, ephemeralVolumes: [{ mountPath: '/data' }] },
      }),
    );
    const { volumes, containers } = workload.spec!.template.spec!;
    expect(volumes!.map(volume => volume.name)).not.toContain('ephemeral-0');
    expect(
      containers[0].volumeMounts!.filter(
        ({ mountPath }) => mountPath === '/data',
      ),
    ).toEqual([{ name: 'data', mountPath: '/data' }]);
  });

  it('gives apps of a runtime version the room that goes with the pod', () => {
    const { runtime } = instanceInput();
    const { workload } = buildInstanceObjects(
      instanceInput({
        runtime: {
          ...runtime,
          ephemeralVolumes: [
            { mountPath: '/cache', sizeLimit: '1Gi' },
            { mountPath: '/fast', medium: 'Memory' },
          ],
        },
      }),
    );
    const { spec } = workload.spec!.template;
    expect(spec!.volumes).toEqual(
      expect.arrayContaining([
        { name: 'ephemeral-0', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'ephemeral-1', emptyDir: { medium: 'Memory' } },
      ]),
    );
    expect(spec!.containers[0].volumeMounts).toEqual(
      expect.arrayContaining([
        { name: 'ephemeral-0', mountPath: '/cache' },
        { name: 'ephemeral-1', mountPath: '/fast' },
      ]),
    );
  });

  /** An app that leaves its files alone, with nothing to install. */
  const reader = (
    toml = 'ReadOnlyFiles = true\n',
    hasDependencies = false,
  ) => ({
    ...manifestOf(
      `[App]\nName = "reader"\nVersion = "1.0.0"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n${toml}`,
    ),
    hasDependencies,
  });
  const contentImage = `portal.example.com/app-store/id/pass@sha256:abc`;
  const templateOf = (change: Partial<InstanceInput>) =>
    buildInstanceObjects(instanceInput(change)).workload.spec!.template;

  it('15: mounts the content of an app that only reads it, and has nothing else in the pod', () => {
    const own = templateOf({ manifest: reader('') });
    const [{ env, ...app }] = own.spec!.containers;
    expect(templateOf({ manifest: reader(), contentImage })).toEqual({
      metadata: own.metadata,
      spec: {
        ...own.spec,
        initContainers: undefined,
        containers: [
          {
            ...app,
            env: env!.map(each =>
              each.name === 'HOME' ? { name: 'HOME', value: '/tmp' } : each,
            ),
            volumeMounts: [{ name: 'app', mountPath: '/app', readOnly: true }],
          },
        ],
        volumes: [
          {
            name: 'app',
            image: { reference: contentImage, pullPolicy: 'IfNotPresent' },
          },
        ],
      },
    });
  });

  it.each([
    ['no nodes that pull it', { manifest: reader() }, true],
    ['dependencies', { manifest: reader(undefined, true), contentImage }, true],
    [
      'an import before dependencies were looked for',
      {
        manifest: { ...reader(), hasDependencies: undefined },
        contentImage,
      },
      true,
    ],
    ['files of its own', { manifest: reader(''), contentImage }, undefined],
    [
      'a file of a secret in its directory',
      {
        manifest: {
          ...reader(),
          files: [{ path: 'conf/x', value: '1', optional: false }],
        },
        contentImage,
      },
      undefined,
    ],
  ])('15: prepares an app with %s in its pod', (_, change, readOnly) => {
    const { spec } = templateOf(change);
    expect(spec!.initContainers).toHaveLength(1);
    expect(spec!.initContainers![0].volumeMounts![0]).toEqual({
      name: 'app',
      mountPath: '/app',
    });
    const [{ volumeMounts, env }] = spec!.containers;
    expect(volumeMounts!.find(mount => mount.name === 'app')).toEqual({
      name: 'app',
      mountPath: '/app',
      ...(readOnly ? { readOnly } : {}),
    });
    expect(env!.find(each => each.name === 'HOME')!.value).toBe(
      readOnly ? '/tmp' : '/app',
    );
    expect(spec!.volumes!.some(({ image }) => image)).toBe(false);
  });

  it('15: isolates the app, and has it wait in a queue, as its launch profile says', () => {
    const { workload } = buildInstanceObjects(
      instanceInput({ isolation: 'gvisor', queue: 'apps' }),
    );
    const { metadata, spec } = workload.spec!.template;
    expect(spec!.runtimeClassName).toBe('gvisor');
    expect(metadata!.labels).toMatchObject({
      'kueue.x-k8s.io/queue-name': 'apps',
    });
    // The queue admits pods, and does not own the workload.
    expect(workload.metadata!.labels).not.toHaveProperty([
      'kueue.x-k8s.io/queue-name',
    ]);
    expect(workload.spec!.selector.matchLabels).not.toHaveProperty([
      'kueue.x-k8s.io/queue-name',
    ]);
  });
});
