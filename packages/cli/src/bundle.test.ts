/** `bundle …` without a store. */
import {
  existsSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { newDirectory, type as typeIn } from './__testUtils__/typing';
import { withVersion } from './packing';

const TOML =
  '[App]\nName = "a"\nVersion = "1.0" # the first\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n';

let cwd: string;
beforeEach(() => {
  cwd = newDirectory();
});

const type = (args: string[]) => typeIn(args, cwd);

describe('bundle', () => {
  const app = () => {
    writeFileSync(join(cwd, 'app.toml'), TOML);
    writeFileSync(join(cwd, 'server.js'), '');
  };

  it('packs what is there, the same each time, and nothing half', async () => {
    app();
    writeFileSync(join(cwd, '.env'), 'TOKEN=1');
    symlinkSync('/etc/passwd', join(cwd, 'link'));
    const one = await type(['bundle', '--json']);
    const two = await type(['bundle', '--json']);
    expect(JSON.parse(one.out).digest).toBe(JSON.parse(two.out).digest);
    expect(JSON.parse(two.out).files).toBe(3);
    const { err } = await type(['bundle']);
    expect(err).toContain('.env often contains credentials');
    expect(err).toContain('link is a symbolic link');
    writeFileSync(join(cwd, 'app.toml'), 'nonsense');
    rmSync(join(cwd, 'a.1.0.wave'));
    expect((await type(['bundle'])).code).toBe(1);
    expect(existsSync(join(cwd, 'a.1.0.wave'))).toBe(false);
  });

  it('packs neither itself nor what it wrote before', async () => {
    app();
    mkdirSync(join(cwd, 'dist'));
    const once_ = await type([
      'bundle',
      '-o',
      'dist/',
      '--generate-dockerfile',
      '--json',
    ]);
    const again = await type([
      'bundle',
      '-o',
      'dist/',
      '--generate-dockerfile',
      '--json',
    ]);
    expect(JSON.parse(again.out)).toEqual(JSON.parse(once_.out));
    expect(JSON.parse(again.out).files).toBe(2);
  });

  it('finds what the store would refuse', async () => {
    app();
    writeFileSync(join(cwd, 'README.md'), '');
    writeFileSync(join(cwd, 'readme.md'), '');
    writeFileSync(join(cwd, 'a\\b.txt'), '');
    const { code, err } = await type(['bundle', 'lint']);
    expect(code).toBe(1);
    expect(err).toMatch(/readme\.md|README\.md/i);
    expect(err).toContain('backslash');
  });

  it('leaves out by the rules of gitignore, capital letters included', async () => {
    app();
    writeFileSync(join(cwd, '.appignore'), '*.LOG\n');
    writeFileSync(join(cwd, 'a.log'), '');
    writeFileSync(join(cwd, 'b.LOG'), '');
    const { out } = await type(['bundle', '--json']);
    expect(JSON.parse(out).files).toBe(3);
  });

  it('changes nothing but the version where it makes one', () => {
    expect(withVersion(TOML, '1.0-20260101')).toBe(
      TOML.replace('"1.0"', '"1.0-20260101"'),
    );
    expect(() => withVersion(TOML, '1'.repeat(64))).toThrow(/is not valid/);
    expect(() =>
      withVersion('App = { Name = "a", Version = "1" }\n', '2'),
    ).toThrow(/could not be replaced/);
  });

  it.each([
    'node',
    'python',
    'static',
    'wave',
    'streamlit',
    'container',
    'link',
  ])('begins a %s app that is sound, whatever its title', async kind => {
    const made = await type([
      'bundle',
      'init',
      'new',
      '--kind',
      kind,
      '--name',
      'com.example.new',
      '--title',
      `A "new" \\ <b>app</b> ${'$'}{title}`,
    ]);
    expect(made.code).toBe(0);
    const { code, out, err } = await type(['bundle', 'lint', 'new']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('com.example.new 0.1.0 is valid');
  });

  it('says that it does not begin in a directory with something in it', async () => {
    app();
    expect((await type(['bundle', 'init', '--kind', 'node'])).code).toBe(1);
  });
});
