import { personRef } from './personRef';

describe('personRef', () => {
  it.each([
    ['dev', 'user:default/dev'],
    ['user:dev', 'user:default/dev'],
    ['User:Default/Dev', 'user:default/dev'],
    ['user:oidc/a.b_c-d', 'user:oidc/a.b_c-d'],
  ])('makes %s to %s', (text, ref) => {
    expect(personRef(text)).toBe(ref);
  });

  it.each(['', 'group:default/admins', 'user:a/b/c', 'user:a:b', ':', '/x'])(
    'refuses %j',
    text => {
      expect(() => personRef(text)).toThrow(
        'is not the entity ref of a person',
      );
    },
  );
});
