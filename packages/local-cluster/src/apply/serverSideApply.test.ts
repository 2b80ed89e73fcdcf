import { resourceOfKind } from '../registry/resources';
import { kindSchema } from '../schema/Schema';
import type { Json, KubeObject } from '../types';
import { trackUpdate } from './managedFields';
import { apply, DuplicateKeyError } from './serverSideApply';

const time = '2026-11-24T00:00:00Z';

function applyAs(
  manager: string,
  live: KubeObject | undefined,
  applied: Json,
  force = false,
) {
  return apply({
    node: kindSchema(resourceOfKind(applied.kind)!),
    live,
    applied,
    manager,
    force,
    time,
  });
}

function configMap(data: Json, labels?: Json) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'ssa', ...(labels ? { labels } : {}) },
    ...(data ? { data } : {}),
  };
}

function object(result: ReturnType<typeof apply>): KubeObject {
  if ('conflicts' in result) throw new Error(JSON.stringify(result.conflicts));
  return result.object;
}

describe('server-side apply', () => {
  it('owns what it set, as a real server writes it', () => {
    const first = object(
      applyAs('alice', undefined, configMap({ a: '1', b: '2' }, { app: 'x' })),
    );
    expect(first.data).toEqual({ a: '1', b: '2' });
    expect(first.metadata.managedFields).toEqual([
      {
        manager: 'alice',
        operation: 'Apply',
        apiVersion: 'v1',
        time,
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:data': { 'f:a': {}, 'f:b': {} },
          'f:metadata': { 'f:labels': { 'f:app': {} } },
        },
      },
    ]);
  });

  it('removes what its manager no longer sets, and nothing of others', () => {
    let live = object(
      applyAs('alice', undefined, configMap({ a: '1', b: '2' })),
    );
    live = object(applyAs('bob', live, configMap({ c: '3' })));
    live = object(applyAs('alice', live, configMap({ a: '1' })));
    expect(live.data).toEqual({ a: '1', c: '3' });
  });

  it('keeps a field that another manager owns too', () => {
    let live = object(applyAs('alice', undefined, configMap({ a: '1' })));
    live = object(applyAs('carol', live, configMap({ a: '1' })));
    live = object(applyAs('alice', live, configMap({}, { x: 'y' })));
    expect(live.data).toEqual({ a: '1' });
  });

  it('refuses another value unless forced, and then takes the field over', () => {
    const live = object(applyAs('alice', undefined, configMap({ a: '1' })));
    const bobs = configMap({ a: 'bob', c: '3' });
    expect(applyAs('bob', live, bobs)).toEqual({
      conflicts: [{ manager: '"alice"', field: '.data.a' }],
    });
    const forced = object(applyAs('bob', live, bobs, true));
    expect(forced.data).toEqual({ a: 'bob', c: '3' });
    expect(applyAs('alice', forced, configMap({ a: '1' }))).toEqual({
      conflicts: [{ manager: '"bob"', field: '.data.a' }],
    });
  });

  it('merges lists by their keys and replaces atomic ones', () => {
    const deployment = (containers: Json, extra: Json = {}) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { app: 'd' } },
        template: { spec: { containers, ...extra } },
      },
    });
    let live = object(
      applyAs(
        'alice',
        undefined,
        deployment([
          { name: 'one', image: 'a', env: [{ name: 'A', value: '1' }] },
        ]),
      ),
    );
    live = object(
      applyAs('bob', live, deployment([{ name: 'two', image: 'b' }])),
    );
    expect(
      live.spec.template.spec.containers.map((c: Json) => c.name).sort(),
    ).toEqual(['one', 'two']);
    live = object(
      applyAs('alice', live, deployment([{ name: 'one', image: 'c' }])),
    );
    const one = live.spec.template.spec.containers.find(
      (c: Json) => c.name === 'one',
    );
    expect(one).toEqual({ name: 'one', image: 'c' });
    live = object(applyAs('alice', live, deployment([])));
    expect(live.spec.template.spec.containers.map((c: Json) => c.name)).toEqual(
      ['two'],
    );
  });

  it('refuses a list that holds one key twice', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            env: [
              { name: 'A', value: '1' },
              { name: 'A', value: '2' },
            ],
          },
        ],
      },
    };
    expect(() => applyAs('alice', undefined, pod)).toThrow(DuplicateKeyError);
  });

  it('gives a changed field to the updater', () => {
    const live = object(applyAs('alice', undefined, configMap({ a: '1' })));
    const after = { ...live, data: { a: '2' } };
    const managedFields = trackUpdate({
      node: kindSchema(resourceOfKind('ConfigMap')!),
      before: live,
      after,
      manager: 'kubectl',
      time,
    });
    const updated = { ...after, metadata: { ...live.metadata, managedFields } };
    expect(applyAs('alice', updated, configMap({ a: '1' }))).toEqual({
      conflicts: [{ manager: '"kubectl" using v1', field: '.data.a' }],
    });
  });
});
