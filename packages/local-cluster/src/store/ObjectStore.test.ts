import Database from 'better-sqlite3';
import fc from 'fast-check';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../types';
import { CompactedError, ObjectStore } from './ObjectStore';
import { StateFormatError, StateLockedError } from './StateFile';

/** A write: what becomes of an object of this name. */
type Write = { name: string; value?: string };

const writes = fc.array(
  fc.record(
    {
      name: fc.constantFrom('a', 'b', 'c'),
      // Left out: the object is removed. Long enough now and then for more than one page of the file.
      value: fc.string({ minLength: 1, maxLength: 9000, unit: 'grapheme' }),
    },
    { requiredKeys: ['name'] },
  ),
  { maxLength: 25 },
);

function object(name: string, value: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { value },
  } as unknown as KubeObject;
}

function apply(store: ObjectStore, { name, value }: Write): void {
  const before = store.get('configmaps', 'default', name);
  if (value !== undefined) store.put('configmaps', object(name, value));
  else if (before) store.remove('configmaps', before);
}

/** All that a store holds. */
const contents = (store: ObjectStore) =>
  JSON.stringify(store.list('configmaps'));

describe('ObjectStore', () => {
  const directory = mkdtempSync(join(tmpdir(), 'store-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  let made = 0;
  const newPath = () => join(directory, `${++made}.db`);

  it('14: is what it was after some write, wherever its journal ends, and goes on from there', () => {
    fc.assert(
      fc.property(
        writes,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, part) => {
          const path = newPath();
          const store = ObjectStore.open(path);
          const after = new Map([[store.resourceVersion, contents(store)]]);
          for (const write of all) {
            apply(store, write);
            after.set(store.resourceVersion, contents(store));
          }
          const last = store.resourceVersion;
          // As a process leaves them that is killed now.
          const killed = newPath();
          for (const end of ['', '-wal'])
            cpSync(`${path}${end}`, `${killed}${end}`);
          store.close();
          const journal = `${killed}-wal`;
          const size = statSync(journal).size;
          truncateSync(journal, Math.floor(size * part));

          const again = ObjectStore.open(killed);
          const version = again.resourceVersion;
          expect(contents(again)).toBe(after.get(version));
          expect(version === last || part < 1).toBe(true);
          again.put('configmaps', object('next', 'here'));
          expect(again.resourceVersion).toBe(version + 1);
          const written = contents(again);
          again.close();
          const third = ObjectStore.open(killed);
          expect(contents(third)).toBe(written);
          third.close();
          for (const file of [path, killed])
            for (const end of ['', '-wal'])
              rmSync(`${file}${end}`, { force: true });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('14: has every write in the files of a process that is killed now', () => {
    const path = newPath();
    const store = ObjectStore.open(path);
    for (let n = 0; n < 3000; n++)
      store.put('configmaps', object(`m${n % 50}`, `${n} ${'x'.repeat(2000)}`));
    const killed = newPath();
    for (const end of ['', '-wal']) cpSync(`${path}${end}`, `${killed}${end}`);
    const again = ObjectStore.open(killed);
    expect(again.resourceVersion).toBe(store.resourceVersion);
    expect(contents(again)).toBe(contents(store));
    store.close();
    again.close();
  });

  it('14: keeps no more of the past than fits, and all of the newest', () => {
    const store = ObjectStore.open(newPath());
    const large = 'x'.repeat(1_000_000);
    for (let n = 0; n < 150; n++) store.put('configmaps', object('m', large));
    const kept = store.since('configmaps', store.oldestWatchable);
    expect(kept.length).toBeGreaterThan(25);
    expect(kept.length).toBeLessThan(70);
    expect(kept.at(-1)!.resourceVersion).toBe(store.resourceVersion);
    expect(kept[0].resourceVersion).toBe(store.oldestWatchable + 1);
    for (let n = 0; n < 25_000; n++)
      store.put('secrets', object('s', String(n)));
    expect(
      store.since('secrets', store.oldestWatchable).length,
    ).toBeGreaterThan(9_999);
    expect(store.since('secrets', 0).length).toBeLessThan(20_001);
    // Removed objects are held by their events alone.
    for (let n = 0; n < 150; n++) store.put('pods', object(`p${n}`, large));
    for (const pod of store.list('pods')) store.remove('pods', pod);
    expect(store.since('pods', store.oldestWatchable).length).toBeLessThan(70);
    expect(() =>
      store.listAt('pods', 'default', store.oldestWatchable - 1),
    ).toThrow(CompactedError);
    expect(
      store.listAt('pods', 'default', store.oldestWatchable).length,
    ).toBeGreaterThan(25);
    expect(() =>
      store.listAt('pods', 'default', store.resourceVersion + 1),
    ).toThrow(CompactedError);
    expect(() => store.put('secrets', object('s', large.repeat(2)))).toThrow(
      'etcdserver: request is too large',
    );
    expect(store.get('secrets', 'default', 's')).toMatchObject({
      data: { value: '24999' },
    });
    store.close();
  });

  it('is of one process at a time', () => {
    const path = newPath();
    const store = ObjectStore.open(path);
    expect(() => ObjectStore.open(path)).toThrow(StateLockedError);
    store.close();
    ObjectStore.open(path).close();
  });

  it('14: leaves alone what a newer version wrote, and says so', () => {
    const path = newPath();
    ObjectStore.open(path).close();
    const db = new Database(path);
    db.pragma('user_version = 7');
    db.close();
    expect(() => ObjectStore.open(path)).toThrow(StateFormatError);
    expect(() => ObjectStore.open(path)).toThrow(
      /was written by a newer version .*format 7/,
    );
  });

  it('14: does not take another file for its own', () => {
    const path = newPath();
    writeFileSync(
      path,
      'this is no database, and long enough to be one\n'.repeat(50),
    );
    expect(() => ObjectStore.open(path)).toThrow('file is not a database');
    expect(existsSync(`${path}-wal`)).toBe(false);
  });
});
