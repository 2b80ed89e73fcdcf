import { ConfigReader } from '@backstage/config';
import { readGatewayConfig } from './config';
import { assertDialable } from './proxy/addresses';
import { readHost } from './proxy/hosts';

describe('the gateway', () => {
  it('names the key that is wrong', () => {
    const config = (gateway: object) =>
      new ConfigReader({
        app: { baseUrl: 'http://localhost' },
        appStore: { gateway },
      });
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
