import { ConfigReader } from '@backstage/config';
import { InputError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import fc from 'fast-check';
import { readStoreConfig } from './StoreConfig';

it('all that is wrong is said at once, a line for each key', () => {
  const wrong = new ConfigReader({
    backend: { baseUrl: 'http://localhost:7007' },
    appStore: {
      gateway: { baseUrl: 'http://localhost:7008' },
      limits: { instances: 'many' },
      appNames: 'mine',
      appRegistry: '',
      roles: { names: 'both', admin: ['a:b:c'] },
      gpu: { allowedTypes: ['a10g'] },
      launchProfiles: [{ name: 'a', gpuType: 'b' }],
      runtimes: [{ name: 'a', mode: 'node', image: 5 }],
      bundles: { s3: { bucket: 'abc', secretAccessKey: 'hush' } },
      examples: {
        directory: '/e',
        owner: 'dev',
        secrets: [{ name: 's', data: { pin: 4711 } }],
      },
    },
  });
  let error: unknown;
  try {
    readStoreConfig(wrong);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message.split('\n    ')).toEqual([
    '11 settings are wrong:',
    expect.stringMatching(
      /^appStore\.gateway\.baseUrl must not be or lie under .*; it is "http:\/\/localhost:7008" \(APP_CONFIG_appStore_gateway_baseUrl sets it\)$/,
    ),
    'appStore.roles.names must be one of groups, claims; it is "both" (APP_CONFIG_appStore_roles_names sets it)',
    'appStore.roles.admin[0] must be a name or an entity ref such as group:default/admins; it is "a:b:c"',
    'appStore.limits.instances must be a whole number of at least 0; it is "many" (APP_CONFIG_appStore_limits_instances sets it)',
    'appStore.appNames must be one of open, owned; it is "mine" (APP_CONFIG_appStore_appNames sets it)',
    'appStore.launchProfiles[0].gpuType must be one of appStore.gpu.allowedTypes; it is "b"',
    'appStore.appRegistry must not be empty; it is "" (APP_CONFIG_appStore_appRegistry sets it)',
    'appStore.bundles.s3.accessKeyId is missing: appStore.bundles.s3.secretAccessKey is set (APP_CONFIG_appStore_bundles_s3_accessKeyId sets it)',
    'appStore.bundles.spoolDirectory is missing: with appStore.bundles.s3 a directory of this machine is needed for uploads that are under way (APP_CONFIG_appStore_bundles_spoolDirectory sets it)',
    'appStore.runtimes[0].image must be a text; it is 5',
    'appStore.examples.secrets[0].data.pin must be a text',
  ]);
});

const scheduling = {
  nodeSelector: { a: 'b' },
  tolerations: [{ key: 'a', value: 'b' }],
  affinity: {},
};
/** A configuration with something of each section. */
const whole: JsonObject = {
  gateway: { baseUrl: 'http://apps.localhost:7008' },
  roles: { admin: ['a'], names: 'claims', claimsLapse: '1h' },
  limits: { instances: 1 },
  aliases: {
    reserved: ['a'],
    nameRest: '1h',
    hosts: ['a.example.org', '*.b.example.org'],
  },
  gpu: { allowedTypes: ['a'], defaultType: 'a', maxCount: 1 },
  launchProfiles: [
    { name: 'a', cpuLimit: '1', cpuReservation: '1', ...scheduling },
  ],
  notices: [{ severity: 'info', title: 'a' }],
  branding: { title: 'a', logoUrl: '/a', color: '#000000' },
  kubernetes: {
    imagePullSecrets: ['a'],
    caCertificates: { configMap: 'a' },
    networkPolicy: {
      egress: [{}],
      defaultEgress: ['internet', 'open'],
      allowedEgress: ['10.0.0.0/8'],
      notPublic: ['203.0.113.0/24'],
    },
    contentRegistry: 'a.example:1',
    routes: 'httpRoute',
    gatewayNamespace: 'a',
    gatewayService: { name: 'a', port: 1 },
    ingress: { className: 'a', annotations: { a: 'b' }, wildcardSecret: 'a' },
    httpRoute: { parentRefs: [{ name: 'a', port: 1 }], annotations: {} },
  },
  bundles: {
    s3: { bucket: 'abc', accessKeyId: 'a', secretAccessKey: 'b' },
    spoolDirectory: '/s',
  },
  resources: { memoryLimit: '1Gi', memoryReservation: '1Gi' },
  runtimes: [
    {
      name: 'a',
      command: ['a'],
      aliases: ['b'],
      ephemeralVolumes: [{ mountPath: '/a', medium: 'Memory' }],
      ...scheduling,
    },
  ],
  extraEnv: [{ name: 'A', value: 'b' }],
  tags: { list: [{ name: 'a', adminRoles: ['a'] }] },
  examples: {
    directory: '/e',
    owner: 'a',
    secrets: [{ name: 'a', data: { a: 'b' } }],
  },
};

const read = (appStore: JsonObject) =>
  readStoreConfig(
    new ConfigReader({
      backend: { baseUrl: 'http://localhost:7007' },
      appStore,
    }),
  );

/** Every place in a value where something else may stand. */
const places = (value: unknown, path: string[]): string[][] =>
  value && typeof value === 'object'
    ? [
        path,
        ...Object.entries(value).flatMap(([key, inner]) =>
          places(inner, [...path, key]),
        ),
      ]
    : [path];

it.each([
  [{ aliases: { hosts: ['dash'] } }, /hosts\[0\] must be a host name/],
  [{ aliases: { hosts: ['Dash.example.org'] } }, /must be a host name/],
  [{ aliases: { hosts: ['*.*.example.org'] } }, /must be a host name/],
  [{ aliases: { hosts: ['10.0.0.1'] } }, /must be a host name/],
  [
    { aliases: { hosts: ['x.apps.example.net'] } },
    /must not be the apps' domain, stand for it, or lie under it/,
  ],
  [
    { aliases: { hosts: ['*.example.net'] } },
    /must not be the apps' domain, stand for it/,
  ],
  [
    { aliases: { hosts: ['*.example.org'] } },
    /must not stand for the portal's host name \(www\.example\.org\)/,
  ],
  [
    { aliases: { hosts: ['www.example.org'] } },
    /must not be or lie under the portal's host name \(www\.example\.org\)/,
  ],
  [
    { aliases: { hosts: ['portal.example.com'] } },
    /must not be or lie under the portal's host name/,
  ],
  [
    { aliases: { hosts: ['*.portal.example.com'] } },
    /must not be or lie under the portal's host name/,
  ],
  [
    { aliases: { hosts: ['*.example.com'] } },
    /must not stand for the portal's host name/,
  ],
  [
    { kubernetes: { networkPolicy: { allowedEgress: ['all'] } } },
    /allowedEgress\[0\] must be internet, none, open, or a range/,
  ],
  ...['0.0.0.0/0', 'internet', '10.0.0.0/8:80'].map(
    (entry): [object, RegExp] => [
      { kubernetes: { networkPolicy: { notPublic: [entry] } } },
      /notPublic\[0\] must be a range of addresses/,
    ],
  ),
  ...['https://a.example', 'a.example/path', 'A_B.c', 'portal'].map(
    (contentRegistry): [object, RegExp] => [
      { kubernetes: { contentRegistry } },
      /contentRegistry must be a host name with a dot or a port/,
    ],
  ),
  [
    { kubernetes: { routes: 'ingress' } },
    /gatewayNamespace is missing: objects of aliases stand beside the gateway/,
  ],
  [
    { kubernetes: { routes: 'httpRoute', gatewayNamespace: 'a' } },
    /httpRoute\.parentRefs is missing: the Gateway/,
  ],
])('15: %j is wrong', (appStore, message) => {
  const config = new ConfigReader({
    backend: { baseUrl: 'https://portal.example.com' },
    app: { baseUrl: 'https://www.example.org' },
    appStore: {
      ...whole,
      ...appStore,
      gateway: { baseUrl: 'https://apps.example.net' },
    } as JsonObject,
  });
  expect(() => readStoreConfig(config)).toThrow(message);
});

it.each([
  [{}, ['internet'], ['internet']],
  // Who closed pods before there were entries has closed them still.
  [{ egress: [{}] }, ['none'], ['none']],
  [
    { egress: [], defaultEgress: ['open'], allowedEgress: ['internet'] },
    ['open'],
    ['internet'],
  ],
])(
  '15: %j is what apps reach by default',
  (networkPolicy, byDefault, allowed) => {
    const config = read({ ...whole, kubernetes: { networkPolicy } });
    expect(config.kubernetes.networkPolicy.defaultEgress).toEqual(byDefault);
    expect(config.allowedEgress).toEqual(allowed);
  },
);

it('a configuration with everything is read', () => {
  expect(() => read(whole)).not.toThrow();
});

it('whatever stands somewhere, what is wrong is said with an InputError', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom(...places(whole, ['appStore'])),
          fc.oneof(fc.jsonValue(), fc.constantFrom('', null, [{}], [null])),
        ),
        { minLength: 1, maxLength: 3 },
      ),
      changes => {
        const data = { appStore: structuredClone(whole) };
        for (const [place, value] of changes) {
          let at: any = data;
          for (const key of place.slice(0, -1)) at = at?.[key];
          // A copy: the next change may be within it.
          if (at && typeof at === 'object')
            at[place.at(-1)!] = structuredClone(value);
        }
        try {
          read(data.appStore);
          return true;
        } catch (error) {
          return error instanceof InputError;
        }
      },
    ),
    { numRuns: 200 },
  );
});
