import { parseDuration } from './duration';

describe('parseDuration', () => {
  it.each([
    ['90s', 90],
    ['8h', 8 * 3600],
    ['1h30m', 5400],
    ['1.5h', 5400],
    ['1h0.5m1s', 3631],
    ['0s', 0],
    ['-1', -1],
    ...[
      '',
      '30',
      '-1h',
      '-2',
      '1d',
      '1 h',
      '.5h',
      '1.h',
      '1H',
      'h',
      'soon',
    ].map((text): [string, undefined] => [text, undefined]),
  ])('%j is %j seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
});
