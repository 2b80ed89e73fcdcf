import { ConfigReader } from '@backstage/config';
import { assertSeparateDomains, readStoreConfig } from './StoreConfig';

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
    let refusal = '';
    try {
      assertSeparateDomains(new URL(portal), new URL(apps));
    } catch (error) {
      refusal = (error as Error).message;
    }
    expect(refusal.includes('appStore.gateway.baseUrl')).toBe(!fine);
    expect(refusal === '').toBe(fine);
  });
});

describe('readStoreConfig', () => {
  const read = (appStore: object) =>
    readStoreConfig(
      new ConfigReader({
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
});
