/**
 * What is said of an installation that fails: tried with the real pip and npm, against
 * package indexes that are not as they should be.
 */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { CAUSE_PREFIX, ENTRY_DIRECTORY, FAILURE_PREFIX } from '.';

jest.setTimeout(120_000);

const room = mkdtempSync(join(tmpdir(), 'install-'));
const root = join(room, 'app');
let server: Server;
let answer: RequestListener;
/** `127.0.0.1:4711`: of an index that answers, and of one where nothing listens. */
let index: string;
/** Nobody listens there, and nobody is given that port. */
const nowhere = '127.0.0.1:1';

async function listening(listener: RequestListener): Promise<Server> {
  const made = createServer(listener);
  made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  return made;
}
const hostOf = (made: Server) =>
  `127.0.0.1:${(made.address() as AddressInfo).port}`;

beforeAll(async () => {
  server = await listening((request, response) => answer(request, response));
  index = hostOf(server);
});
beforeEach(() => {
  for (const name of ['app', 'home', 'tmp', 'venv'])
    rmSync(join(room, name), { recursive: true, force: true });
  for (const name of ['app', 'home', 'tmp']) mkdirSync(join(room, name));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(room, { recursive: true, force: true });
});

const file = (path: string, text: string | Buffer) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const status = (code: number) => {
  answer = (_, response) =>
    response.writeHead(code, { 'content-type': 'text/html' }).end('no');
};

/** The last cause and the last reason that the entry program printed, as the store reads them. */
async function fails(
  env: Record<string, string>,
  within: string[] = [],
): Promise<{ cause?: string; reason?: string; output: string }> {
  const command = [
    ...within,
    '/bin/sh',
    '-c',
    'umask 022; exec "$0" dependencies',
    join(ENTRY_DIRECTORY, 'app-store-entry'),
  ];
  const output = await new Promise<string>(resolve => {
    execFile(
      command[0],
      command.slice(1),
      {
        maxBuffer: 1e8,
        env: {
          PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
          H2O_CLOUD_APP_ROOT: root,
          HOME: join(room, 'home'),
          TMPDIR: join(room, 'tmp'),
          // Of this machine's own settings nothing counts.
          PIP_CONFIG_FILE: '/dev/null',
          npm_config_fetch_retries: '0',
          ...env,
        },
      },
      (error, stdout, stderr) => {
        expect(error?.code).toBe(1);
        resolve(`${stdout}${stderr}`);
      },
    );
  });
  const last = (prefix: string) =>
    output
      .split('\n')
      .filter(line => line.startsWith(prefix))
      .at(-1)
      ?.slice(prefix.length);
  return { cause: last(CAUSE_PREFIX), reason: last(FAILURE_PREFIX), output };
}

const pip = (requirements: string, env: Record<string, string> = {}) => {
  file('requirements.txt', requirements);
  return fails({
    APP_STORE_APP_MODE: 'python',
    H2O_CLOUD_VENV_PATH: join(room, 'venv'),
    PIP_INDEX_URL: `http://${index}/simple`,
    ...env,
  });
};
const npm = (
  dependencies: Record<string, string>,
  env: Record<string, string> = {},
  within?: string[],
) => {
  file('package.json', JSON.stringify({ name: 'a', dependencies }));
  return fails(
    {
      APP_STORE_APP_MODE: 'node',
      npm_config_registry: `http://${index}/npm/`,
      ...env,
    },
    within,
  );
};

async function tarball(files: Record<string, string | Buffer>) {
  const archive = pack();
  for (const [name, content] of Object.entries(files))
    archive.entry({ name: `package/${name}` }, content);
  archive.finalize();
  return gzipSync(await buffer(archive as unknown as Readable));
}

/** A build backend of its own, which needs nothing of an index, and runs a compiler. */
const PYPROJECT = `[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "native-thing"
version = "1.0"
`;
const BACKEND = `import os, subprocess
def prepare_metadata_for_build_wheel(directory, config_settings=None):
    info = os.path.join(directory, 'native_thing-1.0.dist-info')
    os.mkdir(info)
    with open(os.path.join(info, 'METADATA'), 'w') as out:
        out.write('Metadata-Version: 2.1\\nName: native-thing\\nVersion: 1.0\\n')
    return 'native_thing-1.0.dist-info'
def build_wheel(directory, config_settings=None, metadata_directory=None):
    print('a warning: that error: is none, among a lot of output')
    subprocess.run(['cc', '-c', 'native.c'], check=True)
    return 'native_thing-1.0-py3-none-any.whl'
`;
const NATIVE = '#include <no_such_header.h>\n';

