import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { packDirectory } from './packDirectory';
import { readBundle } from './readBundle';
import { Archive } from './Archive';
import { checkPath } from './archivePath';

// Some of these archives take a while to make.
jest.setTimeout(60_000);

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

/** The places of the entries in an archive's directory (APPNOTE.TXT, 4.3.12). */
function entriesOf(zip: Buffer): number[] {
  const places: number[] = [];
  const mark = Buffer.from('PK\x01\x02', 'latin1');
  for (
    let at = zip.indexOf(mark);
    at >= 0;
    at = zip.indexOf(mark, at + mark.length)
  )
    places.push(at);
  return places;
}

/** The head of a PNG, which is all that is read of it. */
function picture(side: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(side, 0);
  size.writeUInt32BE(side, 4);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    size,
    Buffer.alloc(20),
  ]);
}

describe('readBundle', () => {
  it('reads manifest, texts and pictures, and digests the content', async () => {
    const toml = TOML.replace(
      'Version = "1.0"',
      'Version = "1.0"\nLongDescription = "about.md"',
    );
    const files = {
      'app.toml': toml,
      'server.js': '',
      'about.md': '### Hi',
      'static/icon.png': picture(9),
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
    // Four files of a header and a block each, two blocks at the end; one of them is empty.
    expect([one.contentSize, one.manifest.hasDependencies]).toEqual([
      4 * 1024 - 512 + 1024,
      false,
    ]);
  });

  it.each([
    ['node', 'package.json', true],
    ['node', 'requirements.txt', false],
    ['python', 'requirements.txt', true],
    ['wave', 'requirements.txt', true],
    ['wave', 'package.json', false],
    ['static', 'package.json', false],
  ])(
    '15: knows of a %s app with %s whether something is installed: %s',
    async (mode, file, hasDependencies) => {
      const { manifest } = await readBundle(
        await zipOf({
          'app.toml': `[App]\nName = "a"\nVersion = "1.0"\n[Runtime]\nAppMode = "${mode}"\nModule = "main"\nPort = 8080\n`,
          'main.js': '',
          'main.py': '',
          'main/index.html': '',
          [file]: '{}',
        }),
      );
      expect(manifest.hasDependencies).toBe(hasDependencies);
    },
  );

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

  it.each<[string, (zip: Buffer) => Buffer | void, string, RegExp]>([
    [
      'one that was cut off',
      zip => zip.subarray(0, zip.length - 30),
      'NOT_AN_ARCHIVE',
      /not a valid zip archive/,
    ],
    [
      'an encrypted entry',
      zip => entriesOf(zip).forEach(at => zip.writeUInt16LE(0x0801, at + 8)),
      'BAD_ENTRY',
      /is encrypted/,
    ],
    [
      'a name that is not UTF-8',
      zip => void zip.writeUInt8(0xff, entriesOf(zip)[1] + 46),
      'BAD_ENTRY',
      /not UTF-8/,
    ],
    [
      'a name that is not UTF-8 and does not claim to be',
      zip => {
        const at = entriesOf(zip)[1];
        zip.writeUInt16LE(0, at + 8);
        zip.writeUInt8(0xff, at + 46);
      },
      'BAD_ENTRY',
      /not UTF-8/,
    ],
    [
      'a link that was made on another system',
      zip => {
        const at = entriesOf(zip)[1];
        zip.writeUInt8(0, at + 5);
        zip.writeUInt16LE(0o120777, at + 40);
      },
      'BAD_ENTRY',
      /link or a device/,
    ],
    [
      'a device',
      zip => void zip.writeUInt16LE(0o020644, entriesOf(zip)[1] + 40),
      'BAD_ENTRY',
      /link or a device/,
    ],
    [
      'entries that share their data',
      zip => {
        const [, two, three] = entriesOf(zip);
        zip.copy(zip, three + 42, two + 42, two + 46);
      },
      'BAD_ENTRY',
      /shares its data/,
    ],
    [
      'a size that is smaller than the content',
      zip => void zip.writeUInt32LE(10, entriesOf(zip)[1] + 24),
      'BAD_ARCHIVE',
      /"server.js" has too many bytes/,
    ],
    [
      'a size that is larger than the content',
      zip => void zip.writeUInt32LE(10_000, entriesOf(zip)[1] + 24),
      'BAD_ARCHIVE',
      /"server.js" has too few bytes/,
    ],
    [
      'content that was changed on its way',
      zip => void zip.writeUInt32LE(0x12345678, entriesOf(zip)[1] + 16),
      'BAD_ARCHIVE',
      /"server.js" is damaged/,
    ],
    [
      'a size that no reader should believe',
      zip => void zip.writeUInt32LE(0xf0000000, entriesOf(zip)[1] + 24),
      'BAD_ENTRY',
      /larger than/,
    ],
  ])('refuses %s', async (_, damage, code, message) => {
    const path = await zipOf({
      'app.toml': TOML,
      'server.js': 'console.log(1);'.repeat(20),
      'other.js': 'console.log(2);'.repeat(20),
    });
    const zip = readFileSync(path);
    writeFileSync(path, damage(zip) ?? zip);
    await expect(readBundle(path)).rejects.toMatchObject({
      name: 'BundleError',
      code,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    [
      'names equal but for the Unicode form',
      { 'caf\u00e9.js': '', 'cafe\u0301.js': '' },
      'BAD_ENTRY',
    ],
    ['a name of 256 bytes', { ['x'.repeat(256)]: '' }, 'BAD_ENTRY'],
    [
      'an app.toml of 50 MB',
      { 'app.toml': Buffer.alloc(50 * 1024 ** 2, '#') },
      'BAD_APP_TOML',
    ],
    [
      'a picture of 20,000 by 20,000 pixels',
      { 'static/icon.png': picture(20_000) },
      'BAD_IMAGE',
    ],
  ])('refuses %s, too', async (_, files, code) => {
    await expect(
      readBundle(await zipOf({ 'app.toml': TOML, 'server.js': '', ...files })),
    ).rejects.toMatchObject({ name: 'BundleError', code });
  });

  it('takes a name of 255 bytes', async () => {
    const path = await zipOf({
      'app.toml': TOML,
      'server.js': '',
      ['x'.repeat(255)]: '',
    });
    await expect(readBundle(path)).resolves.toBeDefined();
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
      Archive.open(path, {
        entries: 10,
        fileBytes: 50_000,
        totalBytes: 1e9,
        ratio: 100,
      }),
    ).rejects.toMatchObject({ code: 'BAD_ENTRY' });
    await expect(
      Archive.open(path, {
        entries: 10,
        fileBytes: 1e9,
        totalBytes: 50_000,
        ratio: 100,
      }),
    ).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(
      Archive.open(path, {
        entries: 1,
        fileBytes: 1e9,
        totalBytes: 1e9,
        ratio: 100,
      }),
    ).rejects.toMatchObject({ code: 'TOO_MANY_ENTRIES' });
  });
});

describe('archives that mean harm', () => {
  const MB = 1024 ** 2;

  /** Bytes of memory at the most while something is done, over what there was. */
  async function peakOf(work: () => Promise<unknown>): Promise<number> {
    const before = process.memoryUsage.rss();
    let most = before;
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 5);
    await work();
    clearInterval(timer);
    return Math.max(most, process.memoryUsage.rss()) - before;
  }

  it('a compression bomb is refused by its directory, before it is unpacked', async () => {
    const path = await zipOf({
      'app.toml': TOML,
      'server.js': '',
      'bomb.bin': Buffer.alloc(100 * MB),
    });
    const peak = await peakOf(() =>
      expect(readBundle(path)).rejects.toMatchObject({
        code: 'COMPRESSION_BOMB',
      }),
    );
    console.info(`peak of a compression bomb: ${Math.round(peak / MB)} MiB`);
    expect(peak).toBeLessThan(64 * MB);
  });

  it('a bomb that says it is small is refused at its first byte too many', async () => {
    const path = await zipOf({
      'app.toml': TOML,
      'server.js': '',
      'bomb.bin': Buffer.alloc(100 * MB),
    });
    const zip = readFileSync(path);
    const bomb = entriesOf(zip)[2];
    zip.writeUInt32LE(2 * MB, bomb + 24);
    writeFileSync(path, zip);
    const peak = await peakOf(() =>
      expect(readBundle(path)).rejects.toMatchObject({
        code: 'BAD_ARCHIVE',
        message: expect.stringContaining('too many bytes'),
      }),
    );
    console.info(`peak of a lying bomb: ${Math.round(peak / MB)} MiB`);
    expect(peak).toBeLessThan(64 * MB);
  });

  it('an archive in the archive stays a file', async () => {
    const inner = readFileSync(
      await zipOf({ 'inner.bin': Buffer.alloc(10 * MB) }),
    );
    const bundle = await readBundle(
      await zipOf({ 'app.toml': TOML, 'server.js': '', 'inner.zip': inner }),
    );
    expect(bundle.manifest.name).toBe('a');
  });

  it('more entries than allowed are refused before one is read', async () => {
    const path = await zipOf({ 'app.toml': TOML });
    const zip = readFileSync(path);
    // The end of the directory says how many there are (APPNOTE.TXT, 4.3.16).
    const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    zip.writeUInt16LE(50_001, end + 8);
    zip.writeUInt16LE(50_001, end + 10);
    writeFileSync(path, zip);
    await expect(readBundle(path)).rejects.toMatchObject({
      code: 'TOO_MANY_ENTRIES',
    });
  });

  it('a packing method that is not deflate is refused', async () => {
    const path = await zipOf({ 'app.toml': TOML, 'server.js': 'x'.repeat(99) });
    const zip = readFileSync(path);
    zip.writeUInt16LE(12, entriesOf(zip)[1] + 10);
    writeFileSync(path, zip);
    await expect(readBundle(path)).rejects.toMatchObject({
      code: 'BAD_ENTRY',
      message: expect.stringContaining('server.js'),
    });
  });

  it('leave no file open', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const path = await zipOf({ 'app.toml': '[App\n' });
    const before = open();
    for (let i = 0; i < 20; i++)
      await expect(readBundle(path)).rejects.toBeDefined();
    expect(open()).toBeLessThanOrEqual(before);
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
    writeFileSync(join(directory, 'a.1.wave'), 'an older bundle');
    symlinkSync('/etc/passwd', join(directory, 'link'));
    const one = await buffer(await packDirectory(directory));
    const two = await buffer(await packDirectory(directory));
    expect(one.equals(two)).toBe(true);
    const path = join(room, 'packed.wave');
    writeFileSync(path, one);
    const archive = await Archive.open(path);
    expect(archive.files.map(file => file.path)).toEqual([
      'app.toml',
      'server.js',
    ]);
    await archive.close();
  });
});
