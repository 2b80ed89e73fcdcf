import { newDirectory, type } from '../__testUtils__/typing';

describe('20: commands that are not there', () => {
  it.each([
    [['exec'], /no command exec: apps do not run in Docker.*bundle test/s],
    [['exec', '.', '--volume', '/x:/y', '--help'], /no command exec/],
    [['platform'], /no command platform/],
    [['platform', 'access-token'], /no command platform.*app-store token/s],
    [
      ['config', 'update-platform-token'],
      /no command config update-platform-token.*config update-token/s,
    ],
  ])('20: %j says so and ends with 2', async (args, words) => {
    const { code, out, err } = await type(args, newDirectory());
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(words);
  });

  it('20: stand in no help', async () => {
    const { out } = await type(['--help'], newDirectory());
    expect(out).not.toMatch(/^ +(exec|platform)\b/m);
  });
});
