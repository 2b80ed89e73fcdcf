import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { FilesystemBundleStore } from './BundleStore';
import { packDirectory } from './pack';
import { readBundle } from './readBundle';
import { Archive, checkPath } from './zip';

const TOML =
  '[App]\nName = "a"\nVersion = "1.0"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n';
const room = mkdtempSync(join(tmpdir(), 'bundle-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

async function zipOf(
  files: Record<string, string | Buffer>,
  options: { mode?: number } = {},
): Promise<string> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files))
    zip.addBuffer(Buffer.from(content), name, {
      mode: options.mode ?? 0o100644,
    });
  zip.end();
  const path = join(room, `${Math.random()}.zip`);
  await pipeline(zip.outputStream as Readable, createWriteStream(path));
  return path;
}

describe('readBundle', () => {
  it('reads manifest, texts and pictures, and digests the content', async () => {
    const png = Buffer.concat([
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      Buffer.from([0, 0, 0, 9, 0, 0, 0, 9]),
      Buffer.alloc(20),
    ]);
    const toml = TOML.replace(
      'Version = "1.0"',
      'Version = "1.0"\nLongDescription = "about.md"',
    );
    const files = {
      'app.toml': toml,
      'server.js': '',
      'about.md': '### Hi',
      'static/icon.png': png,
    };
    const [one, two] = [
      await readBundle(await zipOf(files)),
      await readBundle(await zipOf(files)),
    ];
    expect(one.manifest).toMatchObject({
      name: 'a',
      version: '1.0',
      title: 'a',
    });
    expect(one.longDescription).toBe('### Hi');
    expect(one.icon?.extension).toBe('png');
    expect(one.contentDigest).toBe(two.contentDigest);
  });

  it.each([
    [
      'no archive',
      async () => {
        const path = join(room, 'text');
        writeFileSync(path, 'hello');
        return path;
      },
      'NOT_AN_ARCHIVE',
    ],
    ['no app.toml', () => zipOf({ 'a/app.toml': TOML }), 'NO_APP_TOML'],
    ['a bad app.toml', () => zipOf({ 'app.toml': '[App\n' }), 'BAD_APP_TOML'],
    ['a missing module', () => zipOf({ 'app.toml': TOML }), 'MODULE_MISSING'],
    [
      'HTML named .png',
      () =>
        zipOf({
          'app.toml': TOML,
          'server.js': '',
          'static/icon.png': '<html>',
        }),
      'BAD_IMAGE',
    ],
    [
      'a symbolic link',
      () => zipOf({ 'app.toml': TOML, x: '/etc/passwd' }, { mode: 0o120777 }),
      'BAD_ENTRY',
    ],
    [
      'names equal but for case',
      () => zipOf({ 'app.toml': TOML, 'server.js': '', 'SERVER.js': '' }),
      'BAD_ENTRY',
    ],
    [
      'a file that is a directory, too',
      () => zipOf({ 'app.toml': TOML, x: '', 'x/y': '' }),
      'BAD_ENTRY',
    ],
  ])('refuses %s', async (_, make, code) => {
    await expect(readBundle(await make())).rejects.toMatchObject({
      name: 'BundleError',
      code,
    });
  });

  it('says line and column of a fault in app.toml', async () => {
    const bad = TOML.replace(
      'Module = "server.js"',
      'Module = "server.js"\n  Port = 99999',
    );
    await expect(
      readBundle(await zipOf({ 'app.toml': bad, 'server.js': '' })),
    ).rejects.toMatchObject({
      issues: [
        expect.objectContaining({ path: 'Runtime.Port', line: 7, column: 3 }),
      ],
    });
  });

  it('counts what is unpacked', async () => {
    const path = await zipOf({
      'app.toml': TOML,
      'big.bin': Buffer.alloc(100_000),
    });
    await expect(
      Archive.open(path, { entries: 10, fileBytes: 50_000, totalBytes: 1e9 }),
    ).rejects.toMatchObject({ code: 'BAD_ENTRY' });
    await expect(
      Archive.open(path, { entries: 10, fileBytes: 1e9, totalBytes: 50_000 }),
    ).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(
      Archive.open(path, { entries: 1, fileBytes: 1e9, totalBytes: 1e9 }),
    ).rejects.toMatchObject({ code: 'TOO_MANY_ENTRIES' });
  });
});

describe('checkPath', () => {
  it.each([
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a//b',
    './a',
    'C:/x',
    'a\\b',
    'a\nb',
    'x'.repeat(256),
  ])('refuses %j', path => {
    expect(() => checkPath(path)).toThrow();
  });
  it('takes an ordinary path', () =>
    expect(checkPath('src/app.js')).toBe('src/app.js'));
});

describe('packDirectory', () => {
  it('gives the same bytes for the same files and leaves out what .appignore says', async () => {
    const directory = join(room, 'app');
    mkdirSync(join(directory, 'logs'), { recursive: true });
    writeFileSync(join(directory, 'app.toml'), TOML);
    writeFileSync(join(directory, 'server.js'), '');
    writeFileSync(join(directory, 'logs/a.log'), '');
    writeFileSync(join(directory, '.appignore'), 'logs/\n');
    const store = await FilesystemBundleStore.open(join(room, 'store'));
    const one = await store.receive(await packDirectory(directory), 1e6);
    const two = await store.receive(await packDirectory(directory), 1e6);
    expect(one.digest).toBe(two.digest);
    const archive = await Archive.open(one.path);
    expect(archive.files.map(file => file.path)).toEqual([
      'app.toml',
      'server.js',
    ]);
    await archive.close();
  });
});

describe('FilesystemBundleStore', () => {
  it('stops at the limit and leaves nothing behind', async () => {
    const directory = join(room, 'limited');
    const store = await FilesystemBundleStore.open(directory);
    await expect(
      store.receive(
        Readable.from([Buffer.alloc(600), Buffer.alloc(600)]),
        1000,
      ),
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
