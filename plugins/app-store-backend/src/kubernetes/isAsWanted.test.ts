import { isAsWanted } from './isAsWanted';

const wanted = {
  metadata: { name: 'a', labels: { a: '1' }, annotations: {} },
  spec: { list: [{ x: 1 }], absent: undefined },
};
const found = (more: object) => ({ ...wanted, ...more });

describe('15: isAsWanted', () => {
  it.each([
    ['the same', {}, true],
    ['defaults beside it', { spec: { list: [{ x: 1, y: 2 }], z: 3 } }, true],
    [
      'labels of others',
      { metadata: { labels: { a: '1', b: '2' }, annotations: { c: '3' } } },
      true,
    ],
    ['another value', { spec: { list: [{ x: 2 }] } }, false],
    ['a longer list', { spec: { list: [{ x: 1 }, { x: 1 }] } }, false],
    ['no list', { spec: { list: { 0: { x: 1 } } } }, false],
    ['nothing', { spec: undefined }, false],
    ['a label less', { metadata: { labels: {} } }, false],
    [
      'one that is being deleted',
      { metadata: { ...wanted.metadata, deletionTimestamp: 'now' } },
      false,
    ],
  ])('%s', (_, more, expected) =>
    expect(isAsWanted(found(more), wanted)).toBe(expected),
  );
});
