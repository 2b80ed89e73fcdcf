import { ConfigReader } from '@backstage/config';
import { readStoreConfig } from './StoreConfig';

describe('roles in the configuration', () => {
  const read = (roles: object) =>
    readStoreConfig(
      new ConfigReader({
        backend: { baseUrl: 'http://localhost:7007' },
        appStore: {
          gateway: { baseUrl: 'http://apps.localhost:7008' },
          bundles: { directory: '/b' },
          roles,
        },
      }),
    ).adminGroups;

  it('are groups unless claims are meant', () => {
    expect(read({ admin: ['admin', 'group:a/B'] })).toEqual([
      'group:default/admin',
      'group:a/b',
    ]);
    expect(read({ admin: ['admin', 'group:a/b'], names: 'claims' })).toEqual([
      'role:oidc/admin',
      'group:a/b',
    ]);
    expect(
      read({ admin: ['admin'], names: 'claims', claimsAre: 'groups' }),
    ).toEqual(['group:default/admin']);
  });

  it('names the key that is wrong', () => {
    expect(() => read({ names: 'both' })).toThrow('appStore.roles.names');
    expect(() => read({ claimsAre: 'both' })).toThrow(
      'appStore.roles.claimsAre',
    );
    expect(() => read({ admin: ['a:b:c'] })).toThrow('roles.admin');
  });
});
