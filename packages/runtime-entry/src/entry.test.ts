/** The entry program as a container runs it. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { ENTRY_DIRECTORY, FAILURE_PREFIX } from '.';

jest.setTimeout(60_000);

const room = mkdtempSync(join(tmpdir(), 'entry-'));
const root = join(room, 'app');
const temporary = join(room, 'tmp');
let server: Server;
let answer: RequestListener;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${
    (server.address() as { port: number }).port
  }/content`;
  writeFileSync(join(room, 'token'), 'the-token\n');
  mkdirSync(temporary);
});

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(room, { recursive: true, force: true });
});

function entry(
  command: string,
  env: Record<string, string> = {},
  cwd?: string,
  args: string[] = [],
): Promise<{ code: number; output: string }> {
  return new Promise(resolve => {
    execFile(
      // With a pod's umask, whichever the test itself runs under.
      '/bin/sh',
      [
        '-c',
        'umask 022; exec "$0" "$@"',
        join(ENTRY_DIRECTORY, 'app-store-entry'),
        command,
        ...args,
      ],
      {
        cwd,
        env: {
          PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
          H2O_CLOUD_APP_ROOT: root,
          APP_STORE_BUNDLE_URL: url,
          APP_STORE_TOKEN_FILE: join(room, 'token'),
          APP_STORE_APP_MODE: 'node',
          // A pod has a /tmp of its own; the machine's fills while this runs.
          TMPDIR: temporary,
          ...env,
        },
      },
      (error, stdout, stderr) =>
        resolve({
          code: error ? Number(error.code) : 0,
          output: stdout + stderr,
        }),
    );
  });
}

/** The same whenever it is made. */
async function tar(): Promise<Buffer> {
  const archive = pack();
  const mtime = new Date(0);
  archive.entry({ name: 'server.js', mode: 0o644, mtime }, 'hello');
  archive.entry({ name: 'bin/run', mode: 0o755, mtime }, '#!/bin/sh');
  archive.finalize();
  return buffer(archive as unknown as Readable);
}

const digest = (data: Buffer) =>
  createHash('sha256').update(data).digest('hex');

describe('app-store-entry bundle', () => {
  it("fetches with the pod's token, unpacks, and checks the digest", async () => {
    const data = await tar();
    let token: string | undefined;
    let tries = 0;
    answer = (request, response) => {
      token = request.headers.authorization;
      tries += 1;
      // A store that is starting is asked again.
      if (tries === 1) response.writeHead(503).end();
      else response.end(data);
    };
    const { code, output } = await entry('bundle', {
      APP_STORE_BUNDLE_DIGEST: digest(data),
    });
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('Sourcing The Wave Application'),
    });
    expect(token).toBe('Bearer the-token');
    expect(readFileSync(join(root, 'server.js'), 'utf8')).toBe('hello');
    expect(statSync(join(root, 'bin/run')).mode & 0o777).toBe(0o755);
  });

  it.each([
    [
      'another content',
      '0'.repeat(64),
      async (data: Buffer) => data,
      200,
      'not the one that was imported',
    ],
    [
      'a refusal',
      '',
      async () => Buffer.from('who are you'),
      401,
      'refused the bundle: 401 who are you',
    ],
    [
      'a refusal that says why',
      '',
      async () =>
        Buffer.from(
          '{"title":"not a pod","status":401,"detail":"This is only for the pod of this instance."}',
        ),
      401,
      'refused the bundle: 401 This is only for the pod of this instance.\n',
    ],
    [
      'a refusal that is cut off',
      '',
      async () => Buffer.from('{"title":"not a p'),
      401,
      'refused the bundle: 401 {"title":"not a p\n',
    ],
  ])('fails on %s, in one line', async (_, wanted, make, status, reason) => {
    const body = await make(await tar());
    const type = body.toString().startsWith('{')
      ? 'application/problem+json; charset=utf-8'
      : 'text/plain';
    answer = (__, response) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    const { code, output } = await entry('bundle', {
      APP_STORE_BUNDLE_DIGEST: wanted || digest(body),
    });
    expect(code).toBe(1);
    expect(output).toContain(FAILURE_PREFIX);
    expect(output).toContain(reason);
  });

  it('follows the proxy of its environment', async () => {
    const data = await tar();
    let asked = '';
    answer = (request, response) => {
      asked = `${request.headers.host} ${request.url}`;
      response.end(data);
    };
    const { code } = await entry('bundle', {
      APP_STORE_BUNDLE_DIGEST: digest(data),
      APP_STORE_BUNDLE_URL: 'http://store.example:7007/content',
      HTTP_PROXY: url.replace('/content', ''),
    });
    expect(code).toBe(0);
    expect(asked).toBe('store.example:7007 http://store.example:7007/content');
  });

  it('asks itself what is left to direct connections', async () => {
    const data = await tar();
    answer = (_, response) => response.end(data);
    for (const NO_PROXY of ['*', 'x, 127.0.0.1', new URL(url).host])
      expect(
        await entry('bundle', {
          APP_STORE_BUNDLE_DIGEST: digest(data),
          HTTP_PROXY: 'http://127.0.0.1:1',
          NO_PROXY,
        }),
      ).toMatchObject({ code: 0 });
  });
});

