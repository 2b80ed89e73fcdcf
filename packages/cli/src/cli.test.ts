/** What the command says, writes and answers with, whatever it is asked. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import type { World } from '.';
import { anApp, aPerson, page } from './__testUtils__/resources';
import {
  newDirectory,
  piped,
  refusal,
  storeOf,
  type as typeIn,
} from './__testUtils__/typing';

const TOML =
  '[App]\nName = "a"\nVersion = "1.0" # the first\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n';

let cwd: string;
beforeEach(() => {
  cwd = newDirectory();
});

const type = (args: string[], change: Partial<World> = {}) =>
  typeIn(args, cwd, change);

describe('exit codes', () => {
  it.each([
    [400, 'BAD', 1],
    [409, 'CONFLICT', 1],
    [401, 'WHO', 4],
    [403, 'NO', 4],
    [404, 'NOWHERE', 3],
    [503, 'DOWN', 5],
  ])('an answer of %i (%s) ends with %i', async (status, name, wanted) => {
    const store = await storeOf({
      '*': refusal(status, name),
    });
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
    [['admin'], 2],
    [['config', 'setup'], 2],
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
    expect(err).toContain('not an answer of the app store');
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
    const store = await storeOf({ '*': { items: [] } });
    const other = await storeOf({ '*': { items: [] } });
    // What `login --with-token` does, without a standard input.
    mkdirSync(join(cwd, '.config/ai-app-store'), { recursive: true });
    writeFileSync(file(), `url = "${store.url}"\ntoken = "secret-token"\n`);
    const env = { HOME: cwd };
    expect((await type(['app', 'list'], { env })).code).toBe(0);
    expect(store.asked[0].headers.authorization).toBe('Bearer secret-token');
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

  it('is forgotten at its own store, whatever other store is named', async () => {
    const own = await storeOf({ '*': { status: 204 } });
    const other = await storeOf({});
    const remembered = join(cwd, 'config.toml');
    const logout = async () => {
      writeFileSync(remembered, `url = "${own.url}"\ntoken = "t1"\n`);
      return type(['logout', '--conf', remembered, '--url', other.url], {
        env: { HOME: cwd },
      });
    };
    const { code, out, err } = await logout();
    expect({ code, out, err }).toEqual({
      code: 0,
      out: 'Signed out.\n',
      err: '',
    });
    expect(other.asked).toEqual([]);
    expect(own.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer t1',
    ]);
    expect(readFileSync(remembered, 'utf8')).not.toContain('t1');
    own.close();
    other.close();
    // Its own store is away: then that is said.
    expect((await logout()).err).toContain(`${own.url} could not be reached`);
  });

  it('is set up by a question, and a token from standard input', async () => {
    const store = await storeOf({
      'GET /me': aPerson({ displayName: 'Dev' }),
    });
    const questions: string[] = [];
    const { code } = await type(['config', 'setup', '--with-token'], {
      env: { HOME: cwd },
      canAsk: true,
      ask: async question => {
        questions.push(question);
        return `${store.url}/`;
      },
      stdin: piped('one-token\n'),
    });
    expect({ code, questions }).toEqual({
      code: 0,
      questions: ["The portal's address"],
    });
    await type(['config', 'update-token', '--with-token'], {
      env: { HOME: cwd },
      stdin: piped('another-token\n'),
    });
    store.close();
    expect(readFileSync(file(), 'utf8')).toBe(
      `url = "${store.url}"\ntoken = "another-token"\n`,
    );
    expect(store.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer one-token',
      'Bearer another-token',
    ]);
  });

  it('that is none is said to be so', async () => {
    const conf = join(cwd, 'broken.toml');
    writeFileSync(conf, 'url = [');
    const { code, err } = await type(['--conf', conf, 'app', 'list']);
    expect(code).toBe(2);
    expect(err).toContain('broken.toml is not TOML');
  });
});

describe('what comes from elsewhere', () => {
  it('does not steer the terminal', async () => {
    const store = await storeOf({
      'GET /apps': page(anApp({ title: 'evil\u001b[2Jtitle\nline' })),
    });
    const { out } = await type(['app', 'list'], {
      env: { HOME: cwd, APP_STORE_URL: store.url, APP_STORE_TOKEN: 't' },
    });
    store.close();
    expect(out).toContain('evil\\u001B[2Jtitle line 1.0.0');
    expect(out).not.toContain('\u001b');
  });
});
