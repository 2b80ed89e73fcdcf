import { mockCredentials } from '@backstage/backend-test-utils';
import type { RoleSource } from '@ai-app-store/backstage-plugin-app-store-node';
import { RoleExtensions } from './RoleExtensions';
import { RoleRefs } from '../config/RoleRefs';
import { DefaultRoleResolver, type RoleResolverOptions } from './RoleResolver';
import { allOf } from './RoleSources';

const refs = RoleRefs.create({ names: 'groups', claimsAre: 'roles' });
const UMA = 'user:default/uma';

describe('DefaultRoleResolver', () => {
  let now: number;
  let asked: string[];
  let groups: string[];

  const source: RoleSource = {
    async find(userEntityRef) {
      asked.push(userEntityRef);
      return { roles: groups, displayName: 'Uma' };
    },
  };
  const resolver = (options: Partial<RoleResolverOptions> = {}) =>
    DefaultRoleResolver.create({
      source,
      refs,
      adminGroups: ['admins'],
      fullAccessGroups: ['group:default/Users'],
      // To lru-cache the time 0 is none.
      now: () => 1 + now,
      ...options,
    });

  beforeEach(() => {
    now = 0;
    asked = [];
    groups = ['group:default/users'];
  });

  it('makes an actor of the roles that the source gives', async () => {
    expect(await resolver().resolve(UMA)).toEqual({
      userEntityRef: UMA,
      displayName: 'Uma',
      known: true,
      holdsForMs: 45_000,
      roles: ['group:default/users'],
      admin: false,
      fullAccess: true,
    });
    groups = ['group:default/admins'];
    expect(await resolver().resolve(UMA)).toMatchObject({
      admin: true,
      fullAccess: false,
    });
    expect(await resolver({ fullAccessGroups: [] }).resolve(UMA)).toMatchObject(
      { fullAccess: true },
    );
  });

  it('knows nobody whom the source does not know', async () => {
    expect(
      await resolver({ source: { find: async () => undefined } }).resolve(UMA),
    ).toEqual({
      userEntityRef: UMA,
      displayName: 'uma',
      known: false,
      holdsForMs: 5_000,
      roles: [],
      admin: false,
      fullAccess: false,
    });
  });

  it('8: gives somebody unknown no full access where no group is named, and no role of a mapper', async () => {
    const roles = resolver({
      source: { find: async () => undefined },
      fullAccessGroups: [],
      mappers: [() => ['users', 'admins']],
    });
    expect(await roles.resolve(UMA)).toMatchObject({
      known: false,
      fullAccess: false,
      admin: false,
      roles: [],
    });
  });

  it('8: refuses the portal token of somebody who is gone, within the minute and no longer', async () => {
    let gone = false;
    const roles = resolver({
      source: {
        find: async ref => (gone ? undefined : source.find(ref)),
      },
    });
    const credentials = mockCredentials.user(UMA);
    expect(await roles.actorOf(credentials)).toMatchObject({ known: true });
    gone = true;
    now = 45_001;
    await expect(roles.actorOf(credentials)).rejects.toMatchObject({
      status: 401,
      code: 'PERSON_UNKNOWN',
    });
    // Somebody who was added again does not wait for the minute.
    gone = false;
    now += 5_001;
    expect(await roles.actorOf(credentials)).toMatchObject({ known: true });
  });

  it('keeps an answer for less than a minute, says how long, and until it is told to forget it', async () => {
    const roles = resolver();
    await roles.resolve(UMA);
    now = 45_000;
    expect((await roles.resolve(UMA)).holdsForMs).toBe(0);
    expect(asked).toHaveLength(1);
    groups = [];
    roles.forget(UMA);
    expect((await roles.resolve(UMA)).fullAccess).toBe(false);
    now = 90_001;
    await roles.resolve(UMA);
    expect(asked).toHaveLength(3);
  });

  it('keeps so many answers and no more, the newest', async () => {
    const roles = resolver({ cacheSize: 2 });
    for (const ref of ['a', 'b', 'c', 'c', 'b', 'a']) await roles.resolve(ref);
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });

  it('gives nobody a role where the source fails, and asks again', async () => {
    let fails = true;
    const roles = resolver({
      source: {
        async find(ref) {
          if (fails) throw new Error('no catalog');
          return source.find(ref);
        },
      },
    });
    await expect(roles.resolve(UMA)).rejects.toMatchObject({
      code: 'ROLES_UNAVAILABLE',
      status: 503,
      message: expect.stringContaining('no catalog'),
    });
    fails = false;
    expect((await roles.resolve(UMA)).known).toBe(true);
  });

  it('runs the mappers one after another, and cannot be spoilt by them', async () => {
    const roles = resolver({
      mappers: [
        person => [...person.roles, 'Guests', 'guests'],
        async person => person.roles.filter(role => !role.endsWith('users')),
      ],
    });
    expect(await roles.resolve(UMA)).toMatchObject({
      roles: ['group:default/guests'],
      fullAccess: false,
    });
    await expect(
      resolver({
        mappers: [person => (person.roles as string[]).splice(0)],
      }).resolve(UMA),
    ).rejects.toMatchObject({ code: 'ROLES_UNAVAILABLE' });
    await expect(
      resolver({ mappers: [() => ['no:ref:at all']] }).resolve(UMA),
    ).rejects.toMatchObject({ code: 'ROLES_UNAVAILABLE' });
  });
});

describe('several sources', () => {
  const knows = (roles: string[], displayName?: string): RoleSource => ({
    find: async () => ({ roles, displayName }),
  });
  const knowsNobody: RoleSource = { find: async () => undefined };

  it('are one', async () => {
    expect(
      await allOf(knows(['a']), knowsNobody, knows(['b'], 'Bo')).find(UMA),
    ).toEqual({ roles: ['a', 'b'], displayName: 'Bo' });
    expect(await allOf(knowsNobody).find(UMA)).toBeUndefined();
  });
});

describe('RoleExtensions', () => {
  it('takes one source', () => {
    const extensions = new RoleExtensions();
    extensions.setRoleSource({ find: async () => undefined });
    expect(() =>
      extensions.setRoleSource({ find: async () => undefined }),
    ).toThrow('two modules');
  });
});
