/** What holds for environments wherever they are kept. */
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { EnvironmentStore } from './EnvironmentStore';
import { PLACES, type Place } from './__testUtils__/places';

jest.setTimeout(30_000);

describe.each(PLACES)('environments in %s', (_, open) => {
  const key = { appId: 'a', image: 'node:24', fingerprint: 'linux-x64' };
  let place: Place;
  let store: EnvironmentStore;
  beforeEach(async () => {
    place = await open();
    store = await place.environments(1000);
  });
  afterEach(() => place.stop());
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
    // The same bytes, for those that were damaged where they are kept.
    expect(await keep('better', key, sha('better'))).toBe(true);
    expect(await read()).toBe('better');
    expect(await place.kept('environments')).toHaveLength(1);
  });

  it('keeps two of an app version, the latest', async () => {
    for (const fingerprint of ['a', 'b', 'c', 'd'])
      expect(await keep(fingerprint, { ...key, fingerprint })).toBe(true);
    expect(await place.kept('environments')).toHaveLength(2);
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
    expect(await place.kept('environments')).toEqual([]);
  });

  it('keeps nothing that broke off before it was its turn', async () => {
    const broken = new Readable({ read() {} });
    broken.push('half');
    const kept = store.keep(key, broken, { digest: sha('half') });
    broken.destroy(new Error('gone'));
    await expect(kept).rejects.toThrow('gone');
    expect(await place.kept('environments')).toEqual([]);
  });

  it('are as large as they may be, and whole', async () => {
    const large = await place.environments(20 * 1024 ** 2);
    const data = randomBytes(18 * 1024 ** 2);
    const digest = sha(data);
    expect(
      await large.keep(key, Readable.from([data, Buffer.alloc(0)]), { digest }),
    ).toBe(true);
    const kept = await large.open(key);
    expect(kept).toMatchObject({ size: data.length, digest });
    expect((await buffer(kept!.stream)).equals(data)).toBe(true);
    const other = { ...key, fingerprint: 'other' };
    const more = randomBytes(21 * 1024 ** 2);
    expect(
      await large.keep(other, Readable.from([more]), { digest: sha(more) }),
    ).toBe(false);
    expect(await place.kept('environments')).toHaveLength(1);
  });

  it('drops what belongs to no app', async () => {
    for (const appId of ['a', 'b', 'c', 'd', 'e'])
      await keep('one', { ...key, appId });
    await store.sweep(async () => new Set(['a', 'd']));
    expect((await place.kept('environments')).map(path => path[0])).toEqual([
      'a',
      'd',
    ]);
    await store.remove('a');
    await store.remove('a');
    expect(await read()).toBeUndefined();
    expect(await place.kept('environments')).toHaveLength(1);
  });
});
