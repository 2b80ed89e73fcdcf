/** The tables of specification 3.1 to 3.5 as data, cell by cell. */
import type {
  InstanceLifecycle,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  decideAnonymous,
  decideApp,
  decideInstance,
  decideSecret,
  type Actor,
  type AppFacts,
  type InstanceAction,
} from './policy';

const actor = (options: Partial<Actor> & { userEntityRef: string }): Actor => ({
  roles: [],
  fullAccess: true,
  admin: false,
  ...options,
});
const people = {
  stranger: actor({
    userEntityRef: 'user:default/stranger',
    fullAccess: false,
  }),
  invited: actor({
    userEntityRef: 'user:default/invited',
    fullAccess: false,
    roles: ['group:default/ra'],
  }),
  full: actor({ userEntityRef: 'user:default/full' }),
  appOwner: actor({ userEntityRef: 'user:default/app-owner' }),
  admin: actor({ userEntityRef: 'user:default/admin', admin: true }),
  visitingAdmin: actor({
    userEntityRef: 'user:default/visiting-admin',
    admin: true,
    fullAccess: false,
  }),
};
const app = (
  visibility: Visibility,
  lifecycle: InstanceLifecycle = 'ON_DEMAND',
): AppFacts => ({
  ownerRef: people.appOwner.userEntityRef,
  visibility,
  lifecycle,
  visitorRoles: ['group:default/ra', 'group:default/rc'],
});

describe('3.1 see an app', () => {
  const table: Array<[keyof typeof people, boolean, boolean, boolean]> = [
    // who, PRIVATE, ALL_USERS, PUBLIC (public mode off)
    ['stranger', false, false, false],
    ['invited', false, true, true],
    ['full', false, true, true],
    ['appOwner', true, true, true],
  ];
  it.each(table)('%s', (who, ...cells) => {
    expect(
      (['PRIVATE', 'ALL_USERS', 'PUBLIC'] as const).map(
        v => decideApp(people[who], 'see', app(v)).allowed,
      ),
    ).toEqual(cells);
  });
});

describe('3.2 run an app', () => {
  const table: Array<
    [keyof typeof people, boolean, boolean, boolean, boolean, boolean]
  > = [
    // who, PRIVATE, ALL_USERS, PUBLIC, MANAGED, LINK
    ['stranger', false, false, false, false, false],
    ['invited', false, true, true, false, false],
    ['full', false, true, true, false, false],
    ['appOwner', true, true, true, true, false],
    ['admin', false, true, true, true, false],
    ['visitingAdmin', false, false, false, true, false],
  ];
  it.each(table)('%s', (who, ...cells) => {
    expect([
      ...(['PRIVATE', 'ALL_USERS', 'PUBLIC'] as const).map(
        v => decideApp(people[who], 'run', app(v)).allowed,
      ),
      decideApp(people[who], 'run', app('ALL_USERS', 'MANAGED')).allowed,
      decideApp(people[who], 'run', app('ALL_USERS', 'LINK')).allowed,
    ]).toEqual(cells);
  });
});

describe('3.3 other operations on an app', () => {
  it.each(['update', 'delete', 'download'] as const)('%s', action => {
    const may = Object.entries(people).filter(
      ([, who]) => decideApp(who, action, app('ALL_USERS')).allowed,
    );
    expect(may.map(([name]) => name)).toEqual([
      'appOwner',
      'admin',
      'visitingAdmin',
    ]);
  });

  it('hides owner and tags from visitors', () => {
    expect(
      decideApp(people.invited, 'see-owner', app('ALL_USERS')).allowed,
    ).toBe(false);
    expect(
      decideApp(people.invited, 'see-tags', app('ALL_USERS')).allowed,
    ).toBe(false);
    expect(decideApp(people.full, 'see-owner', app('ALL_USERS')).allowed).toBe(
      true,
    );
  });
});

describe('3.4 instances', () => {
  const ownerRef = 'user:default/instance-owner';
  const full = actor({ userEntityRef: ownerRef });
  const visitor = actor({
    userEntityRef: ownerRef,
    fullAccess: false,
    roles: ['group:default/ra'],
  });
  const all = { ...people, owner: full, visitingOwner: visitor };
  const may = (
    action: InstanceAction,
    visibility: Visibility,
    lifecycle: InstanceLifecycle = 'ON_DEMAND',
  ) =>
    Object.entries(all)
      .filter(
        ([, who]) =>
          decideInstance(who, action, {
            ownerRef,
            visibility,
            app: app('ALL_USERS', lifecycle),
          }).allowed,
      )
      .map(([name]) => name);

  it.each([
    [
      'see',
      'PRIVATE',
      ['appOwner', 'admin', 'visitingAdmin', 'owner', 'visitingOwner'],
    ],
    [
      'see',
      'ALL_USERS',
      ['full', 'appOwner', 'admin', 'visitingAdmin', 'owner', 'visitingOwner'],
    ],
    [
      'see',
      'PUBLIC',
      ['full', 'appOwner', 'admin', 'visitingAdmin', 'owner', 'visitingOwner'],
    ],
    ['open', 'PRIVATE', ['owner', 'visitingOwner']],
    [
      'open',
      'ALL_USERS',
      ['full', 'appOwner', 'admin', 'owner', 'visitingOwner'],
    ],
    [
      'open',
      'PUBLIC',
      [
        'stranger',
        'invited',
        'full',
        'appOwner',
        'admin',
        'visitingAdmin',
        'owner',
        'visitingOwner',
      ],
    ],
    [
      'status',
      'ALL_USERS',
      ['appOwner', 'admin', 'visitingAdmin', 'owner', 'visitingOwner'],
    ],
    ['logs', 'ALL_USERS', ['appOwner', 'admin', 'visitingAdmin', 'owner']],
    [
      'update',
      'ALL_USERS',
      ['admin', 'visitingAdmin', 'owner', 'visitingOwner'],
    ],
    [
      'suspend',
      'ALL_USERS',
      ['admin', 'visitingAdmin', 'owner', 'visitingOwner'],
    ],
    [
      'terminate',
      'ALL_USERS',
      ['admin', 'visitingAdmin', 'owner', 'visitingOwner'],
    ],
  ] as Array<[InstanceAction, Visibility, string[]]>)(
    '%s %s',
    (action, visibility, expected) => {
      expect(may(action, visibility)).toEqual(expected);
    },
  );

  it('lets an invited visitor open a managed instance for all', () => {
    expect(may('open', 'ALL_USERS', 'MANAGED')).toContain('invited');
    expect(may('open', 'ALL_USERS', 'MANAGED')).not.toContain('stranger');
  });

  it('lets nobody in without signing in but to public ones', () => {
    expect(
      (['PRIVATE', 'ALL_USERS', 'PUBLIC'] as const).map(
        visibility => decideAnonymous({ visibility }).allowed,
      ),
    ).toEqual([false, false, true]);
  });
});

describe('3.5 private secrets', () => {
  it("are their owner's only, and never a visitor's", () => {
    const own = { ownerRef: people.full.userEntityRef };
    expect(decideSecret(people.full, 'see', own).allowed).toBe(true);
    expect(decideSecret(people.admin, 'see', own).allowed).toBe(false);
    expect(
      decideSecret(people.invited, 'create', {
        ownerRef: people.invited.userEntityRef,
      }).allowed,
    ).toBe(false);
  });
});
