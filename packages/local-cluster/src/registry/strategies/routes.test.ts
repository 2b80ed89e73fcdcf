import { LoopbackAddresses } from '../LoopbackAddresses';
import { Registry } from '../Registry';
import { ObjectStore } from '../../store/ObjectStore';
import { resourceOf } from '../resources';
import type { Json } from '../../types';

const path = (rest: object = {}) => ({
  path: '/',
  pathType: 'Prefix',
  backend: { service: { name: 'gateway', port: { number: 7008 } } },
  ...rest,
});
const rule = (paths: object[], host = 'a.example.com') => ({
  host,
  http: { paths },
});

describe('routes', () => {
  const store = ObjectStore.open(':memory:');
  const registry = Registry.create({
    store,
    addresses: LoopbackAddresses.create(),
  });
  const create = (plural: string, spec: object): Json =>
    registry.create(resourceOf(plural), 'default', {
      metadata: { generateName: 'x-' },
      spec,
    }).object;
  beforeAll(() => {
    store.put('namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'default' } as Json,
    });
  });
  afterAll(() => store.close());

  it('15: an Ingress is taken as it is', () => {
    const spec = {
      tls: [{ hosts: ['a.example.com'], secretName: 'a' }],
      rules: [rule([path()])],
    };
    expect(create('ingresses', spec)).toMatchObject({
      metadata: { generation: 1 },
      spec,
      status: { loadBalancer: {} },
    });
  });

  it.each([
    ['without anything', {}, 'either `defaultBackend` or `rules`'],
    [
      'without a pathType',
      { rules: [rule([path({ pathType: undefined })])] },
      'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
    ],
    [
      'with a path of no root',
      { rules: [rule([path({ path: 'x' })])] },
      'must be an absolute path',
    ],
    [
      'with an address for a host',
      { rules: [rule([path()], '10.0.0.1')] },
      'must be a DNS name, not an IP address',
    ],
    [
      'without a port',
      { rules: [rule([path({ backend: { service: { name: 'a' } } })])] },
      'port name or number is required',
    ],
  ])('15: an Ingress %s is refused', (_, spec, message) =>
    expect(() => create('ingresses', spec)).toThrow(message),
  );

  it('15: an HTTPRoute has the defaults of its CRD', () => {
    const { spec } = create('httproutes', {
      parentRefs: [{ name: 'public' }],
      hostnames: ['a.example.com'],
      rules: [{ backendRefs: [{ name: 'gateway', port: 7008 }] }],
    });
    expect(spec).toEqual({
      parentRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name: 'public',
        },
      ],
      hostnames: ['a.example.com'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [
            {
              group: '',
              kind: 'Service',
              name: 'gateway',
              port: 7008,
              weight: 1,
            },
          ],
        },
      ],
    });
  });

  it('15: an HTTPRoute to a Service without a port is refused', () =>
    expect(() =>
      create('httproutes', { rules: [{ backendRefs: [{ name: 'a' }] }] }),
    ).toThrow('Must have port for Service reference'));
});
