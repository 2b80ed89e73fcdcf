import { API_DOCUMENT } from '@ai-app-store/backstage-plugin-app-store-common';
import { ConfigReader } from '@backstage/config';
import type { Request, Response } from 'express';
import { assertDemoAllowed } from './demoSignIn';
import { allowedHosts, hostCheck } from './hostCheck';

describe('hostCheck', () => {
  const hosts = allowedHosts(
    new ConfigReader({
      app: { baseUrl: 'http://localhost:3000' },
      backend: { baseUrl: 'http://localhost:7007' },
      appStore: { localCluster: { directory: 'x' } },
    }),
  );
  const ask = (
    host: string | undefined,
    path = '/',
    method = 'GET',
    registry?: string,
  ) => {
    let status = 200;
    const response = {
      status: (code: number) => {
        status = code;
        return response;
      },
      type: () => response,
      send: () => response,
    } as unknown as Response;
    hostCheck(hosts, registry)(
      { headers: { host }, path, method } as Request,
      response,
      () => undefined,
    );
    return status;
  };

  it.each([
    ['localhost:7007', '/', 'GET', 200],
    ['127.0.0.1:7007', '/', 'GET', 200],
    ['localhost:3000', '/', 'GET', 200],
    ['evil.example', '/', 'GET', 421],
    ['localhost:1', '/', 'GET', 421],
    [undefined, '/', 'GET', 421],
    // Pods come for their bundle, and get at nothing else.
    [
      'host.local-cluster.internal:7007',
      '/api/app-store/v1/internal/instances/0a-b/content',
      'GET',
      200,
    ],
    ['host.local-cluster.internal:7007', '/api/auth/demo/refresh', 'GET', 421],
    [
      'host.local-cluster.internal:7007',
      '/api/app-store/v1/internal/instances/0a-b/content',
      'POST',
      421,
    ],
  ])('%s %s %s: %i', (host, path, method, status) => {
    expect(ask(host, path, method)).toBe(status);
  });

  it.each([
    ['nodes.example:5000', '/v2/', 200],
    ['nodes.example:5000', '/v2/app-store/x/y/manifests/z', 200],
    ['nodes.example:5000', '/api/app-store/v1/apps', 421],
    ['nodes.example:5000', '/', 421],
    ['other.example', '/v2/', 421],
  ])('15: nodes ask %s%s: %i', (host, path, status) => {
    expect(ask(host, path, 'GET', 'nodes.example:5000')).toBe(status);
  });

  it('15: a port that says nothing is the same registry', () => {
    expect(ask('nodes.example:443', '/v2/', 'GET', 'nodes.example')).toBe(200);
    expect(ask('nodes.example', '/v2/', 'GET', 'nodes.example:443')).toBe(200);
  });

  it('15: lets pods ask what the API has for them, and nothing of it for others', () => {
    const ofPods: string[] = [];
    for (const [path, item] of Object.entries(API_DOCUMENT.paths))
      for (const [method, value] of Object.entries(item)) {
        if (method === 'parameters') continue;
        const { security = [] } = value as { security?: object[] };
        const isOfPods = security.some(scheme => 'pod' in scheme);
        const place = `/api/app-store/v1${path.replace('{id}', '0a-b')}`;
        const status = ask(
          'host.local-cluster.internal:7007',
          place,
          method.toUpperCase(),
        );
        expect([place, method, status]).toEqual([
          place,
          method,
          isOfPods ? 200 : 421,
        ]);
        if (isOfPods) ofPods.push(place);
      }
    expect(ofPods.length).toBeGreaterThan(2);
  });
});

describe('allowedHosts', () => {
  const hostsOf = (backend: object) => [
    ...allowedHosts(
      new ConfigReader({
        backend: { baseUrl: 'https://portal.example.com', ...backend },
      }),
    ),
  ];

  it('has the address at which the parts of a portal behind a proxy call each other', () => {
    expect(hostsOf({ listen: ':8080' })).toEqual([
      'portal.example.com',
      'localhost:8080',
      '127.0.0.1:8080',
    ]);
    expect(hostsOf({ listen: { host: '::1', port: 8080 } })).toEqual([
      'portal.example.com',
      '[::1]:8080',
    ]);
  });
});

describe('the demo sign-in', () => {
  it('does not load in production', () => {
    expect(() => assertDemoAllowed({ NODE_ENV: 'production' })).toThrow(
      'demoSignIn',
    );
    expect(() => assertDemoAllowed({})).not.toThrow();
  });
});
