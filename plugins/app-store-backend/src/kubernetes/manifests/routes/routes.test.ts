import { httpRouteOf } from './httpRoute';
import { ingressOf } from './ingress';
import type { RouteInput } from './RouteInput';

const ALIAS = '00000000-0000-4000-8000-00000000000a';
const INSTANCE = '00000000-0000-4000-8000-00000000000b';

const input: RouteInput = {
  aliasId: ALIAS,
  aliasName: 'lunch',
  host: 'lunch.apps.example.com',
  instanceId: INSTANCE,
  installation: 'here',
  namespace: 'app-store',
  service: { name: 'app-store-gateway', port: 7008 },
  secure: true,
};
const labels = {
  'app.kubernetes.io/managed-by': 'ai-app-store',
  'ai-app-store.io/installation': 'here',
  'ai-app-store.io/alias': ALIAS,
  'ai-app-store.io/instance': INSTANCE,
};

describe('15: objects of aliases', () => {
  it('Ingress, with a certificate by cert-manager', () => {
    expect(
      ingressOf(input, {
        className: 'nginx',
        annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' },
      }),
    ).toEqual({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: {
        name: `a-${ALIAS}`,
        namespace: 'app-store',
        labels,
        annotations: {
          'cert-manager.io/cluster-issuer': 'letsencrypt',
          'ai-app-store.io/alias-name': 'lunch',
        },
      },
      spec: {
        ingressClassName: 'nginx',
        tls: [
          { hosts: ['lunch.apps.example.com'], secretName: `a-${ALIAS}-tls` },
        ],
        rules: [
          {
            host: 'lunch.apps.example.com',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: {
                    service: {
                      name: 'app-store-gateway',
                      port: { number: 7008 },
                    },
                  },
                },
              ],
            },
          },
        ],
      },
    });
  });

  it('Ingress, with the certificate of the domain where the host is below it', () => {
    const secretOf = (more: Partial<RouteInput>) =>
      ingressOf(
        { ...input, ...more },
        { annotations: {}, wildcardSecret: 'wildcard' },
      ).spec!.tls![0].secretName;
    expect(secretOf({})).toBe('wildcard');
    expect(
      secretOf({ aliasName: 'dash.example.org', host: 'dash.example.org' }),
    ).toBe(`a-${ALIAS}-tls`);
  });

  it('Ingress, without TLS and an instance', () => {
    const { metadata, spec } = ingressOf(
      { ...input, secure: false, instanceId: undefined },
      { annotations: {} },
    );
    expect(spec).not.toHaveProperty('tls');
    expect(spec).not.toHaveProperty('ingressClassName');
    expect(metadata!.labels).not.toHaveProperty(['ai-app-store.io/instance']);
  });

  it('HTTPRoute', () => {
    expect(
      httpRouteOf(input, {
        parentRefs: [
          { name: 'public', namespace: 'gateways', sectionName: 'https' },
        ],
        annotations: {},
      }),
    ).toEqual({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: {
        name: `a-${ALIAS}`,
        namespace: 'app-store',
        labels,
        annotations: { 'ai-app-store.io/alias-name': 'lunch' },
      },
      spec: {
        parentRefs: [
          { name: 'public', namespace: 'gateways', sectionName: 'https' },
        ],
        hostnames: ['lunch.apps.example.com'],
        rules: [
          {
            backendRefs: [{ name: 'app-store-gateway', port: 7008 }],
            timeouts: { request: '0s' },
          },
        ],
      },
    });
  });
});
