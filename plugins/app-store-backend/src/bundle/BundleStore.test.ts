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
});
