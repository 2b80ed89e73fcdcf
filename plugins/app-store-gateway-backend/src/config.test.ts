import { ConfigReader } from '@backstage/config';
import { plainHttpWarning, readGatewayConfig } from './config';
import { assertDialable } from './upstream/addresses';
import { readHost } from './routing/hosts';

const config = (gateway: Record<string, any>) =>
  new ConfigReader({
    app: { baseUrl: 'http://localhost' },
    appStore: { gateway },
  });

describe('the gateway', () => {
  it('names the key that is wrong', () => {
    expect(() => readGatewayConfig(config({ baseUrl: 'nonsense' }))).toThrow(
      'appStore.gateway.baseUrl',
    );
    expect(() =>
      readGatewayConfig(
        config({ baseUrl: 'http://apps.localhost:1', sessionDuration: 'long' }),
      ),
    ).toThrow('appStore.gateway.sessionDuration');
    expect(
      readGatewayConfig(
        config({
          baseUrl: 'https://apps.example.com',
          sessionDuration: '1h30m',
        }),
      ),
    ).toMatchObject({
      listen: { port: 443 },
      secure: true,
      sessionMs: 5_400_000,
      loopbackPods: false,
    });
  });

  it('says all that is wrong at once, and no secret', () => {
    expect(() =>
      readGatewayConfig(
        config({
          baseUrl: 'nonsense',
          listen: { port: 'many' },
          sessionDuration: '-1',
          keys: { secret: 'hush' },
        }),
      ),
    ).toThrow(
      [
        '4 settings are wrong:',
        'appStore.gateway.baseUrl must be a URL; it is "nonsense" (APP_CONFIG_appStore_gateway_baseUrl sets it)',
        'appStore.gateway.listen.port must be a whole number from 0 to 65535; it is "many" (APP_CONFIG_appStore_gateway_listen_port sets it)',
        'appStore.gateway.sessionDuration must be a duration such as 8h or 1h30m; it is "-1" (APP_CONFIG_appStore_gateway_sessionDuration sets it)',
        'appStore.gateway.keys.secret must be a random text of at least 32 characters, such as openssl rand -base64 32 prints (APP_CONFIG_appStore_gateway_keys_secret sets it)',
      ].join('\n    '),
    );
  });

  it('needs an address of the portal', () => {
    expect(() =>
      readGatewayConfig(
        new ConfigReader({
          appStore: { gateway: { baseUrl: 'http://apps.localhost:1' } },
        }),
      ),
    ).toThrow('backend.baseUrl is missing; it must be a URL');
    expect(
      readGatewayConfig(
        new ConfigReader({
          backend: { baseUrl: 'http://localhost:7007' },
          appStore: {
            gateway: {
              baseUrl: 'http://apps.localhost:7008',
              listen: { port: '8000' },
            },
            localCluster: { directory: '/c' },
          },
        }),
      ),
    ).toMatchObject({
      listen: { port: 8000 },
      portalUrl: new URL('http://localhost:7007'),
      loopbackPods: true,
    });
  });

  it.each([
    ['http://apps.example.com', /without TLS.*set cookies for all others/],
    ['http://10.0.0.1.nip.io:7008', /without TLS/],
    ['https://apps.example.com', undefined],
    ['http://apps.localhost:7008', undefined],
  ])('9: says what is wrong with %s', (baseUrl, warning) => {
    const said = plainHttpWarning(
      readGatewayConfig(
        new ConfigReader({
          app: { baseUrl: 'http://localhost' },
          appStore: { gateway: { baseUrl } },
        }),
      ),
    );
    expect(said ?? '').toMatch(warning ?? /^$/);
  });

  it('11: what seals the keys is long, or not there', () => {
    const secretOf = (secret: string | number) =>
      readGatewayConfig(
        config({
          baseUrl: 'https://apps.example.com',
          keys: { secret },
        }),
      ).keySecret;
    expect(secretOf('x'.repeat(32))).toBe('x'.repeat(32));
    // A variable that is not set.
    expect(secretOf('')).toBeUndefined();
    for (const secret of ['short', 7])
      expect(() => secretOf(secret)).toThrow(
        'appStore.gateway.keys.secret must be a random text of at least 32 characters',
      );
  });

  it('dials pods only', () => {
    expect(() => assertDialable('10.0.0.7', false)).not.toThrow();
    for (const address of ['127.0.0.1', '::1', '169.254.169.254', 'fe80::1'])
      expect(() => assertDialable(address, false)).toThrow();
    expect(() => assertDialable('169.254.169.254', true)).toThrow();
  });

  it.each([
    ['00000000-0000-4000-8000-000000000001.apps.localhost:7008', 'instance'],
    ['00000000-0000-4000-8000-000000000001.APPS.localhost.', 'instance'],
    ['apps.localhost', 'domain'],
    ['x.00000000-0000-4000-8000-000000000001.apps.localhost', 'unknown'],
    ['evil-apps.localhost', 'foreign'],
    [undefined, 'foreign'],
  ])('reads the host %s', (header, kind) => {
    expect(
      readHost(header, 'apps.localhost', { alias: () => undefined }).kind,
    ).toBe(kind);
  });
});
