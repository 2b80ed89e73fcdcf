import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilesystemBundleStore } from './FilesystemBundleStore';

describe('FilesystemBundleStore', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bundle-store-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('drops at its start what an interrupted import left, unless others may be at it', async () => {
    await FilesystemBundleStore.open(directory);
    writeFileSync(join(directory, 'incoming/half'), 'x');
    await FilesystemBundleStore.open(directory, { shared: true });
    expect(readdirSync(join(directory, 'incoming'))).toEqual(['half']);
    await FilesystemBundleStore.open(directory);
    expect(readdirSync(join(directory, 'incoming'))).toEqual([]);
  });

  it('says which key names a directory that is none', async () => {
    writeFileSync(join(directory, 'file'), '');
    await expect(
      FilesystemBundleStore.open(join(directory, 'file')),
    ).rejects.toThrow(/^appStore\.bundles\.directory \(.*cannot be written to/);
  });
});
