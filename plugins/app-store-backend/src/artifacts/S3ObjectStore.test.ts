/** What may go wrong between the store and its bucket, and what is left then: nothing. */
import { mockServices } from '@backstage/backend-test-utils';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BundleStore } from './BundleStore';
import { EnvironmentStore } from './EnvironmentStore';
import { openSpool } from './openStores';
import { S3ObjectStore } from './S3ObjectStore';
import { S3Server } from './__testUtils__/S3Server';

jest.setTimeout(30_000);

describe('bundles and environments in a bucket', () => {
  const logger = mockServices.logger.mock();
  let server: S3Server;
  let bucket: S3ObjectStore;
  let spoolDirectory: string;
  let store: BundleStore;
  const open = async (keptBytes: number) =>
    BundleStore.create({
      objects: bucket,
      ...(await openSpool(spoolDirectory, { keptBytes })),
      logger,
    });
  beforeEach(async () => {
    jest.clearAllMocks();
    server = await S3Server.start();
    bucket = S3ObjectStore.create(server.config, {
      logger,
      idleMs: 300,
      attempts: 2,
    });
    spoolDirectory = mkdtempSync(join(tmpdir(), 'spool-'));
    store = await open(2000);
  });
  afterEach(async () => {
    bucket.close();
    await server.stop();
    rmSync(spoolDirectory, { recursive: true, force: true });
  });

  const receive = (data: Buffer) =>
    store.receive(Readable.from([data]), { limit: 1e9, timeoutMs: 60_000 });
  const keep = async (data: Buffer) => {
    const upload = await receive(data);
    await store.keep(upload);
    return upload.digest;
  };
  const copies = () => readdirSync(join(spoolDirectory, 'copies'));
  const emptyCopies = () => {
    for (const name of copies()) rmSync(join(spoolDirectory, 'copies', name));
  };
  const downloads = () =>
    server.calls.filter(call => call === 'GetObject').length;
  const read = (digest: string) =>
    store.withFile(digest, path => readFile(path));
  const LARGE = 18 * 1024 ** 2;

  it.each([
    ['begins', 'CreateMultipartUpload', 'error'],
    ['is under way', 'UploadPart', 'error'],
    ['is under way and the connection breaks', 'UploadPart', 'cut'],
    ['comes to its end', 'CompleteMultipartUpload', 'error'],
    [
      'comes to its end and the connection breaks',
      'CompleteMultipartUpload',
      'cut',
    ],
  ] as const)(
    'leaves nothing of an upload that fails when it %s',
    async (_, call, fault) => {
      server.fault = at => (at === call ? fault : undefined);
      const upload = await receive(randomBytes(LARGE));
      await expect(store.keep(upload)).rejects.toMatchObject({
        code: 'BUNDLE_STORE_UNAVAILABLE',
        owner: 'admin',
        remedy: expect.stringContaining('appStore.bundles.s3.endpoint'),
      });
      expect(server.keys()).toEqual([]);
      expect(server.uploads.size).toBe(0);
      await store.discard(upload);
      expect(readdirSync(join(spoolDirectory, 'incoming'))).toEqual([]);
    },
  );

  it('keeps no file that is no longer what was checked', async () => {
    const upload = await receive(randomBytes(LARGE));
    writeFileSync(upload.path, randomBytes(LARGE));
    await expect(store.keep(upload)).rejects.toThrow(/SHA-256/);
    expect(server.keys()).toEqual([]);
    expect(server.uploads.size).toBe(0);
  });

  it('sends two parts of an upload at once, and no more', async () => {
    let running = 0;
    let most = 0;
    let second = () => {};
    const both = new Promise<void>(resolve => (second = resolve));
    server.slow = async call => {
      if (call !== 'UploadPart') return;
      most = Math.max(most, ++running);
      if (running === 2) second();
      // However slow the sender is: the first part ends when there is another.
      await both;
      await new Promise(resolve => setTimeout(resolve, 20));
      running--;
    };
    await keep(randomBytes(50 * 1024 ** 2));
    expect(most).toBe(2);
  });

  it('fetches a bundle once for all who read it, and not where it has just come', async () => {
    const digest = await keep(Buffer.from('imported'));
    await read(digest);
    expect(downloads()).toBe(0);
    emptyCopies();
    const all = await Promise.all([1, 2, 3].map(() => read(digest)));
    expect(all.map(String)).toEqual(['imported', 'imported', 'imported']);
    expect(downloads()).toBe(1);
    await read(digest);
    expect(downloads()).toBe(1);
  });

  it('keeps the copies that were read last, as many as there is room for', async () => {
    const digests = [];
    for (let i = 0; i < 4; i++) digests.push(await keep(randomBytes(900)));
    expect(copies()).toHaveLength(2);
    await read(digests[0]);
    expect(copies().sort()).toEqual([digests[3], digests[0]].sort());
  });

  it('takes over what a predecessor fetched', async () => {
    const digest = await keep(randomBytes(900));
    const successor = await open(2000);
    const data = await successor.withFile(digest, path => readFile(path));
    expect(data.length).toBe(900);
    expect(downloads()).toBe(0);
    // And drops what it has no room for.
    await open(10);
    expect(copies()).toEqual([]);
    expect(await read(digest)).toEqual(data);
    expect(downloads()).toBe(1);
  });

  it('hands out nothing that is not what was kept', async () => {
    const digest = await keep(Buffer.from('original'));
    emptyCopies();
    server.objects.get(`store/bundles/${digest}.wave`)!.data =
      Buffer.from('replaced');
    const { stream } = await store.openBundle(digest);
    await expect(buffer(stream)).rejects.toThrow(/SHA-256/);
    await expect(read(digest)).rejects.toMatchObject({
      code: 'BUNDLE_DAMAGED',
      owner: 'admin',
    });
    expect(copies()).toEqual([]);
  });

  it.each(['cut', 'stall'] as const)(
    'tells an answer that ends halfway (%s), and tries again when asked again',
    async fault => {
      const digest = await keep(randomBytes(100_000));
      emptyCopies();
      server.fault = () => fault;
      const { stream } = await store.openBundle(digest);
      await expect(buffer(stream)).rejects.toBeDefined();
      await expect(read(digest)).rejects.toBeDefined();
      expect(copies()).toEqual([]);
      server.fault = () => undefined;
      expect((await read(digest)).length).toBe(100_000);
    },
  );

  it('leaves to the sweep what cannot be removed now', async () => {
    const digest = await keep(Buffer.from('a'));
    server.fault = call => (call === 'DeleteObject' ? 'denied' : undefined);
    await store.removeBundle(digest);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('until the next sweep'),
    );
    const environments = EnvironmentStore.create({
      objects: bucket,
      limit: 10,
      logger,
    });
    server.fault = () => 'error';
    await environments.remove('some-app');
  });

  it('ends uploads that nobody will bring to their end, and only those', async () => {
    const begun = (key: string, ageMs: number) =>
      server.uploads.set(key, {
        key: `store/${key}`,
        initiated: Date.now() - ageMs,
        parts: new Map(),
      });
    for (let i = 0; i < 5; i++) begun(`bundles/old-${i}`, 25 * 3600_000);
    begun('environments/new', 3600_000);
    const sweep = () =>
      store.sweep({ bundles: new Set(), assets: new Set() }, async () => {});
    await sweep();
    expect([...server.uploads.keys()]).toEqual(['environments/new']);
    // Not every store can tell of them.
    server.fault = call =>
      call === 'ListMultipartUploads' ? 'denied' : undefined;
    await sweep();
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('could not be looked for'),
    );
  });
});