describe('19: pip', () => {
  const known = (versions: string[]) => {
    answer = (request, response) => {
      const there = request.url === '/simple/known-thing/';
      response
        .writeHead(there ? 200 : 404, { 'content-type': 'text/html' })
        .end(
          there
            ? versions
                .map(
                  v =>
                    `<a href="known_thing-${v}.tar.gz">known_thing-${v}.tar.gz</a>`,
                )
                .join('')
            : 'no',
        );
    };
  };

  it('19: a package that is not there is the author’s, and named', async () => {
    known([]);
    expect(await pip('no-such-thing>=2\n')).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      reason:
        'pip could not install no-such-thing>=2: Could not find a version that satisfies the requirement no-such-thing>=2 (from versions: none); No matching distribution found for no-such-thing>=2',
    });
  });

  it('19: a version that is not there is the author’s, with those that are', async () => {
    known(['1.0', '1.1']);
    expect(await pip('known-thing==9\n')).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      reason: expect.stringMatching(
        /^pip could not install known-thing==9: .*\(from versions: 1\.0, 1\.1\)/,
      ),
    });
  });

  it('19: an index that cannot be reached is not the author’s', async () => {
    expect(
      await pip('no-such-thing\n', {
        PIP_INDEX_URL: `http://${nowhere}/simple`,
      }),
    ).toMatchObject({
      cause: 'INDEX_UNREACHABLE',
      reason: `the package index ${nowhere} cannot be reached when asked for no-such-thing: connect ECONNREFUSED ${nowhere}`,
    });
  });

  it.each([
    [401, 'INDEX_REFUSED', 'refused access (401)'],
    [403, 'INDEX_REFUSED', 'refused access (403)'],
    [500, 'INDEX_FAILED', 'answered with an error (500)'],
    [503, 'INDEX_FAILED', 'answered with an error (503)'],
  ])(
    '19: an index that answers %i is not the author’s',
    async (code, cause, words) => {
      status(code);
      expect(
        await pip('no-such-thing\n', {
          PIP_INDEX_URL: `http://somebody:hidden@${index}/simple`,
        }),
      ).toMatchObject({
        cause,
        reason: `the package index ${index} ${words} when asked for no-such-thing`,
        output: expect.not.stringContaining('hidden'),
      });
    },
  );

  it('19: a proxy that finds no way to the index is not the author’s', async () => {
    status(502);
    const env = {
      HTTP_PROXY: `http://${index}`,
      http_proxy: `http://${index}`,
    };
    const reason =
      'the package index index.invalid cannot be reached when asked for no-such-thing: the proxy answered 502';
    expect(
      await pip('no-such-thing\n', {
        ...env,
        PIP_INDEX_URL: 'http://index.invalid/simple',
        PIP_TRUSTED_HOST: 'index.invalid',
      }),
    ).toMatchObject({ cause: 'INDEX_UNREACHABLE', reason });
    expect(
      await npm(
        { 'no-such-thing': '1.0.0' },
        { ...env, npm_config_registry: 'http://index.invalid/npm/' },
      ),
    ).toMatchObject({ cause: 'INDEX_UNREACHABLE', reason });
  });

  it('19: another index that the author names and that refuses is the author’s', async () => {
    known([]);
    const other = await listening((_, response) =>
      response.writeHead(403, { 'content-type': 'text/html' }).end('no'),
    );
    const host = hostOf(other);
    const found = await pip(
      `--extra-index-url http://${host}/simple\nno-such-thing\n`,
    );
    other.close();
    expect(found).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      reason: `${host} refused access (403) when asked for no-such-thing`,
    });
  });

  it('19: a build that fails shows the last compiler error', async () => {
    file('native/pyproject.toml', PYPROJECT);
    file('native/backend.py', BACKEND);
    file('native/native.c', NATIVE);
    expect(await pip('./native\n')).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      reason:
        'pip could not install native-thing, which has to be built: native.c:1:10: fatal error: no_such_header.h: No such file or directory',
    });
  });

  it('19: what a build needs of an index that is away is not the author’s', async () => {
    file('native/pyproject.toml', PYPROJECT.replace('[]', '["builder-thing"]'));
    file('native/backend.py', BACKEND);
    expect(
      await pip('./native\n', { PIP_INDEX_URL: `http://${nowhere}/simple` }),
    ).toMatchObject({
      cause: 'INDEX_UNREACHABLE',
      reason: expect.stringContaining('asked for builder-thing'),
    });
  });

  it('19: a repository that cannot be reached is not the author’s', async () => {
    expect(await pip(`git+http://${nowhere}/x.git\n`)).toMatchObject({
      cause: 'INDEX_UNREACHABLE',
      reason: expect.stringMatching(/^127\.0\.0\.1 cannot be reached/),
    });
  });

  it('19: an unreadable requirement is named', async () => {
    expect(await pip('known-thing=1.0\n')).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      reason: expect.stringContaining("Invalid requirement: 'known-thing=1.0'"),
    });
  });
});

