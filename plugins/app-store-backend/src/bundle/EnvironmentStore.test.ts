import { createHash } from 'node:crypto';
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

  const sha = (text: string | Buffer) =>
    createHash('sha256').update(text).digest('hex');
  const keep = (text: string, k = key, replaces?: string) =>
    store.keep(k, Readable.from([Buffer.from(text)]), {
      digest: sha(text),
      replaces,
    });

  it('keeps the first one of a key, with its digest', async () => {
    expect(await store.open(key)).toBeUndefined();
    expect(await Promise.all([keep('one'), keep('one')])).toContain(true);
    expect(await keep('two')).toBe(false);
    expect(await read()).toBe('one');
    expect(await read({ ...key, fingerprint: 'linux-arm64' })).toBeUndefined();
    expect(await read({ ...key, image: 'node:26' })).toBeUndefined();
    expect(await read({ ...key, appId: 'b' })).toBeUndefined();
    expect(await store.digestOf(key)).toBe(sha('one'));
  });

  it('replaces what a pod could not use, and nothing else', async () => {
    await keep('garbage');
    expect(await keep('better', key, sha('something else'))).toBe(false);
    expect(await keep('better', key, sha('garbage'))).toBe(true);
    expect(await read()).toBe('better');
  });

  it('keeps two of an app version, the latest', async () => {
    for (const fingerprint of ['a', 'b', 'c', 'd'])
      expect(await keep(fingerprint, { ...key, fingerprint })).toBe(true);
    expect(readdirSync(join(directory, 'a'))).toHaveLength(2);
    expect(await read({ ...key, fingerprint: 'd' })).toBe('d');
  });

  it('keeps nothing that is too large, not what was said, or that broke off', async () => {
    const large = Buffer.alloc(1001);
    expect(
      await store.keep(key, Readable.from([large]), { digest: sha(large) }),
    ).toBe(false);
    expect(
      await store.keep(key, Readable.from([Buffer.from('x')]), {
        digest: sha('y'),
      }),
    ).toBe(false);
    const broken = new Readable({ read() {} });
    broken.push('half');
    setTimeout(() => broken.destroy(new Error('gone')), 20);
    await expect(
      store.keep(key, broken, { digest: sha('half') }),
    ).rejects.toThrow('gone');
    expect(readdirSync(join(directory, 'a'))).toEqual([]);
  });

  it('drops what belongs to no app', async () => {
    await keep('one');
    await keep('one', { ...key, appId: 'b' });
    writeFileSync(join(directory, 'a/x.half'), '');
    await store.sweep(new Set(['a']));
    expect(readdirSync(directory)).toEqual(['a']);
    expect(readdirSync(join(directory, 'a'))).toHaveLength(1);
    await store.remove('a');
    expect(await read()).toBeUndefined();
  });
});
