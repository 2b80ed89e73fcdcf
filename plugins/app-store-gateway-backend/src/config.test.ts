import { ConfigReader } from '@backstage/config';
import { plainHttpWarning, readGatewayConfig } from './config';
import { assertDialable } from './proxy/addresses';
import { readHost } from './proxy/hosts';

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
    expect(readHost(header, 'apps.localhost').kind).toBe(kind);
  });
});
