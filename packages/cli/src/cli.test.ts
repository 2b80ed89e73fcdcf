/** The command without a store: what it says, writes and answers with. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main, type World } from '.';
import { withVersion } from './packing';

const room = mkdtempSync(join(tmpdir(), 'cli-unit-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const TOML =
  '[App]\nName = "a"\nVersion = "1.0" # the first\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(room, 'w-'));
});

/** Types a command. */
async function type(
  args: string[],
  change: Partial<World> = {},
): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await main(args, {
    out: { write: text => (out += text) },
    err: { write: text => (err += text) },
    env: { HOME: cwd, APP_STORE_URL: 'http://127.0.0.1:1' },
    cwd,
    canAsk: false,
    onInterrupt: () => () => {},
    fetch,
    ...change,
  });
  return { code, out, err };
}

/** A store that answers everything with one thing. */
async function storeOf(
  status: number,
  body: object,
): Promise<{ url: string; asked: string[]; close(): void }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(
      `${request.method} ${request.url} ${request.headers.authorization}`,
    );
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    asked,
    close: () => server.close(),
  };
}

const problem = (status: number, code: string) => ({
  type: 'about:blank',
  title: code,
  status,
  detail: `It is ${code}.`,
  code,
  owner: 'you',
  remedy: 'Do otherwise.',
});

describe('exit codes', () => {
  it.each([
    [400, 'BAD', 1],
    [409, 'CONFLICT', 1],
    [401, 'WHO', 4],
    [403, 'NO', 4],
    [404, 'NOWHERE', 3],
    [503, 'DOWN', 5],
  ])('an answer of %i (%s) ends with %i', async (status, name, wanted) => {
    const store = await storeOf(status, problem(status, name));
    const { code, out, err } = await type(['app', 'list'], {
      env: { HOME: cwd, APP_STORE_URL: store.url, APP_STORE_TOKEN: 't' },
    });
    store.close();
    expect({ code, out }).toEqual({ code: wanted, out: '' });
    expect(err).toContain(`It is ${name}.`);
  });

  it('nobody there ends with 5, and says where', async () => {
    const { code, err } = await type(['app', 'list'], {
      env: {
        HOME: cwd,
        APP_STORE_URL: 'http://127.0.0.1:1',
        APP_STORE_TOKEN: 't',
      },
    });
    expect(code).toBe(5);
    expect(err).toContain('The store at http://127.0.0.1:1 cannot be reached');
  });

  it.each([
    [['nonsense'], 2],
    [['app', 'get'], 2],
    [['app', 'run', 'x', '-v', 'ALL'], 2],
    [['bundle', 'init', 'x'], 2],
    [[], 2],
    [['app'], 2],
    [['--version'], 0],
    [['--help'], 0],
    [['bundle', '--help'], 0],
    [['bundle', 'lint', 'nowhere'], 3],
    [['app', 'list'], 4],
  ])('%j ends with %i', async (args, wanted) => {
    expect((await type(args)).code).toBe(wanted);
  });

  it('a page where a store should be ends with 5', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<h1>Sign in</h1>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code, err } = await type(['app', 'list'], {
      env: {
        HOME: cwd,
        APP_STORE_URL: `http://127.0.0.1:${port}`,
        APP_STORE_TOKEN: 't',
      },
    });
    server.close();
    expect(code).toBe(5);
    expect(err).toContain('not as an app store does');
  });

  it('commands without words show what there is', async () => {
    expect((await type([])).err).toContain('Usage: app-store');
    expect((await type(['app'])).err).toContain('Usage: app-store app');
  });

  it('a place that cannot be written to is named, without a trace', async () => {
    writeFileSync(join(cwd, 'app.toml'), TOML);
    writeFileSync(join(cwd, 'server.js'), '');
    const { code, err } = await type(['bundle', '-o', '/nowhere/x.wave']);
    expect(code).toBe(1);
    expect(err).toContain('/nowhere/x.wave');
    expect(err).not.toContain('    at ');
  });

  it('failures are JSON where that is asked for, before or after the words', async () => {
    for (const args of [
      ['--json', 'bundle', 'lint', 'nowhere'],
      ['bundle', 'lint', 'nowhere', '--json'],
    ]) {
      const { out, err } = await type(args);
      expect(out).toBe('');
      expect(JSON.parse(err)).toMatchObject({
        error: { exitCode: 3, code: 'NO_DIRECTORY' },
      });
    }
  });
});

describe('the configuration', () => {
  const file = () => join(cwd, '.config/ai-app-store/config.toml');

  it("is the person's own, and its token goes to its own address only", async () => {
    const store = await storeOf(200, {
      userEntityRef: 'user:default/dev',
      displayName: 'Dev',
      items: [],
    });
    const other = await storeOf(200, { items: [] });
    // What `login --with-token` does, without a standard input.
    mkdirSync(join(cwd, '.config/ai-app-store'), { recursive: true });
    writeFileSync(file(), `url = "${store.url}"\ntoken = "secret-token"\n`);
    const env = { HOME: cwd };
    expect((await type(['app', 'list'], { env })).code).toBe(0);
    expect(store.asked[0]).toContain('Bearer secret-token');
    const { code } = await type(['--url', other.url, 'app', 'list'], { env });
    expect({ code, asked: other.asked }).toEqual({ code: 4, asked: [] });
    expect((await type(['config', 'show'], { env })).out).not.toContain(
      'secret-token',
    );
    await type(['config', 'set-url', other.url], { env });
    expect(readFileSync(file(), 'utf8')).not.toContain('secret-token');
    expect(statSync(file()).mode % 0o1000).toBe(0o600);
    store.close();
    other.close();
  });

  it('that is none is said to be so', async () => {
    const conf = join(cwd, 'broken.toml');
    writeFileSync(conf, 'url = [');
    const { code, err } = await type(['--conf', conf, 'app', 'list']);
    expect(code).toBe(2);
    expect(err).toContain('broken.toml is not TOML');
  });
});

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
    expect(err).toContain('.env often holds credentials');
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
    expect(() => withVersion(TOML, '1'.repeat(64))).toThrow(/does not fit/);
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
    expect(out).toContain('com.example.new 0.1.0 is sound');
  });

  it('says that it does not begin in a directory with something in it', async () => {
    app();
    expect((await type(['bundle', 'init', '--kind', 'node'])).code).toBe(1);
  });
});

describe('what comes from elsewhere', () => {
  it('does not steer the terminal', async () => {
    const store = await storeOf(200, {
      items: [
        {
          id: '1',
          title: 'evil\u001b[2Jtitle\nline',
          version: '1',
          createdAt: '',
          visibility: 'PUBLIC',
          runnability: { runnable: true, problems: [] },
        },
      ],
    });
    const { out } = await type(['app', 'list'], {
      env: { HOME: cwd, APP_STORE_URL: store.url, APP_STORE_TOKEN: 't' },
    });
    store.close();
    expect(out).toContain('evil[2Jtitle line 1');
    expect(out).not.toContain('\u001b');
  });
});

describe('completion', () => {
  it.each([
    [['ap'], ['app']],
    [['app', 'r'], ['run']],
    [
      ['app', ''],
      ['delete', 'download', 'get', 'import', 'inspect'],
    ],
    [['app', 'run', '--vi'], ['--visibility']],
    [
      ['bundle', 'i'],
      ['import', 'init'],
    ],
  ])('of %j offers %j', async (words, offered) => {
    const { out } = await type(['__complete', '--', ...words]);
    expect(out.trim().split('\n').slice(0, offered.length)).toEqual(offered);
  });
});