describe('15: app-store-entry prepare', () => {
  const end = join(room, 'termination-log');
  const prepare = async (env: Record<string, string> = {}) => {
    writeFileSync(end, '');
    const result = await entry('prepare', {
      APP_STORE_BUNDLE_DIGEST: digest(await tar()),
      APP_STORE_TERMINATION_LOG: end,
      ...env,
    });
    return { ...result, end: readFileSync(end, 'utf8') };
  };

  it('fetches the bundle, makes what it depends on, and tells how long each took', async () => {
    const data = await tar();
    answer = (_, response) => response.end(data);
    expect(await prepare()).toMatchObject({
      code: 0,
      output: expect.stringMatching(
        /Sourcing The Wave Application[^]*Installing Application Dependencies/,
      ),
      end: expect.stringMatching(/^bundle: \d+ ms\ndependencies: \d+ ms\n$/),
    });
    expect(readFileSync(join(root, 'server.js'), 'utf8')).toBe('hello');
  });

  it('does the same where the image has no curl', async () => {
    const data = await tar();
    let agent: string | undefined;
    answer = (request, response) => {
      agent = request.headers['user-agent'];
      response.end(data);
    };
    expect(await prepare()).toMatchObject({ code: 0 });
    expect(agent).toMatch(/^curl/);
    const tools = join(room, 'tools');
    mkdirSync(tools);
    for (const tool of ['sh', 'readlink', 'tar'])
      symlinkSync(
        execFileSync('/bin/sh', ['-c', `command -v ${tool}`], {
          encoding: 'utf8',
        }).trim(),
        join(tools, tool),
      );
    rmSync(join(root, 'server.js'));
    expect(
      await prepare({ PATH: `${dirname(process.execPath)}:${tools}` }),
    ).toMatchObject({
      code: 0,
      end: expect.stringMatching(/^bundle: \d+ ms\ndependencies: \d+ ms\n$/),
    });
    expect(agent).toBeUndefined();
    expect(readFileSync(join(root, 'server.js'), 'utf8')).toBe('hello');
  });

  it('follows the proxy of its environment, and asks itself what is left to direct connections', async () => {
    const data = await tar();
    const asked: string[] = [];
    answer = (request, response) => {
      asked.push(
        `${request.headers['user-agent']?.split('/')[0]} ${request.url}`,
      );
      response.end(data);
    };
    const HTTP_PROXY = url.replace('/content', '');
    const far = 'http://store.example:7007/content';
    await prepare({ HTTP_PROXY, APP_STORE_BUNDLE_URL: far });
    await prepare({ HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' });
    // As curl would not read it.
    const NO_PROXY = `*.example,${new URL(url).host}`;
    await prepare({ HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY });
    expect(asked).toEqual([
      `curl ${far}`,
      'curl /content',
      'undefined /content',
    ]);
  });

  it('takes no content for the bundle that another digest has, and asks again', async () => {
    const data = await tar();
    const other = pack();
    other.entry({ name: 'server.js' }, 'another');
    other.entry({ name: 'node_modules/evil/index.js' }, 'another');
    other.entry({ name: '.hidden' }, 'another');
    other.finalize();
    const answers = [await buffer(other as unknown as Readable), data];
    answer = (_, response) => response.end(answers.shift());
    expect(await prepare()).toMatchObject({ code: 0 });
    expect(readFileSync(join(root, 'server.js'), 'utf8')).toBe('hello');
    expect(readdirSync(root).sort()).toEqual(['bin', 'server.js']);
  });

  it('tells the store where there is something to install, and does not wait for it', async () => {
    const archive = pack();
    archive.entry(
      { name: 'package.json' },
      '{"name":"a","dependencies":{"x":"file:./x"}}',
    );
    archive.entry({ name: 'x/package.json' }, '{"name":"x","version":"1.0.0"}');
    archive.finalize();
    const data = await buffer(archive as unknown as Readable);
    const asked: string[] = [];
    answer = (request, response) => {
      asked.push(
        `${request.method} ${request.url} ${request.headers.authorization}`,
      );
      // The store never answers what it is told.
      if (request.method === 'GET') response.end(data);
    };
    const home = join(room, 'home');
    mkdirSync(home, { recursive: true });
    expect(
      await prepare({
        APP_STORE_BUNDLE_DIGEST: digest(data),
        APP_STORE_STAGE_URL: url.replace('/content', '/stage'),
        HOME: home,
      }),
    ).toMatchObject({ code: 0 });
    expect(asked).toEqual([
      'GET /content Bearer the-token',
      'PUT /stage?stage=dependencies Bearer the-token',
    ]);
  });

  it('says at which stage it failed, in its log and of its end', async () => {
    answer = (_, response) => response.writeHead(401).end('who are you');
    const words = `app-store-entry: stage: bundle\n${FAILURE_PREFIX}the store refused the bundle: 401 who are you\n`;
    expect(await prepare()).toMatchObject({
      code: 1,
      output: expect.stringContaining(words),
      end: words,
    });
    const archive = pack();
    archive.entry({ name: 'package.json' }, '{');
    archive.finalize();
    const data = await buffer(archive as unknown as Readable);
    answer = (_, response) => response.end(data);
    expect(
      await prepare({ APP_STORE_BUNDLE_DIGEST: digest(data) }),
    ).toMatchObject({
      code: 1,
      end: expect.stringMatching(
        /^bundle: \d+ ms\napp-store-entry: stage: dependencies\napp-store-entry: failed: package.json cannot be read/,
      ),
    });
  });
});

describe('app-store-entry dependencies', () => {
  it('has nothing to do without package.json, or without dependencies in it', async () => {
    expect(await entry('dependencies')).toMatchObject({
      code: 0,
      output: expect.stringContaining('nothing to install'),
    });
    writeFileSync(join(root, 'package.json'), '{"name":"a"}');
    expect(await entry('dependencies')).toMatchObject({
      code: 0,
      output: expect.stringContaining('nothing to install'),
    });
  });

  it('says what cannot be installed', async () => {
    writeFileSync(
      join(root, 'package.json'),
      '{"name":"a","dependencies":{"no-such-package-anywhere":"1.0.0"}}',
    );
    const home = join(room, 'home');
    mkdirSync(home, { recursive: true });
    // A registry that has nothing.
    answer = (_, response) => response.writeHead(404).end('{}');
    const { code, output } = await entry('dependencies', {
      HOME: home,
      npm_config_registry: url.replace('/content', '/'),
      npm_config_fetch_retries: '0',
    });
    expect(code).toBe(1);
    expect(output).toMatch(
      /app-store-entry: failed: npm could not install .*no-such-package-anywhere/,
    );
  });

  it('refuses a package.json that is none', async () => {
    writeFileSync(join(root, 'package.json'), '{');
    expect(await entry('dependencies')).toMatchObject({
      code: 1,
      output: expect.stringContaining('package.json cannot be read'),
    });
  });
});

/** A package of npm in a file, as `npm pack` makes one. */
async function npmPackage(
  name: string,
  scripts: Record<string, string>,
): Promise<Buffer> {
  const archive = pack();
  archive.entry(
    { name: 'package/package.json' },
    JSON.stringify({ name, version: '1.0.0', scripts }),
  );
  archive.finalize();
  return gzipSync(await buffer(archive as unknown as Readable));
}

describe('an installation that means harm', () => {
  const install = async (
    postinstall: string,
    env: Record<string, string>,
  ): Promise<{ code: number; output: string }> => {
    writeFileSync(
      join(root, 'evil.tgz'),
      await npmPackage('evil-package', { postinstall }),
    );
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({
        name: 'a',
        dependencies: { 'evil-package': 'file:./evil.tgz' },
      }),
    );
    const home = join(room, 'home');
    mkdirSync(home, { recursive: true });
    return entry('dependencies', {
      HOME: home,
      npm_config_offline: 'true',
      ...env,
    });
  };
  const running = (mark: string) =>
    readdirSync('/proc').filter(pid => {
      try {
        return (
          /^\d+$/.test(pid) &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark)
        );
      } catch {
        return false;
      }
    });

  it('is ended in time, with all that it started, and the package is named', async () => {
    const mark = `evil-${process.pid}`;
    const { code, output } = await install(
      `node -e "setInterval(() => {}, 1000)" ${mark}`,
      { APP_STORE_INSTALL_TIMEOUT: '10' },
    );
    expect(code).toBe(1);
    expect(output).toContain(
      `${FAILURE_PREFIX}the app's dependencies were not installed within 10 seconds; npm was at evil-package (its postinstall script)`,
    );
    expect(running(mark)).toEqual([]);
  });

  it('does not outlast its installer, whatever holds its output open', async () => {
    const began = Date.now();
    const { code } = await install('setsid sh -c "sleep 30" & exit 0', {
      npm_config_foreground_scripts: 'true',
    });
    expect(code).toBe(0);
    expect(Date.now() - began).toBeLessThan(15_000);
  });

  it('is ended when it fills the disk, and the package is named', async () => {
    const { code, output } = await install(
      `node -e "const fs=require('fs');const b=Buffer.alloc(1e6,1);setInterval(()=>fs.appendFileSync('big',b),2)"`,
      { APP_STORE_INSTALL_LIMIT: '30000000' },
    );
    expect(code).toBe(1);
    expect(output).toMatch(
      /the app's dependencies take more than 30000000 bytes of disk; npm was at evil-package/,
    );
  });

  it('is not charged with temporary files that were there before', async () => {
    writeFileSync(join(temporary, 'of-another'), Buffer.alloc(40e6, 1));
    // Longer than it takes until the disk is looked at.
    const { code, output } = await install('sleep 2', {
      APP_STORE_INSTALL_LIMIT: '30000000',
    });
    rmSync(join(temporary, 'of-another'));
    expect({ code, output }).toMatchObject({ code: 0 });
  });
});

