import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FilesystemEnvironmentStore } from './EnvironmentStore';

const room = mkdtempSync(join(tmpdir(), 'environments-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

describe('FilesystemEnvironmentStore', () => {
  const key = { appId: 'a', image: 'node:24', fingerprint: 'linux-x64' };
  let directory: string;
  let store: FilesystemEnvironmentStore;
  beforeEach(async () => {
    directory = mkdtempSync(join(room, 's-'));
    store = await FilesystemEnvironmentStore.open(directory, 1000);
  });
  const read = async (k = key) => {
    const kept = await store.open(k);
    return kept && (await buffer(kept.stream)).toString();
  };

  it('keeps the first one of a key, with its digest', async () => {
    expect(await store.open(key)).toBeUndefined();
    const results = await Promise.all([
      store.keep(key, Readable.from(['one'])),
      store.keep(key, Readable.from(['one'])),
    ]);
    expect(results).toContain(true);
    expect(await store.keep(key, Readable.from(['two']))).toBe(false);
    expect(await read()).toBe('one');
    expect(await read({ ...key, fingerprint: 'linux-arm64' })).toBeUndefined();
    expect(await read({ ...key, image: 'node:26' })).toBeUndefined();
    expect(await read({ ...key, appId: 'b' })).toBeUndefined();
    const { digest, size } = (await store.open(key))!;
    expect({ digest: digest.length, size }).toEqual({ digest: 64, size: 3 });
  });

  it('keeps nothing that is too large, or that broke off', async () => {
    expect(await store.keep(key, Readable.from([Buffer.alloc(1001)]))).toBe(
      false,
    );
    const broken = new Readable({ read() {} });
    broken.push('half');
    setTimeout(() => broken.destroy(new Error('gone')), 20);
    await expect(store.keep(key, broken)).rejects.toThrow('gone');
    expect(readdirSync(join(directory, 'a'))).toEqual([]);
  });

  it('drops what belongs to no app', async () => {
    await store.keep(key, Readable.from(['one']));
    await store.keep({ ...key, appId: 'b' }, Readable.from(['one']));
    writeFileSync(join(directory, 'a/x.half'), '');
    await store.sweep(new Set(['a']));
    expect(readdirSync(directory)).toEqual(['a']);
    expect(readdirSync(join(directory, 'a'))).toHaveLength(1);
    await store.remove('a');
    expect(await read()).toBeUndefined();
  });
});
