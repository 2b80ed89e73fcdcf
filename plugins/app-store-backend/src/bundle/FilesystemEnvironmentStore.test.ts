import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilesystemEnvironmentStore } from './FilesystemEnvironmentStore';

describe('FilesystemEnvironmentStore', () => {
  const directory = mkdtempSync(join(tmpdir(), 'environments-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('sweeps what was never finished, unless others may be at it', async () => {
    mkdirSync(join(directory, 'a'));
    writeFileSync(join(directory, 'a/x.half'), '');
    const sweep = async (shared: boolean) => {
      const store = await FilesystemEnvironmentStore.open(directory, {
        limit: 1000,
        shared,
      });
      await store.sweep(async () => new Set(['a']));
      return readdirSync(join(directory, 'a'));
    };
    expect(await sweep(true)).toEqual(['x.half']);
    expect(await sweep(false)).toEqual([]);
  });
});