describe('Python', () => {
  const venv = join(room, 'venv');
  const python = (change: Record<string, string> = {}) => ({
    APP_STORE_APP_MODE: 'python',
    H2O_CLOUD_VENV_PATH: venv,
    APP_STORE_APP_MODULE: 'main',
    HOME: room,
    PIP_NO_INDEX: '1',
    ...change,
  });
  beforeEach(() => rmSync(venv, { recursive: true, force: true }));

  it('needs nothing without requirements.txt, and starts with the own interpreter', async () => {
    writeFileSync(join(root, 'main.py'), 'print("started")\n');
    expect(await entry('dependencies', python())).toMatchObject({
      code: 0,
      output: expect.stringContaining('No requirements.txt'),
    });
    const { code, output } = await entry('start', python(), root);
    expect({ code, output }).toEqual({ code: 0, output: 'started\n' });
  });

  it('17: passes the arguments of the app on', async () => {
    writeFileSync(join(root, 'main.py'), 'import sys\nprint(sys.argv[1:])\n');
    expect(
      await entry('start', python(), root, ['--to', 'a b', '$HOME']),
    ).toEqual({ code: 0, output: "['--to', 'a b', '$HOME']\n" });
  });

  it('names what cannot be installed', async () => {
    writeFileSync(
      join(root, 'requirements.txt'),
      'no-such-package-anywhere==1.0\n',
    );
    const { code, output } = await entry('dependencies', python());
    expect(code).toBe(1);
    expect(output).toMatch(
      /app-store-entry: failed: pip could not install .*no-such-package-anywhere/,
    );
  });

  it('installs a wheel of the bundle, hands the environment in once, and restores it', async () => {
    const wheel = 'wordtally-1.0.0-py3-none-any.whl';
    mkdirSync(join(root, 'wheels'));
    copyFileSync(
      join(__dirname, '../../../examples/apps/word-count/wheels', wheel),
      join(root, 'wheels', wheel),
    );
    writeFileSync(join(root, 'requirements.txt'), `./wheels/${wheel}\n`);
    writeFileSync(
      join(root, 'main.py'),
      'import wordtally\nprint(wordtally.tally("a b a").words)\n',
    );
    let kept: Buffer | undefined;
    const asked: string[] = [];
    answer = (request, response) => {
      asked.push(request.method!);
      if (request.method === 'PUT')
        buffer(request).then(data => {
          kept = data;
          response.writeHead(201).end();
        });
      else if (kept)
        response
          .writeHead(200, { 'x-environment-digest': digest(kept) })
          .end(kept);
      else response.writeHead(404).end();
    };
    const keeping = python({ APP_STORE_ENVIRONMENT_URL: url });
    const first = await entry('dependencies', keeping);
    expect(first).toMatchObject({
      code: 0,
      output: expect.stringContaining('Kept the environment'),
    });
    expect(await entry('start', keeping, root)).toEqual({
      code: 0,
      output: '3\n',
    });

    // Later, with no package index and no wheel in reach.
    rmSync(venv, { recursive: true });
    rmSync(join(root, 'wheels'), { recursive: true });
    const second = await entry('dependencies', keeping);
    expect(second).toMatchObject({
      code: 0,
      output: expect.stringContaining('Restored the kept environment'),
    });
    expect(await entry('start', keeping, root)).toEqual({
      code: 0,
      output: '3\n',
    });
    expect(asked).toEqual(['GET', 'PUT', 'GET']);

    // One that was damaged on its way is not used, and replaced.
    const whole = kept!;
    let replaces: unknown;
    copyFileSync(
      join(__dirname, '../../../examples/apps/word-count/wheels', wheel),
      join(mkdirSync(join(root, 'wheels'), { recursive: true })!, wheel),
    );
    answer = (request, response) => {
      if (request.method === 'PUT') {
        replaces = request.headers['x-environment-replaces'];
        buffer(request).then(data => {
          kept = data;
          response.writeHead(201).end();
        });
      } else
        response
          .writeHead(200, { 'x-environment-digest': digest(whole) })
          .end(Buffer.concat([whole.subarray(0, 5000), Buffer.alloc(5000)]));
    };
    rmSync(venv, { recursive: true });
    const third = await entry('dependencies', keeping);
    expect(third.code).toBe(0);
    expect(third.output).toMatch(/damaged|cannot be used/);
    expect(third.output).toContain('Kept the environment');
    expect(replaces).toBe(digest(whole));
  });
});

