import fc from 'fast-check';
import semver from 'semver';
import {
  aliasNameProblem,
  appHost,
  appOrigin,
  compareVersions,
  isListedHost,
  versionKey,
} from './names';

const number = fc.oneof(fc.nat(20), fc.nat(), fc.constant(10 ** 12));
const word = fc.oneof(
  number.map(String),
  fc.stringMatching(/^[0-9A-Za-z-]*[A-Za-z-][0-9A-Za-z-]*$/).filter(Boolean),
);
const version = fc
  .record({
    core: fc.tuple(number, number, number),
    pre: fc.array(word, { maxLength: 3 }),
  })
  .map(
    ({ core, pre }) =>
      `${core.join('.')}${pre.length ? `-${pre.join('.')}` : ''}`,
  )
  .filter(text => text.length <= 63 && semver.valid(text) !== null);

describe('versionKey', () => {
  it('orders as semantic versioning does', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareVersions(a, b))).toBe(semver.compare(a, b));
      }),
    );
  });

  it('is plain text that every collation orders alike, within the column', () => {
    fc.assert(
      fc.property(version, text => {
        expect(versionKey(text)).toMatch(/^[0-9a-f]{1,400}$/);
      }),
    );
  });

  it('counts missing parts as 0, and tells versions of equal precedence apart', () => {
    expect(['1', '1.0.1', '1.0', '1.0.0', '0.9'].sort(compareVersions)).toEqual(
      ['0.9', '1', '1.0', '1.0.0', '1.0.1'],
    );
    expect(versionKey('1.0.0+a')).not.toBe(versionKey('1.0.0+b'));
  });
});

describe('aliasNameProblem', () => {
  it.each(['a', 'my-app', '1', 'a'.repeat(63), 'a.b', '1.example.org'])(
    'takes %s',
    name => expect(aliasNameProblem(name)).toBeUndefined(),
  );
  it.each([
    '',
    'A',
    '-a',
    'a-',
    '.a',
    'a.',
    'a..b',
    'a.-b',
    'a.B',
    '10.0.0.1',
    '*.a',
    `${'a'.repeat(64)}.b`,
    `${'a.'.repeat(120)}b`,
    'a_b',
    'a b',
    'a'.repeat(64),
    // Look-alikes of Latin letters, and names that are read as such.
    'аpp',
    'ａｐｐ',
    'xn--pp-7ka',
    'a\u0000',
    'a\n',
    'app\u200b',
  ])('refuses %j', name => expect(aliasNameProblem(name)).toBeTruthy());
});

describe('15: host names outside the domain of apps', () => {
  const hosts = ['dash.example.org', '*.tools.example.org'];
  it.each([
    ['dash.example.org', true],
    ['a.tools.example.org', true],
    ['tools.example.org', false],
    ['a.b.tools.example.org', false],
    ['x.dash.example.org', false],
    ['xn--pp-7ka.tools.example.org', false],
    ['dash', false],
    ['', false],
  ])('lists %s: %s', (name, listed) =>
    expect(isListedHost(name, hosts)).toBe(listed),
  );

  it('are addresses by themselves', () => {
    expect(appHost('dash', 'apps.example.com')).toBe('dash.apps.example.com');
    expect(appHost('dash.example.org', 'apps.example.com')).toBe(
      'dash.example.org',
    );
    expect(appOrigin('dash', new URL('https://apps.example.com'))).toBe(
      'https://dash.apps.example.com',
    );
    expect(
      appOrigin('dash.example.org', new URL('http://apps.localhost:7008')),
    ).toBe('http://dash.example.org:7008');
  });
});
