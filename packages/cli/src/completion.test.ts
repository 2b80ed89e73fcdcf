/** What shells offer. */
import { newDirectory, type as typeIn } from './__testUtils__/typing';

const type = (args: string[]) => typeIn(args, newDirectory());

describe('completion', () => {
  it.each([
    [['ap'], ['app']],
    [['app', 'r'], ['run']],
    [
      ['app', ''],
      ['delete', 'download', 'get', 'import', 'inspect'],
    ],
    [['app', 'run', '--vi'], ['--visibility']],
    [
      ['app', 'run', '-v', 'P'],
      ['PRIVATE', 'PUBLIC'],
    ],
    [['admin', 'ia'], ['iam']],
    [
      ['admin', 'iam', ''],
      ['delete', 'export', 'get', 'import', 'list'],
    ],
    [['app', 'get', 'list', '--js'], ['--json']],
    [
      ['bundle', 'i'],
      ['import', 'init'],
    ],
  ])('of %j offers %j', async (words, offered) => {
    const { out } = await type(['__complete', '--', ...words]);
    expect(out.trim().split('\n').slice(0, offered.length)).toEqual(offered);
  });
});
