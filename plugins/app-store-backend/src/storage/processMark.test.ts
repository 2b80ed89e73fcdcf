import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hasEnded, ownMark } from './processMark';

describe('hasEnded', () => {
  const own = ownMark();

  it('knows that this process has not', () => {
    expect(hasEnded(own)).toBe(false);
  });

  it('knows a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    const mark = { ...own, pid: child.pid!, born: undefined };
    expect(hasEnded(mark)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(hasEnded(mark)).toBe(true);
  });

  it('is not taken in by a pid that is used again', () => {
    const before = { ...own, born: '1' };
    expect(hasEnded(before, own)).toBe(own.born !== undefined);
  });

  it('says nothing of other machines, and of other containers', () => {
    const dead = { ...own, pid: 2 ** 22 + 1 };
    expect(hasEnded(dead)).toBe(true);
    expect(hasEnded({ ...dead, host: 'elsewhere' })).toBe(false);
    expect(hasEnded({ ...dead, space: 'another' })).toBe(false);
  });
});