describe('a Wave app', () => {
  const venv = join(room, 'wave-venv');
  const wave = (change: Record<string, string> = {}) => ({
    APP_STORE_APP_MODE: 'wave',
    APP_STORE_APP_MODULE: 'main',
    H2O_CLOUD_VENV_PATH: venv,
    PORT: '18432',
    ...change,
  });
  const program = (path: string, text: string) =>
    writeFileSync(join(venv, path), `#!/bin/sh\n${text}`, { mode: 0o755 });
  /** A server that listens until it is told to end. */
  const SERVER = `exec ${process.execPath} -e "require('net').createServer().listen(18432);process.on('SIGTERM',()=>process.exit(0))"\n`;
  beforeEach(() => {
    rmSync(venv, { recursive: true, force: true });
    mkdirSync(join(venv, 'bin'), { recursive: true });
  });

  it('starts behind its server, and ends when it ends', async () => {
    program('waved', SERVER);
    program(
      'bin/wave',
      'echo "$@ autostart=$H2O_WAVE_NO_AUTOSTART"; sleep 0.2; exit 3\n',
    );
    const { code, output } = await entry('start', wave(), root);
    expect(output).toContain('run --no-reload main autostart=1');
    expect(output).toContain(`${FAILURE_PREFIX}the app ended with 3`);
    expect(code).toBe(1);
  });

  it('ends when its server ends', async () => {
    program('waved', 'exit 7\n');
    program('bin/wave', 'sleep 60\n');
    const { code, output } = await entry('start', wave(), root);
    expect(output).toContain(`${FAILURE_PREFIX}the Wave server ended with 7`);
    expect(code).toBe(1);
  });

  it('says what is missing', async () => {
    expect((await entry('start', wave(), root)).output).toContain(
      'the app has no h2o_wave',
    );
    program('bin/wave', '');
    expect((await entry('start', wave(), root)).output).toContain(
      'there is no Wave server',
    );
  });
});

