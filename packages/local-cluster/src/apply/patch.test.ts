import { kindSchema } from '../schema/Schema';
import { jsonPatch, mergePatch, strategicMerge } from './patch';
import { parseFieldSelector, parseLabelSelector } from '../store/selectors';
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { KubeObject } from '../types';

describe('patches', () => {
  it('merges by RFC 7386', () => {
    expect(
      mergePatch(
        { a: 1, b: { c: 2, d: 3 }, l: [1, 2] },
        { b: { c: null }, l: [3] },
      ),
    ).toEqual({ a: 1, b: { d: 3 }, l: [3] });
  });

  it('applies operations by RFC 6902 and refuses what cannot be done', () => {
    expect(
      jsonPatch({ a: 1 }, [
        { op: 'test', path: '/a', value: 1 },
        { op: 'add', path: '/b', value: 2 },
      ]),
    ).toEqual({ a: 1, b: 2 });
    expect(() => jsonPatch({}, [{ op: 'remove', path: '/x' }])).toThrow();
  });

  it('merges keyed lists strategically, with directives', () => {
    const node = kindSchema({ group: '', kind: 'Pod' });
    const pod = {
      spec: {
        containers: [
          { name: 'a', image: '1', env: [{ name: 'X', value: '1' }] },
          { name: 'b', image: '1' },
        ],
      },
    };
    expect(
      strategicMerge(node, pod, {
        spec: {
          containers: [
            { name: 'a', env: [{ name: 'Y', value: '2' }] },
            { name: 'b', $patch: 'delete' },
          ],
        },
      }),
    ).toEqual({
      spec: {
        containers: [
          {
            name: 'a',
            image: '1',
            env: [
              { name: 'Y', value: '2' },
              { name: 'X', value: '1' },
            ],
          },
        ],
      },
    });
  });
});

describe('selectors', () => {
  const object = (labels: Record<string, string>) =>
    ({ metadata: { name: 'x', labels } } as unknown as KubeObject);

  it.each([
    ['a=1', { a: '1' }, true],
    ['a!=1', {}, true],
    ['a in (1, 2),b', { a: '2', b: '' }, true],
    ['a notin (1,2)', { a: '2' }, false],
    ['!a', { a: '1' }, false],
    ['a', {}, false],
  ])('reads %s', (text, labels, expected) => {
    expect(parseLabelSelector(text)(object(labels as {}))).toBe(expected);
  });

  const KNOWN = { 'metadata.name': undefined };

  it('reads fields, and refuses what it cannot read', () => {
    expect(parseFieldSelector('metadata.name=x', KNOWN)(object({}))).toBe(true);
    expect(parseFieldSelector('metadata.name!=x', KNOWN)(object({}))).toBe(
      false,
    );
    expect(() => parseLabelSelector('a b')).toThrow();
  });

  it.each([
    ['500m', 0.5],
    ['2Gi', 2 ** 31],
    ['1e3', 1000],
    ['64', 64],
  ])('reads the quantity %s', (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });
});
