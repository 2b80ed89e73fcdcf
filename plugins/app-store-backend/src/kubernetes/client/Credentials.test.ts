/** Credentials that are renewed while the store runs. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeApi } from './KubeApi';
import { readKubeConfig } from './readKubeConfig';

describe('15: credentials', () => {
  const directory = mkdtempSync(join(tmpdir(), 'credentials-'));
  const kubeconfig = join(directory, 'kubeconfig');
  let server: Server;
  let valid = '';
  const seen: Array<string | undefined> = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      const isValid = request.headers.authorization === `Bearer ${valid}`;
      response.writeHead(isValid ? 200 : 401, {
        'content-type': 'application/json',
      });
      response.end(
        JSON.stringify({ kind: 'Status', code: 401, reason: 'Unauthorized' }),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(() => {
    seen.length = 0;
  });

  /** A kubeconfig with some credentials of its user. */
  const write = (user: object) =>
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name: 'c',
            cluster: {
              server: `http://127.0.0.1:${
                (server.address() as { port: number }).port
              }`,
              'insecure-skip-tls-verify': true,
            },
          },
        ],
        users: [{ name: 'u', user }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
  const read = () => readKubeConfig({ kubeconfig });

  it('15: takes the token of a tokenFile, beside the kubeconfig, and its next one', async () => {
    write({ tokenFile: 'token' });
    writeFileSync(join(directory, 'token'), 'first\n');
    valid = 'first';
    const api = KubeApi.create(read(), read);
    await expect(api.json('/version')).resolves.toBeDefined();
    // It expires, and another one is in the file.
    valid = 'second';
    writeFileSync(join(directory, 'token'), 'second\n');
    await expect(api.json('/version')).resolves.toBeDefined();
    expect(seen).toEqual(['Bearer first', 'Bearer first', 'Bearer second']);
    api.close();
  });

  it.each([
    ['a list in KUBECONFIG', (file: string) => ({ KUBECONFIG: file })],
    [
      'the home directory',
      (_: string, home: string) => ({ KUBECONFIG: '', HOME: home }),
    ],
  ])('15: takes a tokenFile out of %s, too', async (_, places) => {
    write({ tokenFile: 'token' });
    writeFileSync(join(directory, 'token'), 'usual\n');
    valid = 'usual';
    const empty = join(directory, 'empty');
    writeFileSync(empty, 'apiVersion: v1\nkind: Config\n');
    const home = join(directory, 'home');
    mkdirSync(join(home, '.kube'), { recursive: true });
    copyFileSync(kubeconfig, join(home, '.kube', 'config'));
    copyFileSync(join(directory, 'token'), join(home, '.kube', 'token'));
    const before = { ...process.env };
    Object.assign(
      process.env,
      places([empty, kubeconfig].join(delimiter), home),
    );
    try {
      const api = KubeApi.create(readKubeConfig({}));
      await expect(api.json('/version')).resolves.toBeDefined();
      api.close();
    } finally {
      process.env = before;
    }
  });

  it('15: reads the kubeconfig again where its token is not accepted', async () => {
    write({ token: 'old' });
    valid = 'new';
    const api = KubeApi.create(read(), read);
    write({ token: 'new' });
    await expect(api.json('/version')).resolves.toBeDefined();
    expect(seen).toEqual(['Bearer old', 'Bearer new']);
    api.close();
  });

  it('15: says that it is refused, once', async () => {
    write({ token: 'wrong' });
    valid = 'right';
    const api = KubeApi.create(read(), read);
    await expect(api.json('/version')).rejects.toMatchObject({
      code: 401,
      reason: 'Unauthorized',
    });
    expect(seen).toHaveLength(2);
    api.close();
  });
});
