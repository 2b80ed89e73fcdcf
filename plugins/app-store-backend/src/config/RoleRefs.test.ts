import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import fc from 'fast-check';
import { RoleRefs } from './RoleRefs';

const role = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 255 }),
  fc.constantFrom('admin', 'Admin', 'ADMIN', 'a/b', 'group:default/admins'),
);

describe('RoleRefs', () => {
  const claims = RoleRefs.create({ names: 'claims', claimsAre: 'roles' });
  const groups = RoleRefs.create({ names: 'groups', claimsAre: 'roles' });

  it('gives each role of a claim a ref of its own, which is never one of a group', () => {
    fc.assert(
      fc.property(role, role, (one, other) => {
        const ref = claims.claimed(one)!;
        expect(stringifyEntityRef(parseEntityRef(ref))).toBe(ref);
        expect(parseEntityRef(ref).kind).toBe('role');
        expect(ref === claims.claimed(other)).toBe(one === other);
      }),
    );
  });

  it('means by a name what the claim calls so, also in full and as pages show it', () => {
    fc.assert(
      fc.property(role, name => {
        const ref = claims.claimed(name)!;
        expect(claims.configured(`role:oidc/${name}`)).toBe(ref);
        expect(groups.configured(ref)).toBe(ref);
        const alone = name.replace(/[:/]/g, '.');
        expect(claims.configured(alone)).toBe(claims.claimed(alone));
      }),
    );
  });

  it.each([
    [claims, 'admin', 'role:oidc/admin'],
    [groups, 'admin', 'group:default/admin'],
    [groups, 'Admins', 'group:default/admins'],
    [claims, 'group:default/Admins', 'group:default/admins'],
    [claims, 'group:other/admins', 'group:other/admins'],
    [claims, 'other/admins', 'group:other/admins'],
  ])('%#: %s is %s', (refs, text, ref) => {
    expect(refs.configured(text)).toBe(ref);
  });

  it('makes groups of claims where that is configured, of those that may be names of groups', () => {
    const as = RoleRefs.create({ names: 'groups', claimsAre: 'groups' });
    expect(as.claimed('admins')).toBe('group:default/admins');
    expect(as.claimed('Admins')).toBeUndefined();
    expect(as.claimed('../admins')).toBeUndefined();
  });
});
