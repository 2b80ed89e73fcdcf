import { ConfigReader } from '@backstage/config';
import { readOidcSignIn } from './config';

const PROVIDER = {
  metadataUrl: 'https://issuer.example/.well-known/openid-configuration',
  clientId: 'portal',
  clientSecret: 'made up',
  prompt: 'auto',
};

function read(provider: object | undefined, rest: object = {}) {
  return readOidcSignIn(
    new ConfigReader({
      auth: {
        environment: 'production',
        session: { secret: 'made up' },
        ...(provider ? { providers: { oidc: { production: provider } } } : {}),
      },
      ...rest,
    }),
  );
}

describe('the configuration of the sign-in through OpenID Connect', () => {
  it('has defaults', () => {
    expect(read(PROVIDER)).toEqual({
      rolesClaim: 'realm_access.roles',
      namespace: 'oidc',
      formerIssuers: [],
      catalogAnnotation: undefined,
    });
    expect(read(undefined)).toBeUndefined();
    expect(
      read({ ...PROVIDER, metadataUrl: 'http://localhost:1/metadata' }),
    ).toBeDefined();
  });

  it.each([
    ['clientId', { clientId: undefined }],
    ['clientSecret', { clientSecret: ' ' }],
    ['metadataUrl', { metadataUrl: undefined }],
    ['metadataUrl', { metadataUrl: 'http://issuer.example/' }],
    ['metadataUrl', { metadataUrl: 'http://localhost.issuer.example/' }],
    ['metadataUrl', { metadataUrl: 'issuer' }],
    ['prompt', { prompt: undefined }],
    ['signIn', { signIn: { resolvers: [] } }],
  ])('names %s below auth.providers.oidc', (key, change) => {
    expect(() => read({ ...PROVIDER, ...change })).toThrow(
      `auth.providers.oidc.production.${key}`,
    );
  });

  it('names what stands elsewhere', () => {
    expect(() =>
      read(PROVIDER, {
        auth: {
          environment: 'production',
          providers: { oidc: { production: PROVIDER } },
        },
      }),
    ).toThrow('auth.session.secret');
    expect(() =>
      read(PROVIDER, {
        auth: { providers: { oidc: { production: PROVIDER } } },
      }),
    ).toThrow('auth.providers.oidc.development');
    expect(() => read(undefined, { oidcSignIn: { title: 'x' } })).toThrow(
      'auth.providers.oidc',
    );
    for (const namespace of ['default', 'Upper', 'a/b', 'x'.repeat(64)])
      expect(() => read(PROVIDER, { oidcSignIn: { namespace } })).toThrow(
        'oidcSignIn.namespace',
      );
  });
});
