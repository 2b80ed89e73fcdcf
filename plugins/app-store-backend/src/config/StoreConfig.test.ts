import { ConfigReader, type Config } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { readStoreConfig } from './StoreConfig';

/** What is said of a configuration; empty where it is fine. */
function refusalOf(config: Config): string {
  try {
    readStoreConfig(config);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the domains of portal and apps', () => {
  it.each([
    ['http://localhost:7007', 'http://apps.localhost:7008', true],
    ['https://portal.example.com', 'https://apps.example.net', true],
    ['https://portal.example.com', 'https://apps.example.com', true],
    ['https://portal.example.com', 'https://portal.example.com', false],
    ['https://portal.example.com', 'https://apps.portal.example.com', false],
    ['https://example.com', 'https://apps.example.com.', false],
    ['http://localhost:7007', 'http://localhost:7008', false],
  ])('%s and %s: %s', (portal, apps, fine) => {
    const refusal = refusalOf(
      new ConfigReader({
        backend: { baseUrl: portal },
        appStore: { gateway: { baseUrl: apps }, bundles: { directory: '/b' } },
      }),
    );
    expect(refusal.includes('appStore.gateway.baseUrl')).toBe(!fine);
    expect(refusal === '').toBe(fine);
  });
});

describe('readStoreConfig', () => {
  /** As a portal hands it over: parts of it do not know where they are. */
  const portals = (data: JsonObject): Config => {
    const root = new ConfigReader(data);
    const part = (key: string) => new ConfigReader(root.get(key));
    return new Proxy(root, {
      get: (_, name) => {
        if (name === 'getConfig') return part;
        const value = root[name as keyof ConfigReader];
        return typeof value === 'function' ? value.bind(root) : value;
      },
    });
  };
  const read = (appStore: JsonObject) =>
    readStoreConfig(
      portals({
        backend: { baseUrl: 'http://localhost:7007' },
        appStore: {
          gateway: { baseUrl: 'http://apps.localhost:7008' },
          bundles: { directory: '/b' },
          ...appStore,
        },
      }),
    );

  it('has defaults', () => {
    expect(read({})).toMatchObject({
      limits: { instances: 10, visitorInstances: 5, appVersions: 10 },
      instanceTimeoutSeconds: 8 * 3600,
      kubernetes: { namespace: 'app-store' },
    });
  });

  it('6: has names owned unless the operator opens them', () => {
    expect(read({}).appNames).toBe('owned');
    expect(read({ appNames: 'open' }).appNames).toBe('open');
  });

  it('10: reserves the names that people and computers trust', () => {
    const { reservedAliases } = read({ aliases: { reserved: ['ours'] } });
    expect(reservedAliases).toEqual(
      expect.arrayContaining([
        ...['signin', 'account', 'accounts', 'security', 'wpad'],
        ...['autodiscover', 'login', 'auth', 'sso', 'oauth', 'www', 'mail'],
        ...['autoconfig', 'localhost', 'api', 'admin', 'portal', 'ours'],
      ]),
    );
    expect(() => read({ aliases: { reserved: ['_dmarc'] } })).toThrow(
      'appStore.aliases.reserved',
    );
  });

  it('names the key that is wrong', () => {
    expect(() => read({ instanceTimeout: 'soon' })).toThrow(
      'appStore.instanceTimeout',
    );
    expect(() =>
      read({
        runtimes: [
          { name: 'a', mode: 'node' },
          { name: 'a', mode: 'node' },
        ],
      }),
    ).toThrow('appStore.runtimes');
  });

  it('reads what the environment gives as texts', () => {
    const { limits, downloads, publicMode, instanceTimeoutSeconds } = read({
      limits: { instances: '5' },
      downloads: 'no',
      publicMode: 'true',
      // APP_CONFIG_… and YAML make a number of it.
      instanceTimeout: -1,
    });
    expect(limits.instances).toBe(5);
    expect(downloads).toBe(false);
    expect(publicMode).toBe(true);
    expect(instanceTimeoutSeconds).toBe(-1);
  });

  it('takes null for absent, and puts several files together', () => {
    const { limits, appNames, branding } = readStoreConfig(
      ConfigReader.fromConfigs([
        {
          context: 'one file',
          data: {
            backend: { baseUrl: 'http://localhost:7007' },
            appStore: {
              gateway: { baseUrl: 'http://apps.localhost:7008' },
              bundles: { directory: '/b' },
              limits: { instances: 3, appVersions: 4 },
              appNames: 'open',
              branding: { title: 'Ours' },
            },
          },
        },
        {
          context: 'a later one',
          data: {
            appStore: {
              limits: { instances: 7 },
              appNames: null,
              branding: null,
            },
          },
        },
      ]),
    );
    expect(limits).toMatchObject({ instances: 7, appVersions: 4 });
    expect(appNames).toBe('owned');
    expect(branding.title).toBe('App Store');
  });

  it.each([
    [{ limits: { instances: -1 } }, 'appStore.limits.instances'],
    [{ limits: { instances: 1.5 } }, 'appStore.limits.instances'],
    [{ limits: { concurrentImports: 0 } }, 'appStore.limits.concurrentImports'],
    [{ terminatedRetention: '-1' }, 'appStore.terminatedRetention'],
    [{ instanceExtension: 'long' }, 'appStore.instanceExtension'],
    [{ audit: { retentionDays: 0 } }, 'appStore.audit.retentionDays'],
    [{ appNames: 'mine' }, 'appStore.appNames'],
    [
      { resources: { memoryLimit: '2 gigs' } },
      'appStore.resources.memoryLimit',
    ],
    [{ shmSize: 'big' }, 'appStore.shmSize'],
    [{ appDirectorySize: 'big' }, 'appStore.appDirectorySize'],
    [{ allowedCustomImages: ['('] }, 'appStore.allowedCustomImages'],
    [{ aliases: { reserved: ['Not_One'] } }, 'appStore.aliases.reserved'],
    [{ branding: { color: 'red' } }, 'appStore.branding.color'],
    [
      { branding: { logoUrl: 'https://elsewhere.example/logo.svg' } },
      'appStore.branding.logoUrl',
    ],
    [
      { branding: { logoUrl: '//elsewhere/l.svg' } },
      'appStore.branding.logoUrl',
    ],
    [{ commandUrl: 'ftp://example.com/app-store' }, 'appStore.commandUrl'],
    [
      { notices: [{ severity: 'loud', title: 'x' }] },
      'appStore.notices[0].severity',
    ],
    [
      { launchProfiles: [{ name: 'a' }, { name: 'a' }] },
      'appStore.launchProfiles[1].name',
    ],
    [
      { launchProfiles: [{ name: 'a', memoryLimit: 'much' }] },
      'appStore.launchProfiles[0].memoryLimit',
    ],
    [{ runtimes: [{ name: 'a', mode: 'cobol' }] }, 'appStore.runtimes[0].mode'],
    [
      { runtimes: [{ name: 'a', ephemeralVolumes: [{ mountPath: 'x' }] }] },
      'appStore.runtimes[0].ephemeralVolumes[0].mountPath',
    ],
    [
      {
        runtimes: [
          {
            name: 'a',
            ephemeralVolumes: [{ mountPath: '/x', sizeLimit: 'some' }],
          },
        ],
      },
      'appStore.runtimes[0].ephemeralVolumes[0].sizeLimit',
    ],
    ...['/app', '/app/x', '/resources', '/dev/shm', '/x/../y', '/x/'].map(
      (mountPath): [JsonObject, string] => [
        { runtimes: [{ name: 'a', ephemeralVolumes: [{ mountPath }] }] },
        'appStore.runtimes[0].ephemeralVolumes[0].mountPath',
      ],
    ),
    [
      {
        runtimes: [
          {
            name: 'a',
            ephemeralVolumes: [{ mountPath: '/x' }, { mountPath: '/x' }],
          },
        ],
      },
      'appStore.runtimes[0].ephemeralVolumes[1].mountPath',
    ],
    [
      { launchProfiles: [{ name: 'a', isolation: 'G Visor' }] },
      'appStore.launchProfiles[0].isolation',
    ],
    [
      { launchProfiles: [{ name: 'a', gpuCount: 1, gpuResource: 'gpu' }] },
      'appStore.launchProfiles[0].gpuResource',
    ],
    [{ gpu: { resource: 'gpu' } }, 'appStore.gpu.resource'],
    [{ kubernetes: { namespace: 'No_One' } }, 'appStore.kubernetes.namespace'],
    [
      { kubernetes: { caCertificates: { configMap: 'Not One' } } },
      'appStore.kubernetes.caCertificates.configMap',
    ],
    [
      { kubernetes: { caCertificates: { configMap: 'ca', key: 'a/b' } } },
      'appStore.kubernetes.caCertificates.key',
    ],
    [
      { kubernetes: { networkPolicy: { egress: 'none' } } },
      'appStore.kubernetes.networkPolicy.egress',
    ],
    [
      { kubernetes: { networkPolicy: { extraIngress: ['all'] } } },
      'appStore.kubernetes.networkPolicy.extraIngress',
    ],
    [{ roles: { appImporter: ['a:b:c'] } }, 'appStore.roles.appImporter'],
    [{ tags: [{ name: 'A', color: 'blue' }] }, 'appStore.tags[0].color'],
    [
      { tags: [{ name: 'A' }, { name: 'B', visitorRoles: ['a:b:c'] }] },
      'appStore.tags[1].visitorRoles',
    ],
    [{ uploadTimeout: '-1' }, 'appStore.uploadTimeout'],
    [{ installTimeout: '0s' }, 'appStore.installTimeout'],
    [{ startTimeout: '-1' }, 'appStore.startTimeout'],
    [
      { resources: { memoryReservation: '3Gi' } },
      'appStore.resources.memoryReservation',
    ],
    [
      {
        launchProfiles: [{ name: 'a', cpuLimit: '1', cpuReservation: '1500m' }],
      },
      'appStore.launchProfiles[0].cpuReservation',
    ],
    [
      { gpu: { allowedTypes: ['a'], defaultType: 'b' } },
      'appStore.gpu.defaultType',
    ],
    [
      { launchProfiles: [{ name: 'a', gpuType: 'b' }] },
      'appStore.launchProfiles[0].gpuType',
    ],
    [
      { gpu: { maxCount: 2 }, launchProfiles: [{ name: 'a', gpuCount: 3 }] },
      'appStore.launchProfiles[0].gpuCount',
    ],
    [
      {
        runtimes: [
          { name: 'a', mode: 'node', default: true },
          { name: 'b', mode: 'node', default: true },
        ],
      },
      'appStore.runtimes',
    ],
    [{ extraEnv: [{ name: 'A B', value: '' }] }, 'appStore.extraEnv[0].name'],
    [{ kubernetes: { namespace: 'Apps' } }, 'appStore.kubernetes.namespace'],
  ])('%j is refused by its key, %s', (appStore, key) => {
    expect(() => read(appStore)).toThrow(key);
  });

  it('reads launch profiles with their placement', () => {
    expect(
      read({
        gpu: { allowedTypes: ['a10g'] },
        launchProfiles: [
          {
            name: 'gpu',
            gpuCount: 1,
            gpuType: 'a10g',
            nodeSelector: { pool: 'gpu' },
            tolerations: [{ key: 'gpu', effect: 'NoSchedule' }],
          },
        ],
      }).launchProfiles,
    ).toEqual([
      expect.objectContaining({
        name: 'gpu',
        title: 'gpu',
        gpuCount: 1,
        scheduling: {
          nodeSelector: { pool: 'gpu' },
          tolerations: [
            { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' },
          ],
        },
      }),
    ]);
  });
});
