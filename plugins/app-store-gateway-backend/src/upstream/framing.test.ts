import { guardFrames } from './framing';

const PORTAL = 'http://localhost:7007';
const OURS = `frame-ancestors 'self' ${PORTAL}`;

function guarded(
  headers: Record<string, string | string[]>,
  ancestors: string[] = [],
  status = 200,
): string | string[] | undefined {
  guardFrames(status, headers, ancestors, PORTAL);
  return headers['content-security-policy'];
}

describe('10: frames around apps', () => {
  it.each([
    ['an app that says nothing', {}, OURS],
    [
      'an app with a policy about other things',
      { 'content-security-policy': "default-src 'self'" },
      ["default-src 'self'", OURS],
    ],
    [
      'an app with two policies',
      { 'content-security-policy': ["default-src 'self'", 'img-src *'] },
      ["default-src 'self'", 'img-src *', OURS],
    ],
    [
      'an app that decides itself',
      { 'content-security-policy': "default-src *; Frame-Ancestors 'none'" },
      "default-src *; Frame-Ancestors 'none'",
    ],
    [
      'an app that decides itself in a joined header',
      { 'content-security-policy': 'img-src *, frame-ancestors https://a' },
      'img-src *, frame-ancestors https://a',
    ],
    [
      'an app that has a word like it',
      { 'content-security-policy': 'report-uri /frame-ancestors' },
      ['report-uri /frame-ancestors', OURS],
    ],
    [
      'an app that only reports',
      { 'content-security-policy-report-only': "frame-ancestors 'none'" },
      OURS,
    ],
    ['an app with the older header', { 'x-frame-options': 'DENY' }, undefined],
    [
      'an app with the older header, twice',
      { 'x-frame-options': ['SAMEORIGIN', 'SAMEORIGIN'] },
      undefined,
    ],
    [
      'an app with a value that browsers pass over',
      { 'x-frame-options': 'ALLOWALL' },
      OURS,
    ],
  ])('of %s', (_, headers, expected) => {
    expect(guarded({ ...headers } as Record<string, string>)).toEqual(expected);
  });

  it('are open to whom the app names, and to everybody where it says so', () => {
    expect(guarded({}, ['https://wiki.example'])).toBe(
      `${OURS} https://wiki.example`,
    );
    expect(guarded({}, ['*'])).toBeUndefined();
  });

  it('are not spoken of where the browser keeps what it has', () => {
    expect(guarded({}, [], 304)).toBeUndefined();
  });
});