describe('a static site', () => {
  it('is served, and nothing beside it', async () => {
    mkdirSync(join(root, 'site'));
    writeFileSync(join(root, 'site/index.html'), '<h1>Hi</h1>');
    writeFileSync(join(root, 'secret.txt'), 'no');
    const child = spawn(join(ENTRY_DIRECTORY, 'app-store-entry'), ['start'], {
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        H2O_CLOUD_APP_ROOT: root,
        APP_STORE_APP_MODE: 'static',
        APP_STORE_APP_MODULE: 'site',
        H2O_WAVE_BASE_URL: '/instance/x/',
        PORT: '18431',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(child.stdout!, 'data');
      const get = (path: string, method = 'GET') =>
        fetch(`http://127.0.0.1:18431${path}`, { method });
      expect(await (await get('/')).text()).toBe('<h1>Hi</h1>');
      expect(await (await get('/instance/x/')).text()).toBe('<h1>Hi</h1>');
      expect((await get('/../secret.txt')).status).toBe(404);
      expect((await get('/%2e%2e/secret.txt')).status).toBe(404);
      expect((await get('/', 'POST')).status).toBe(405);
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });
});

describe('15: what a pod reaches', () => {
  it('is told by its last attempt', async () => {
    // Nobody listens there, and nobody is given that port.
    const port = 1;
    const reach = async (at: string) => {
      const end = join(room, `end-${at}`);
      const { code, output } = await entry('reach', {
        KUBERNETES_SERVICE_HOST: '127.0.0.1',
        KUBERNETES_SERVICE_PORT: at,
        APP_STORE_TERMINATION_LOG: end,
      });
      return { code, output, end: readFileSync(end, 'utf8') };
    };
    const [yes, no] = await Promise.all([
      reach(new URL(url).port),
      reach(String(port)),
    ]);
    expect(yes).toMatchObject({ code: 0, end: 'reach: yes\n' });
    expect(no).toMatchObject({ code: 0, end: 'reach: no\n' });
    expect(no.output).toContain(`127.0.0.1 port ${port}: reach: no`);
  });
});
