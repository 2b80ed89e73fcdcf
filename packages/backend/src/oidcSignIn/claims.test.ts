import type { OidcAuthResult } from '@backstage/plugin-auth-backend-module-oidc-provider';
import fc from 'fast-check';
import { readClaims } from './claims';
import type { SignInRefusal } from './SignInRefusal';

const jwt = (claims: unknown) =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

function read(
  said: {
    userinfo?: object;
    idToken?: unknown;
    accessToken?: unknown;
    opaque?: string;
  },
  rolesClaim = 'realm_access.roles',
) {
  const { userinfo, idToken, accessToken, opaque } = said;
  return readClaims(
    {
      userinfo: { sub: 'u-1', ...userinfo },
      tokenset: {
        id_token: idToken === undefined ? undefined : jwt(idToken),
        access_token: accessToken === undefined ? opaque : jwt(accessToken),
      },
    } as unknown as OidcAuthResult,
    { rolesClaim },
  );
}
const roles = (...names: unknown[]) => ({ realm_access: { roles: names } });

describe('readClaims', () => {
  it('reads subject, issuer, name and roles', () => {
    expect(
      read({
        userinfo: {
          name: ' Ada\u202e Admin\n',
          ...roles('admin', 'user', 'admin'),
        },
        idToken: { sub: 'u-1', iss: 'https://issuer.example' },
      }),
    ).toEqual({
      subject: 'u-1',
      issuer: 'https://issuer.example',
      displayName: 'Ada Admin',
      roles: ['admin', 'user'],
    });
  });

  it('takes the newest place that has the claim', () => {
    const places = {
      userinfo: roles('at userinfo'),
      idToken: { sub: 'u-1', ...roles('in the ID token') },
      accessToken: { sub: 'u-1', ...roles('in the access token') },
    };
    expect(read(places).roles).toEqual(['at userinfo']);
    expect(read({ ...places, userinfo: {} }).roles).toEqual([
      'in the ID token',
    ]);
    expect(read({ accessToken: places.accessToken }).roles).toEqual([
      'in the access token',
    ]);
    // Whoever has none left has none, whatever is said elsewhere.
    expect(read({ ...places, userinfo: roles() }).roles).toEqual([]);
  });

  it('takes an opaque access token, and one of somebody else, for no claim', () => {
    expect(read({ opaque: 'opaque' }).roles).toEqual([]);
    expect(read({ opaque: 'a.b.c' }).roles).toEqual([]);
    expect(
      read({ accessToken: { sub: 'u-2', ...roles('admin') } }).roles,
    ).toEqual([]);
  });

  it.each([
    ['roles', { roles: ['a'] }],
    [
      'resource_access.my.app.roles',
      { resource_access: { 'my.app': { roles: ['a'] } } },
    ],
    ['https://example.com/roles', { 'https://example.com/roles': ['a'] }],
    ['a.b', { 'a.b': ['a'], a: { b: ['not this'] } }],
  ])('finds %s', (path, userinfo) => {
    expect(read({ userinfo }, path).roles).toEqual(['a']);
  });

  it.each([
    ['constructor.name', {}],
    ['__proto__.roles', {}],
    ['realm_access.roles', { realm_access: ['admin'] }],
    ['realm_access.roles', { realm_access: 'admin' }],
    ['realm_access.roles.0', roles('admin')],
  ])('finds nothing at %s of %j', (path, userinfo) => {
    expect(read({ userinfo }, path).roles).toEqual([]);
  });

  it.each([
    ['a text', { realm_access: { roles: 'admin' } }],
    ['an object', { realm_access: { roles: { 0: 'admin', length: 1 } } }],
    ['null', { realm_access: { roles: null } }],
    ['numbers', roles(1)],
    ['lists', roles(['admin'])],
    ['objects', roles({ toString: 'admin' })],
    ['nothing', roles('')],
    ['a line break', roles('admin\n')],
    ['a hidden character', roles('ad\u200bmin')],
    ['half a character', roles('\ud800')],
    ['too long a name', roles('r'.repeat(256))],
    ['too many', roles(...Array.from({ length: 501 }, (_, n) => `r${n}`))],
  ])('refuses roles that are %s', (_, userinfo) => {
    expect(() => read({ userinfo })).toThrow('ROLES_CLAIM_INVALID');
    expect(() => read({ userinfo })).toThrow('oidcSignIn.rolesClaim');
  });

  it.each([
    [{ userinfo: { sub: undefined } }],
    [{ userinfo: { sub: '' } }],
    [{ userinfo: { sub: 1 } }],
    [{ userinfo: { sub: 's'.repeat(256) } }],
    [{ idToken: { sub: 'u-2' } }],
    [{ idToken: { iss: 'https://issuer.example' } }],
  ])('refuses %j, which says nothing of one person', said => {
    expect(() => read(said)).toThrow('SUBJECT_INVALID');
  });

  it('names people by what is there', () => {
    expect(read({ userinfo: { preferred_username: 'ada' } }).displayName).toBe(
      'ada',
    );
    expect(
      read({ userinfo: { name: '\u202e', email: 'a@b.c' } }).displayName,
    ).toBe('a@b.c');
    expect(read({}).displayName).toBe('u-1');
    expect(read({ userinfo: { sub: '\u202e' } }).displayName).toBe('somebody');
  });

  it('answers whatever it is sent with what the store takes, or refuses it', () => {
    const names = fc.array(fc.string({ unit: 'binary', maxLength: 260 }));
    const claims = fc.oneof(
      fc.jsonValue(),
      fc.record({ roles: fc.oneof(names, fc.jsonValue()) }),
    );
    fc.assert(
      fc.property(claims, fc.jsonValue(), (claim, name) => {
        const userinfo = { realm_access: claim, name };
        const outcome = (() => {
          try {
            return read({ userinfo });
          } catch (error) {
            return { code: (error as SignInRefusal).code };
          }
        })();
        const text = (max: number) =>
          expect.stringMatching(new RegExp(`^\\P{C}{1,${max}}$`, 'u'));
        expect(outcome).toEqual(
          'code' in outcome
            ? { code: 'ROLES_CLAIM_INVALID' }
            : {
                subject: 'u-1',
                displayName: text(200),
                roles: outcome.roles.map(() => text(255)),
              },
        );
      }),
    );
  });
});
