/** What a container's variables may do, on processes that really run. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
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
): Promise<{ out: string; err: string; code: number }> {
  const launch: Launch = {
    argv,
    env,
    workingDir: '/tmp',
    mounts: [],
    image: { mounts: [], path: [], env: {} } as unknown as Launch['image'],
    scratch: mkdtempSync(join(room, `${runs++}-`)),
    enter: [],
  };
  const running = start(launch);
  running.begin();
  const { stdout, stderr } = running.process;
  const texts = Promise.all([buffer(stdout!), buffer(stderr!)]);
  const [code] = await once(running.process, 'exit');
  const [out, err] = (await texts).map(String);
  return { out, err, code };
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
