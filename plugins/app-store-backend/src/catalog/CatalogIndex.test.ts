import { catalogScope } from './CatalogIndex';

describe('what the catalog may hold', () => {
  const everybody = {
    fullAccessGroups: [],
    publicMode: false,
    iamEnabled: false,
    catalogPolicyWired: false,
  };
  const visitors = { ...everybody, fullAccessGroups: ['users'] };

  it.each([
    ['everybody has full access', everybody, 'listed'],
    ['there are visitors', visitors, undefined],
    ['visitors see PUBLIC apps', { ...visitors, publicMode: true }, 'public'],
    ['policies may hide apps', { ...everybody, iamEnabled: true }, undefined],
    [
      'policies may hide PUBLIC apps',
      { ...visitors, publicMode: true, iamEnabled: true },
      undefined,
    ],
    [
      'the policy asks',
      { ...visitors, iamEnabled: true, catalogPolicyWired: true },
      'listed',
    ],
  ])('where %s', (_, config, scope) => {
    expect(catalogScope(config)).toBe(scope);
  });
});
