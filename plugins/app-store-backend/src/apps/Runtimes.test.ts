import { ConfigReader } from '@backstage/config';
import { readStoreConfig } from '../config/StoreConfig';
import { manifestOf } from '../__testUtils__/fixtures';
import { Runtimes } from './Runtimes';

const runtimes = (appStore: object = {}) =>
  new Runtimes({
    config: readStoreConfig(
      new ConfigReader({
        backend: { baseUrl: 'http://localhost:7007' },
        appStore: {
          gateway: { baseUrl: 'http://apps.localhost:7008' },
          bundles: { directory: '/b' },
          resources: { memoryLimit: '2Gi', memoryReservation: '512Mi' },
          launchProfiles: [{ name: 'small', memoryLimit: '256Mi' }],
          ...appStore,
        },
      }),
    ),
  });
const app = (runtime: string) =>
  manifestOf(
    `[App]\nName = "a"\nVersion = "1"\n[Runtime]\nAppMode = "node"\nModule = "s.js"\n${runtime}`,
  );

const RUNTIMES = [
  {
    name: 'node_24',
    aliases: ['node_lts'],
    mode: 'node',
    image: 'node:24',
    command: ['node', '{{module}}'],
    osPackages: ['git'],
    default: true,
  },
  {
    name: 'node_18',
    mode: 'node',
    image: 'node:18',
    command: ['node', '{{module}}'],
    deprecated: true,
  },
];
const GPUS = { allowedTypes: ['t4', 'a100'], maxCount: 2 };

