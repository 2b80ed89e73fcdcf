import { discover } from '../server/discovery';
import { kindSchema } from '../schema/Schema';
import { ObjectStore } from '../store/ObjectStore';
import type { Json } from '../types';
import { LoopbackAddresses } from './LoopbackAddresses';
import { Registry } from './Registry';
import { resourceOf, STORED } from './resources';

describe('Registry', () => {
  const store = ObjectStore.open(':memory:');
  const registry = Registry.create({
    store,
    addresses: LoopbackAddresses.create(),
  });
  afterAll(() => store.close());

  it.each(STORED.map(r => [r.kind, r] as const))(
    'knows the fields of a %s',
    (_, resource) => expect(kindSchema(resource).type).toBe('struct'),
  );

  it('says of a namespace without a name what is wrong with it', () => {
    const create = () =>
      registry.create(resourceOf('namespaces'), undefined, { metadata: {} });
    expect(create).toThrow(
      'metadata.name: Required value: name or generateName is required',
    );
  });

  it.each(STORED.map(r => [r.kind, r] as const))(
    'says in its discovery that it serves %s',
    (_, { group, version, plural }) => {
      const path = group ? `/apis/${group}/${version}` : `/api/${version}`;
      const { resources } = discover(path, '') as Json;
      expect(resources.map((r: Json) => r.name)).toContain(plural);
      if (!group) return;
      const { groups } = discover('/apis', '') as Json;
      expect(groups.map((each: Json) => each.name)).toContain(group);
    },
  );

  it('offers the deletion of a collection where it is served', () => {
    const { resources } = discover('/api/v1', '') as Json;
    const verbsOf = (name: string) =>
      resources.find((r: Json) => r.name === name).verbs;
    expect(verbsOf('pods')).toContain('deletecollection');
    expect(verbsOf('namespaces')).not.toContain('deletecollection');
  });

  it('gives each service an address that an update may leave out', () => {
    store.put('namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'default' } as Json,
    });
    const services = resourceOf('services');
    const body = (port: number) => ({ spec: { ports: [{ port }] } });
    const [first, second] = ['a', 'b'].map(
      name =>
        registry.create(services, 'default', { metadata: { name }, ...body(1) })
          .object,
    );
    expect(second.spec.clusterIP).not.toBe(first.spec.clusterIP);
    const { object } = registry.update(services, 'default', 'a', {
      metadata: { name: 'a' },
      ...body(2),
    });
    expect(object.spec).toMatchObject({
      clusterIP: first.spec.clusterIP,
      clusterIPs: [first.spec.clusterIP],
      ports: [{ port: 2 }],
    });
  });
});
