import { tagAccess } from './tagAccess';

describe('7: a tag says who can show apps to whom', () => {
  it.each([
    [
      ['group:default/app-developers'],
      ['group:default/design-guests'],
      'ADMIN_ROLES',
      'Members of app-developers can show apps to design-guests with this tag.',
    ],
    [
      [],
      ['group:default/a', 'group:ldap/b', 'role:oidc/c'],
      'FULL_ACCESS',
      'Everybody with full access can show apps to a, group:ldap/b or role:oidc/c with this tag.',
    ],
    [
      [],
      ['group:default/a'],
      'ADMINS',
      'Only admins can show apps to a with this tag.',
    ],
    [
      [],
      [],
      'FULL_ACCESS',
      'Everybody with full access can put this tag on apps. It does not show apps to visitors.',
    ],
  ] as const)('%j and %j, %s', (adminRoles, visitorRoles, assigners, text) => {
    expect(
      tagAccess({
        adminRoles: [...adminRoles],
        visitorRoles: [...visitorRoles],
        assigners,
      }),
    ).toBe(text);
  });
});
