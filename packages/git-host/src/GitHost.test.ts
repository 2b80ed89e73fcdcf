import { execFile, execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GitHost } from './GitHost';

/** Not in one go: this process serves what Git asks for. */
const run = promisify(execFile);

jest.setTimeout(60_000);

describe('GitHost', () => {
  let directory: string;
  let host: GitHost;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'git-host-'));
    mkdirSync(join(directory, 'files', 'app'), { recursive: true });
    writeFileSync(join(directory, 'files', 'app', 'a.txt'), 'one\n');
    host = await GitHost.start({ directory: join(directory, 'repos') });
    await host.create('lunch', 'lunch', join(directory, 'files'));
  });

  afterAll(async () => {
    await host.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const get = (path: string) => fetch(`${host.url}${path}`);

  it('answers as Gitea does where Backstage asks', async () => {
    const contents = await (
      await get('/api/v1/repos/lunch/lunch/contents/app/a.txt?ref=main')
    ).json();
    expect(Buffer.from(contents.content, 'base64').toString()).toBe('one\n');
    const { sha } = await (
      await get('/api/v1/repos/lunch/lunch/git/commits/main')
    ).json();
    expect(sha).toMatch(/^[0-9a-f]{40}$/);
    const archive = await get('/api/v1/repos/lunch/lunch/archive/main.tar.gz');
    const list = execFileSync('tar', ['tz'], {
      input: Buffer.from(await archive.arrayBuffer()),
    });
    expect(list.toString()).toContain('lunch/app/a.txt');
  });

  it('makes a repository that is pushed', async () => {
    const own = join(directory, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'b.txt'), 'mine\n');
    const git = (...args: string[]) => run('git', args, { cwd: own });
    await git('init', '-q', '-b', 'main');
    await git('add', '.');
    await git(
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@example.com',
      'commit',
      '-qm',
      'mine',
    );
    await expect(
      run('git', ['ls-remote', `${host.url}/team/own.git`]),
    ).rejects.toThrow('not found');
    await git('push', '-q', `${host.url}/team/own.git`, 'main');
    expect(await (await get('/team/own/src/branch/main/b.txt')).text()).toBe(
      'mine\n',
    );
  });

  it('is cloned from and pushed to', async () => {
    const clone = join(directory, 'clone');
    const git = (...args: string[]) => run('git', args, { cwd: clone });
    await run('git', ['clone', '-q', `${host.url}/lunch/lunch.git`, clone]);
    expect(readFileSync(join(clone, 'app', 'a.txt'), 'utf8')).toBe('one\n');
    writeFileSync(join(clone, 'app', 'a.txt'), 'two\n');
    await git(
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@b',
      'commit',
      '-qam',
      'x',
    );
    await git('push', '-q');
    const page = await get('/lunch/lunch/src/branch/main/app/a.txt');
    expect(await page.text()).toBe('two\n');
  });

  it.each([
    '/lunch/lunch/src/branch/main/missing.txt',
    '/api/v1/repos/lunch/lunch/contents/..%2f..%2fHEAD',
    '/api/v1/repos/lunch/lunch/git/commits/--help',
    '/api/v1/repos/lunch/other/git/commits/main',
    '/',
  ])('has nothing at %s', async path => {
    expect((await get(path)).status).toBe(404);
  });
});
