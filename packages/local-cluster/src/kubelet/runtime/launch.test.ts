/** What a container's variables may do, on processes that really run. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { probeIsolation } from '../isolation';
import type { Launch } from './Launch';
import { launchIsolated } from './launchIsolated';
import { launchPlain } from './launchPlain';

jest.setTimeout(30_000);

const room = mkdtempSync(join(tmpdir(), 'launch-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

let runs = 0;
async function run(
  start: typeof launchIsolated,
  env: Record<string, string>,
  argv = ['/usr/bin/env', '-0'],
  mounts: Launch['mounts'] = [],
): Promise<{ out: string; err: string; code: number; scratch: string }> {
  const launch: Launch = {
    argv,
    env,
    workingDir: '/tmp',
    mounts,
    image: { mounts: [], path: [], env: {} } as unknown as Launch['image'],
    scratch: mkdtempSync(join(room, `${runs++}-`)),
    podPidsLimit: 4096,
    enter: [],
  };
  const running = start(launch);
  running.begin();
  const { stdout, stderr } = running.process;
  const texts = Promise.all([buffer(stdout!), buffer(stderr!)]);
  const [code] = await once(running.process, 'exit');
  const [out, err] = (await texts).map(String);
  return { out, err, code, scratch: launch.scratch };
}

/** Variables by which a program is led to load, read or say something else. */
const HOSTILE: Record<string, string> = {
  LD_PRELOAD: '/no/such/library.so',
  LD_AUDIT: '/no/such/audit.so',
  LIBMOUNT_DEBUG: 'all',
  LIBMOUNT_FSTAB: '/no/such/fstab',
  ULPATH_DEBUG: 'all',
  BASH_ENV: '/no/such/script',
  ENV: '/no/such/script',
  PATH: '/no/such/bin:/usr/bin',
  IFS: 'aeiou',
  NODE_OPTIONS: '--require /no/such/module.js',
  PYTHONPATH: '/no/such/place',
  GIT_SSH_COMMAND: 'false',
  npm_config_registry: 'http://127.0.0.1:1/',
  PIP_INDEX_URL: 'http://127.0.0.1:1/',
  HTTP_PROXY: 'http://127.0.0.1:1/',
  // Names that the launcher's scripts use for themselves.
  turn: 'theirs',
  child: 'theirs',
  status: 'theirs',
  // What others are called while they are handed over.
  LOCAL_CLUSTER_turn: 'theirs, too',
  QUOTES: `'"$(false)\`false\`\\\n second line`,
};

describe.each([
  ['isolated', launchIsolated],
  ['plain', launchPlain],
])("10: a container's variables, %s", (kind, start) => {
  beforeAll(async () => {
    // The machines that this is developed and tested on permit it.
    if (kind === 'isolated' && !(await probeIsolation()).files)
      throw new Error('this machine permits no namespaces');
  });

  it('10: reach its own command, each whole', async () => {
    const { out, code } = await run(start, HOSTILE);
    expect(code).toBe(0);
    const got = Object.fromEntries(
      out
        .split('\0')
        .filter(Boolean)
        .map(entry => [
          entry.slice(0, entry.indexOf('=')),
          entry.slice(entry.indexOf('=') + 1),
        ]),
    );
    expect(got).toMatchObject(HOSTILE);
    // And nothing of how they came there.
    expect(
      Object.keys(got).filter(
        name => name.startsWith('LOCAL_CLUSTER_') && !(name in HOSTILE),
      ),
    ).toEqual([]);
  });

  it('10: reach no program before its own command', async () => {
    const { err } = await run(start, HOSTILE);
    const of = (pattern: RegExp) => err.match(pattern)?.length ?? 0;
    // The loader complains once for each program that it was to change.
    expect(of(/library\.so' from LD_PRELOAD/g)).toBe(1);
    expect(of(/libmount|ulpath/gi)).toBe(0);
  });
});

describe('the file tree of an isolated container', () => {
  let volume: string;
  beforeEach(() => {
    volume = mkdtempSync(join(room, 'volume-'));
  });
  const at = (target: string) => [{ source: volume, target, readOnly: false }];
  const shell = (script: string, mounts: Launch['mounts'] = []) =>
    run(launchIsolated, {}, ['/bin/sh', '-c', script], mounts);

  it.each(['/var', '/-data', '/tmp', '/tmp/inside', '/srv/a b'])(
    'has a volume at %s, which holds what is written there and nothing else',
    async target => {
      expect(
        await shell(`echo kept > '${target}/file'`, at(target)),
      ).toMatchObject({ code: 0, err: '' });
      expect(readdirSync(volume)).toEqual(['file']);
    },
  );

  it('makes a place in a volume for a volume inside it', async () => {
    const inner = mkdtempSync(join(room, 'inner-'));
    const mounts = [
      ...at('/data'),
      { source: inner, target: '/data/a/b', readOnly: false },
    ];
    expect((await shell('echo kept > /data/a/b/file', mounts)).code).toBe(0);
    expect(readdirSync(inner)).toEqual(['file']);
  });

  it.each([
    ['/etc/hosts', 'leads over "etc/hosts"'],
    ['/dev/null/x', 'leads over "dev/null"'],
    ['/usr/lib/x', 'lies in a read-only mount'],
    ['/a/../b', 'is not plain and absolute'],
    ['/', 'is not plain and absolute'],
  ])('refuses a volume at %s', async (target, why) => {
    await expect(shell('true', at(target))).rejects.toThrow(why);
  });

  it('follows no link that an app left in a volume', async () => {
    symlinkSync('/tmp', join(volume, 'out'));
    const mounts = [
      ...at('/data'),
      { source: room, target: '/data/out/x', readOnly: false },
    ];
    await expect(shell('true', mounts)).rejects.toThrow('leads over "out"');
  });

  it('has temporary directories on the disk, of everybody', async () => {
    const { out, scratch } = await shell(
      'for d in /tmp /var/tmp; do touch $d/written && stat -c %a $d; done',
    );
    expect(out).toBe('1777\n1777\n');
    for (const directory of ['tmp', 'var-tmp'])
      expect(readdirSync(join(scratch, directory))).toEqual(['written']);
  });
});