describe('whether an app can be run here', () => {
  const container = (image: string) =>
    manifestOf(
      `[App]\nName = "a"\nVersion = "1.2.3"\n[Runtime]\nAppMode = "container"\nPort = 80\n${image}`,
    );
  const CONTAINER = { name: 'any', mode: 'container' };

  it.each<
    [string, object, ReturnType<typeof app>, string | undefined, string[]]
  >([
    ['all there', {}, app(''), undefined, []],
    ['by another name', {}, app('RuntimeVersion = "node_lts"'), undefined, []],
    [
      'a runtime that is not there',
      {},
      app('RuntimeVersion = "node_99"'),
      undefined,
      ['NO_RUNTIME'],
    ],
    [
      'an old runtime',
      {},
      app('RuntimeVersion = "node_18"'),
      undefined,
      ['RUNTIME_DEPRECATED'],
    ],
    [
      'none of its mode',
      { runtimes: [CONTAINER] },
      app(''),
      undefined,
      ['NO_RUNTIME'],
    ],
    ['its profile is gone', {}, app(''), 'large', ['NO_SUCH_PROFILE']],
    ['its profile is there', {}, app(''), 'small', []],
    ['no GPUs here', {}, app('GPUCount = 1'), undefined, ['GPU_OFF']],
    [
      'as many GPUs as allowed',
      { gpu: GPUS },
      app('GPUCount = 2'),
      undefined,
      [],
    ],
    [
      'one GPU more',
      { gpu: GPUS },
      app('GPUCount = 3'),
      undefined,
      ['TOO_MANY_GPUS'],
    ],
    [
      'a type of GPU',
      { gpu: GPUS },
      app('GPUCount = 1\nGPUType = "t4"'),
      undefined,
      [],
    ],
    [
      'another type',
      { gpu: GPUS },
      app('GPUCount = 1\nGPUType = "h100"'),
      undefined,
      ['GPU_TYPE_NOT_ALLOWED'],
    ],
    [
      'another type, and no GPU',
      { gpu: GPUS },
      app('GPUType = "h100"'),
      undefined,
      [],
    ],
    [
      'packages of the image',
      {},
      { ...app(''), osPackages: ['git=1:2.4'] },
      undefined,
      [],
    ],
    [
      'packages it has not',
      {},
      { ...app(''), osPackages: ['git', 'curl'] },
      undefined,
      ['OS_PACKAGE_MISSING'],
    ],
    [
      'no image',
      { runtimes: [CONTAINER] },
      container(''),
      undefined,
      ['NO_IMAGE'],
    ],
    ['the internet', {}, app('Egress = ["internet"]'), undefined, []],
    [
      'more of the network than is allowed',
      {},
      app('Egress = ["internet", "10.20.0.0/16:5432"]'),
      undefined,
      ['EGRESS_NOT_ALLOWED'],
    ],
    [
      'what an admin says is not the internet',
      { kubernetes: { networkPolicy: { notPublic: ['203.0.113.9/24'] } } },
      app('Egress = ["203.0.113.7/32"]'),
      undefined,
      ['EGRESS_NOT_ALLOWED'],
    ],
    [
      'what an admin allows of the network',
      {
        kubernetes: { networkPolicy: { allowedEgress: ['10.0.0.0/8'] } },
      },
      app('Egress = ["10.20.0.0/16:5432"]'),
      undefined,
      [],
    ],
    [
      'anything, where an admin opens all',
      { kubernetes: { networkPolicy: { allowedEgress: ['open'] } } },
      app('Egress = ["0.0.0.0/0"]'),
      undefined,
      [],
    ],
    [
      'an image that is not allowed',
      { runtimes: [CONTAINER] },
      container('CustomImage = "evil:1"'),
      undefined,
      ['IMAGE_NOT_ALLOWED'],
    ],
    [
      "an image of the store's registry",
      {
        runtimes: [CONTAINER],
        appRegistry: 'registry.example.com',
        allowedCustomImages: ['registry\\.example\\.com/a:1\\.2\\.3'],
      },
      container('CustomImage = "{{REGISTRY}}/a:{{VERSION}}"'),
      undefined,
      [],
    ],
  ])('%s', (_, appStore, manifest, profile, codes) => {
    const problems = runtimes({ runtimes: RUNTIMES, ...appStore }).problems(
      manifest,
      profile,
    );
    expect(problems.map(({ code }) => code)).toEqual(codes);
    for (const { message, remedy, owner } of problems)
      expect([message, remedy, owner].every(Boolean)).toBe(true);
  });

  it('has no conditions for a link', () => {
    const link = manifestOf(
      '[App]\nName = "a"\nVersion = "1"\nInstanceLifecycle = "LINK"\n[Link]\nAddress = "https://example.com"\n',
    );
    expect(runtimes({ runtimes: [] }).problems(link)).toEqual([]);
  });

  it('names the image as the registry has it', () => {
    expect(
      runtimes({ appRegistry: 'r.example.com' }).image(
        '{{REGISTRY}}/x/{{VERSION}}:{{VERSION}}',
        app(''),
      ),
    ).toBe('r.example.com/x/1:1');
  });
});

describe('the sizes of an instance', () => {
  it.each([
    ['', undefined, '2Gi', '512Mi'],
    // Each level may give one of the two: what is set aside is never more than the limit.
    ['MemoryLimit = "500Mi"', undefined, '500Mi', '500Mi'],
    ['MemoryReservation = "1Gi"', undefined, '2Gi', '1Gi'],
    ['MemoryReservation = "1Gi"', 'small', '256Mi', '256Mi'],
    ['MemoryReservation = "3Gi"', undefined, '2Gi', '2Gi'],
    ['MemoryLimit = "1G"', undefined, '1G', '512Mi'],
  ])('%s with profile %s: %s, of which %s', (runtime, profile, limit, kept) => {
    expect(runtimes().sizes(app(runtime), profile)).toMatchObject({
      memoryLimit: limit,
      memoryReservation: kept,
    });
  });

  it('keep processors within their limit, too', () => {
    const sizes = runtimes({
      resources: { cpuReservation: '1' },
    }).sizes(app('CPULimit = "500m"'));
    expect(sizes).toMatchObject({ cpuLimit: '500m', cpuReservation: '500m' });
  });
});
