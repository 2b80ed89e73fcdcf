/** What holds for bundles wherever they are kept. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { assetName, type BundleStore } from './BundleStore';
import { PLACES, type Place } from './__testUtils__/places';

jest.setTimeout(30_000);

describe.each(PLACES)('bundles in %s', (_, open) => {
  let place: Place;
  let store: BundleStore;
  beforeEach(async () => {
    place = await open();
    store = await place.bundles();
  });
  afterEach(() => place.stop());

  const receive = (...data: Array<Buffer | string>) =>
    store.receive(Readable.from(data.map(part => Buffer.from(part))), {
      limit: 100 * 1024 ** 2,
      timeoutMs: 60_000,
    });
  const keep = async (data: Buffer | string) => {
    const upload = await receive(data);
    await store.keep(upload);
    return upload.digest;
  };
  const used = { bundles: new Set<string>(), assets: new Set<string>() };
  const atOnce = (_name: string, drop: () => Promise<void>) => drop();

  it('are kept whole, and read as streams and as files', async () => {
    const data = randomBytes(20 * 1024 ** 2);
    const upload = await receive(data);
    expect(upload.size).toBe(data.length);
    expect(await place.kept('bundles')).toEqual([]);
    await store.keep(upload);
    await store.discard(upload);
    expect(place.incoming()).toEqual([]);
    expect(await place.kept('bundles')).toEqual([`${upload.digest}.wave`]);
    const opened = await store.openBundle(upload.digest);
    expect(opened.size).toBe(data.length);
    expect((await buffer(opened.stream)).equals(data)).toBe(true);
    const read = await store.withFile(upload.digest, path => readFile(path));
    expect(read.equals(data)).toBe(true);
    // By another process that has never seen them, too.
    const later = await place.bundles();
    const again = await later.withFile(upload.digest, path => readFile(path));
    expect(again.equals(data)).toBe(true);
  });

  it('are kept once, however often they come', async () => {
    const [one, two] = await Promise.all([keep('same'), keep('same')]);
    expect(one).toBe(two);
    expect(await place.kept('bundles')).toHaveLength(1);
    expect(place.incoming()).toEqual([]);
  });

  it('are not there where they were discarded, removed, or never came', async () => {
    const upload = await receive('unwanted');
    await store.discard(upload);
    expect(place.incoming()).toEqual([]);
    const digest = await keep('gone');
    await store.removeBundle(digest);
    await store.removeBundle(digest);
    expect(await place.kept('bundles')).toEqual([]);
    for (const each of [upload.digest, digest]) {
      const missing = { code: 'BUNDLE_MISSING', owner: 'admin' };
      await expect(store.openBundle(each)).rejects.toMatchObject(missing);
      await expect(store.withFile(each, async () => {})).rejects.toMatchObject(
        missing,
      );
    }
  });

  it('stop at the limit and leave nothing behind', async () => {
    await expect(
      store.receive(Readable.from([Buffer.alloc(600), Buffer.alloc(600)]), {
        limit: 1000,
        timeoutMs: 10_000,
      }),
    ).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(place.incoming()).toEqual([]);
  });

  it('are given up where they only drip', async () => {
    const drip = new Readable({ read() {} });
    const timer = setInterval(() => drip.push('x'), 20);
    await expect(
      store.receive(drip, { limit: 1000, timeoutMs: 60_000, graceMs: 300 }),
    ).rejects.toMatchObject({ code: 'UPLOAD_TOO_SLOW' });
    clearInterval(timer);
    expect(place.incoming()).toEqual([]);
  });

  it('are given up where they take too long, at whatever pace', async () => {
    const stream = new Readable({ read() {} });
    const timer = setInterval(() => stream.push(Buffer.alloc(1000)), 10);
    await expect(
      store.receive(stream, { limit: 1e9, timeoutMs: 400, graceMs: 100 }),
    ).rejects.toMatchObject({
      code: 'UPLOAD_TOO_SLOW',
      message: expect.stringContaining('longer than'),
    });
    clearInterval(timer);
  });

  it('are told apart from what was cut off', async () => {
    const stream = new Readable({ read() {} });
    stream.push('half');
    setTimeout(() => stream.destroy(), 50);
    await expect(
      store.receive(stream, { limit: 1000, timeoutMs: 10_000 }),
    ).rejects.toMatchObject({ code: 'UPLOAD_CUT_OFF' });
    expect(place.incoming()).toEqual([]);
  });

  it('have pictures beside them', async () => {
    const data = Buffer.from('a picture');
    const name = assetName(data, 'png');
    await store.putAsset(name, data);
    await store.putAsset(name, data);
    expect(await place.kept('assets')).toEqual([name]);
    const opened = await store.openAsset(name);
    expect(opened!.size).toBe(data.length);
    expect((await buffer(opened!.stream)).toString()).toBe('a picture');
    const other = assetName(Buffer.from('another'), 'jpg');
    for (const none of [other, '../bundles/x', 'x.png', ''])
      expect(await store.openAsset(none)).toBeUndefined();
  });

  it('are swept where nothing speaks of them, and they are not new', async () => {
    const kept = await Promise.all([...'abcdefgh'].map(letter => keep(letter)));
    const picture = Buffer.from('left');
    await store.putAsset(assetName(picture, 'png'), picture);
    const speaks = { ...used, bundles: new Set([kept[2], kept[5]]) };
    await store.sweep(speaks, atOnce);
    expect(await place.kept('bundles')).toHaveLength(8);
    const impatient = await place.bundles({ sweepAgeMs: -2000 });
    await impatient.sweep(speaks, atOnce);
    expect(await place.kept('bundles')).toEqual(
      [kept[2], kept[5]].map(digest => `${digest}.wave`).sort(),
    );
    expect(await place.kept('assets')).toEqual([]);
  });

  it('are swept in their turn, and not where they were kept again before it came', async () => {
    const patient = await place.bundles({ sweepAgeMs: place.age.ms });
    await keep('left');
    const again = await keep('again');
    await place.age.pass();
    const asked: string[] = [];
    await patient.sweep(used, async (name, drop) => {
      asked.push(name);
      if (name === again) await keep('again');
      await drop();
    });
    expect(asked).toHaveLength(2);
    expect(await place.kept('bundles')).toEqual([`${again}.wave`]);
  });
});
