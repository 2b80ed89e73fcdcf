import { ConfigReader } from '@backstage/config';
import { readStoreConfig } from '../../config/StoreConfig';
import { manifestOf } from '../../database/fixtures.testing';
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
