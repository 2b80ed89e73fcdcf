import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FilesystemBundleStore } from './BundleStore';

const room = mkdtempSync(join(tmpdir(), 'bundle-store-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

describe('FilesystemBundleStore', () => {
  it('stops at the limit and leaves nothing behind', async () => {
    const directory = join(room, 'limited');
    const store = await FilesystemBundleStore.open(directory);
    await expect(
      store.receive(Readable.from([Buffer.alloc(600), Buffer.alloc(600)]), {
        limit: 1000,
        timeoutMs: 10_000,
      }),
    ).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(readdirSync(join(directory, 'incoming'))).toEqual([]);
  });

  it('drops at its start what an interrupted import left', async () => {
    const directory = join(room, 'interrupted');
    await FilesystemBundleStore.open(directory);
    writeFileSync(join(directory, 'incoming/half'), 'x');
    await FilesystemBundleStore.open(directory);
    expect(readdirSync(join(directory, 'incoming'))).toEqual([]);
  });

  it('gives up an upload that only drips', async () => {
    const directory = join(room, 'dripping');
    const store = await FilesystemBundleStore.open(directory);
    const drip = new Readable({ read() {} });
    const timer = setInterval(() => drip.push('x'), 20);
    await expect(
      store.receive(drip, { limit: 1000, timeoutMs: 60_000, graceMs: 300 }),
    ).rejects.toMatchObject({ code: 'UPLOAD_TOO_SLOW' });
    clearInterval(timer);
    expect(readdirSync(join(directory, 'incoming'))).toEqual([]);
  });

  it('gives up an upload that takes too long, at whatever pace', async () => {
    const store = await FilesystemBundleStore.open(join(room, 'long'));
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

  it('tells an upload that was cut off', async () => {
    const store = await FilesystemBundleStore.open(join(room, 'cut'));
    const stream = new Readable({ read() {} });
    stream.push('half');
    setTimeout(() => stream.destroy(), 50);
    await expect(
      store.receive(stream, { limit: 1000, timeoutMs: 10_000 }),
    ).rejects.toMatchObject({ code: 'UPLOAD_CUT_OFF' });
  });

  it('sweeps what nothing speaks of, and leaves what is new', async () => {
    const directory = join(room, 'swept');
    await FilesystemBundleStore.open(directory);
    for (const name of ['bundles/used.wave', 'bundles/left.wave'])
      writeFileSync(join(directory, name), '');
    writeFileSync(join(directory, 'assets/left.png'), '');
    const used = { bundles: new Set(['used']), assets: new Set<string>() };
    await (await FilesystemBundleStore.open(directory)).sweep(used);
    expect(readdirSync(join(directory, 'bundles'))).toHaveLength(2);
    const impatient = await FilesystemBundleStore.open(directory, {
      sweepAgeMs: -1,
    });
    await impatient.sweep(used);
    expect(readdirSync(join(directory, 'bundles'))).toEqual(['used.wave']);
    expect(readdirSync(join(directory, 'assets'))).toEqual([]);
  });
});