describe('19: npm', () => {
  const known = async () => {
    answer = (request, response) => {
      const there = request.url === '/npm/known-thing';
      response
        .writeHead(there ? 200 : 404, { 'content-type': 'application/json' })
        .end(
          there
            ? JSON.stringify({
                name: 'known-thing',
                'dist-tags': { latest: '1.0.0' },
                versions: {
                  '1.0.0': { name: 'known-thing', version: '1.0.0' },
                },
              })
            : '{}',
        );
    };
  };
  beforeEach(known);

  it('19: a package that is not there is the author’s, and named', async () => {
    expect(await npm({ '@some/no-such-thing': '1.0.0' })).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      reason: expect.stringMatching(
        /^npm could not install @some\/no-such-thing: Not Found - GET http/,
      ),
    });
  });

  it('19: a version that is not there is the author’s, and named', async () => {
    expect(await npm({ 'known-thing': '9.0.0' })).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      reason:
        'npm could not install known-thing@9.0.0: No matching version found for known-thing@9.0.0.',
    });
  });

  it('19: an index that cannot be reached is not the author’s', async () => {
    expect(
      await npm(
        { 'no-such-thing': '1.0.0' },
        { npm_config_registry: `http://${nowhere}/npm/` },
      ),
    ).toMatchObject({
      cause: 'INDEX_UNREACHABLE',
      reason: `the package index ${nowhere} cannot be reached when asked for no-such-thing: connect ECONNREFUSED ${nowhere}`,
    });
  });

  it.each([
    [401, 'INDEX_REFUSED', 'refused access (401)'],
    [403, 'INDEX_REFUSED', 'refused access (403)'],
    [429, 'INDEX_FAILED', 'answered with an error (429)'],
    [503, 'INDEX_FAILED', 'answered with an error (503)'],
  ])(
    '19: an index that answers %i is not the author’s',
    async (code, cause, words) => {
      status(code);
      expect(await npm({ '@some/thing': '1.0.0' })).toMatchObject({
        cause,
        reason: `the package index ${index} ${words} when asked for @some/thing`,
      });
    },
  );

  it('19: a build that fails shows the last compiler error', async () => {
    file(
      'native.tgz',
      await tarball({
        'package.json': JSON.stringify({
          name: '@some/native',
          version: '1.0.0',
          scripts: { install: 'echo a lot of output; cc -c native.c' },
        }),
        'native.c': NATIVE,
      }),
    );
    expect(await npm({ '@some/native': 'file:./native.tgz' })).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      reason:
        'npm could not install @some/native: `echo a lot of output; cc -c native.c` failed: native.c:1:10: fatal error: no_such_header.h: No such file or directory',
    });
  });

  it('19: a lock file that does not fit says which package', async () => {
    file(
      'package-lock.json',
      JSON.stringify({
        name: 'a',
        lockfileVersion: 3,
        packages: { '': { name: 'a', dependencies: {} } },
      }),
    );
    expect(await npm({ 'known-thing': '1.0.0' })).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      reason: expect.stringContaining(
        'Missing: known-thing@1.0.0 from lock file',
      ),
    });
  });

  it('19: a full disk is an admin’s', async () => {
    file(
      'big.tgz',
      await tarball({
        'package.json': '{"name":"big-thing","version":"1.0.0"}',
        data: Buffer.alloc(4e6, 'x'),
      }),
    );
    // A file system of 1 MB under the app.
    const small = [
      'unshare',
      '--user',
      '--map-root-user',
      '--mount',
      '/bin/sh',
      '-c',
      `mkdir ${room}/small && mount -t tmpfs -o size=1m tmpfs ${room}/small && cp ${root}/* ${room}/small && export H2O_CLOUD_APP_ROOT=${room}/small && exec "$@"`,
      'small',
    ];
    execFileSync('rm', ['-rf', `${room}/small`]);
    expect(
      await npm({ 'big-thing': 'file:./big.tgz' }, {}, small),
    ).toMatchObject({
      cause: 'DISK_FULL',
      reason: expect.stringMatching(/^the disk is full: npm could not write/),
    });
  });
});
