/** Mistyped words are answered with what was meant. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newDirectory, type } from './__testUtils__/typing';

describe('a mistyped word', () => {
  it.each([
    [['bundel'], 'bundle'],
    [['bundle', 'initt'], 'init'],
    [['bundle', 'imprt', 'my-app'], 'import'],
    [['app', 'lst'], 'list'],
    [['admin', 'instnce'], 'instance'],
    [['admin', 'instance', 'redploy', 'x'], 'redeploy'],
    [['env', 'runtime-version', 'lisst'], 'list'],
    [['app', 'list', '--runable'], '--runnable'],
    [['admin', 'app', 'list', '--jsn'], '--json'],
  ])('%j means %s', async (args, meant) => {
    const { code, err } = await type(args, newDirectory());
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`Did you mean .*${meant}`));
  });

  it('that is a directory is none', async () => {
    const cwd = newDirectory();
    writeFileSync(join(cwd, 'lnt'), '');
    const { code, err } = await type(['bundle', 'lnt'], cwd);
    expect(code).toBe(3);
    expect(err).toContain('lnt is not a directory');
  });

  it('that is like nothing is one too many', async () => {
    const { code, err } = await type(['bundle', 'a', 'b'], newDirectory());
    expect(code).toBe(2);
    expect(err).toContain("too many arguments for 'bundle'");
  });
});
