/** The entry program as a container runs it. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { ENTRY_DIRECTORY, FAILURE_PREFIX } from '.';

jest.setTimeout(60_000);

const room = mkdtempSync(join(tmpdir(), 'entry-'));
const root = join(room, 'app');
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
): Promise<{ code: number; output: string }> {
  return new Promise(resolve => {
    execFile(
      // With a pod's umask, whichever the test itself runs under.
      '/bin/sh',
      [
        '-c',
        'umask 022; exec "$0" "$1"',
        join(ENTRY_DIRECTORY, 'app-store-entry'),
        command,
      ],
      {
        env: {
          PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
          H2O_CLOUD_APP_ROOT: root,
          APP_STORE_BUNDLE_URL: url,
          APP_STORE_TOKEN_FILE: join(room, 'token'),
          APP_STORE_APP_MODE: 'node',
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

async function tar(): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'server.js', mode: 0o644 }, 'hello');
  archive.entry({ name: 'bin/run', mode: 0o755 }, '#!/bin/sh');
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
  ])('fails on %s, in one line', async (_, wanted, make, status, reason) => {
    const body = await make(await tar());
    answer = (__, response) => response.writeHead(status).end(body);
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
