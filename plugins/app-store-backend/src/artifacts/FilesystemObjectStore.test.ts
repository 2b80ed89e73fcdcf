import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { FilesystemObjectStore } from './FilesystemObjectStore';
import { openDirectory } from './openStores';

describe('FilesystemObjectStore', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'objects-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const keysOf = async (store: FilesystemObjectStore, folder: string) => {
    const keys = [];
    for await (const { key } of store.list(folder)) keys.push(key);
    return keys.sort();
  };

  it('drops at its start, and when it is told to, what an interrupted import left, unless others may be at it', async () => {
    const parts = ['incoming', 'unfinished'];
    const halves = () =>
      parts.flatMap(part => readdirSync(join(directory, part)));
    const begin = () => {
      for (const part of parts) writeFileSync(join(directory, part, part), 'x');
    };
    await openDirectory(directory, {});
    begin();
    const shared = await openDirectory(directory, { shared: true });
    await shared.objects.dropUnfinished();
    expect(halves()).toEqual(parts);
    const alone = await openDirectory(directory, {});
    expect(halves()).toEqual([]);
    begin();
    await alone.objects.dropUnfinished();
    expect(halves()).toEqual(['incoming']);
  });

  it('says which key names a directory that is none', async () => {
    writeFileSync(join(directory, 'file'), '');
    await expect(openDirectory(join(directory, 'file'), {})).rejects.toThrow(
      /^appStore\.bundles\.directory \(.*cannot be written to/,
    );
  });

  it('lists what is kept, not what an earlier release left unfinished, and no folder in which nothing is left', async () => {
    const store = await FilesystemObjectStore.open(directory);
    expect(await keysOf(store, 'records/')).toEqual([]);
    expect(await store.folders('environments/')).toEqual([]);
    await store.put('records/apps/a', Buffer.from('1'));
    await store.put('environments/b/x', Buffer.from('2'));
    mkdirSync(join(directory, 'records/secrets'));
    writeFileSync(join(directory, 'records/apps/.a.half'), 'x');
    expect(await keysOf(store, 'records/')).toEqual(['records/apps/a']);
    expect(await store.folders('environments/')).toEqual(['b']);
    await store.delete('environments/b/x');
    await store.delete('environments/b/x');
    expect(await store.folders('environments/')).toEqual([]);
    expect(await store.get('environments/b/x')).toBeUndefined();
    expect(await store.modifiedAt('environments/b/x')).toBeUndefined();
  });

  it('keeps nothing of a stream that fails, and what was there before', async () => {
    const store = await FilesystemObjectStore.open(directory);
    await store.put('assets/x', Buffer.from('before'));
    const broken = () =>
      Readable.from(
        (async function* half() {
          yield 'half';
          throw new Error('gone');
        })(),
      );
    await expect(store.putStream('assets/x', broken)).rejects.toThrow('gone');
    expect(await text((await store.get('assets/x'))!.stream)).toBe('before');
    expect(readdirSync(join(directory, 'unfinished'))).toEqual([]);
  });

  it('finds the folder of an object anew where it was removed meanwhile', async () => {
    const store = await FilesystemObjectStore.open(directory);
    const all = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const key = `environments/a/${i}`;
        await store.put(key, Buffer.from('x'));
        if (i % 2) await store.delete(key);
        return i % 2 ? [] : [key];
      }),
    );
    expect(await keysOf(store, 'environments/')).toEqual(all.flat().sort());
  });
});
