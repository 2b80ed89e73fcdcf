/**
 * The tables of specification 3.1 to 3.6, every cell, as the specification has them.
 * A row that the specification leaves to a footnote is a row of its own here.
 */
import {
  ACTIONS,
  type InstanceLifecycle,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { appOf, OWNER_REF, people } from './__testUtils__/people';
import { differences, table } from './__testUtils__/table';
import { ANONYMOUS, withoutAdmin } from './Actor';
import type { AppAction, AppFacts } from './rows/app';
import type { InstanceAction } from './rows/instance';
import { KINDS, type Kind } from './kinds';
import type { PlatformAction } from './rows/platform';
import { Policy } from './Policy';
import type { SecretAction, SecretScope } from './rows/secret';
import type { TagAction } from './rows/tag';
import type { AliasAction } from './rows/alias';

const settings = { publicMode: false, downloads: true };
const policy = Policy.create({ settings });
const publicPolicy = Policy.create({
  settings: { ...settings, publicMode: true },
});

describe('3.1 apps: see', () => {
  const cells = table(`
                       | PRIVATE | ALL_USERS | PUBLIC, on | PUBLIC, off
    anonymous          | -       | -         | Y          | -
    visitor-           | -       | -         | Y          | -
    visitor+           | -       | Y         | Y          | Y
    full               | -       | Y         | Y          | Y
    full with role     | -       | Y         | Y          | Y
    app owner          | Y       | Y         | Y          | Y
    app owner, visitor | Y       | Y         | Y          | Y
    admin, full        | Y       | Y         | Y          | Y
    admin, visitor     | Y       | Y         | Y          | Y
  `);
  it('holds in every cell', () => {
    expect(
      differences(cells, (row, column) => {
        const [visibility, mode] = column.split(', ');
        return (mode === 'on' ? publicPolicy : policy).decide(
          'app',
          'read',
          people[row],
          appOf(visibility as Visibility),
        ).allowed;
      }),
    ).toEqual([]);
  });

  it('does not let public mode open more than PUBLIC apps', () => {
    for (const visibility of ['PRIVATE', 'ALL_USERS'] as const)
      for (const row of ['anonymous', 'visitor-'])
        expect(
          publicPolicy.decide('app', 'read', people[row], appOf(visibility))
            .allowed,
        ).toBe(false);
  });
});

describe('3.2 apps: run', () => {
  const cells = table(`
                       | PRIVATE ON_DEMAND | ALL_USERS ON_DEMAND | PUBLIC ON_DEMAND | PRIVATE MANAGED | ALL_USERS MANAGED | PUBLIC MANAGED | ALL_USERS LINK | PUBLIC LINK
    anonymous          | -                 | -                   | -                | -               | -                 | -              | -              | -
    visitor-           | -                 | -                   | -                | -               | -                 | -              | -              | -
    visitor+           | -                 | Y                   | Y                | -               | -                 | -              | -              | -
    full               | -                 | Y                   | Y                | -               | -                 | -              | -              | -
    full with role     | -                 | Y                   | Y                | -               | -                 | -              | -              | -
    app owner          | Y                 | Y                   | Y                | Y               | Y                 | Y              | -              | -
    app owner, visitor | -                 | -                   | -                | -               | -                 | -              | -              | -
    admin, full        | -                 | Y                   | Y                | Y               | Y                 | Y              | -              | -
    admin, visitor     | -                 | -                   | -                | Y               | Y                 | Y              | -              | -
  `);
  it.each([
    ['off', policy],
    ['on', publicPolicy],
  ])('holds in every cell, public mode %s', (_, each) => {
    expect(
      differences(cells, (row, column) => {
        const [visibility, lifecycle] = column.split(' ');
        return each.decide(
          'app',
          'run',
          people[row],
          appOf(visibility as Visibility, lifecycle as InstanceLifecycle),
        ).allowed;
      }),
    ).toEqual([]);
  });
});

describe('3.3 apps: other operations', () => {
  // On an app for ALL_USERS that a tag opens to visitors with the role.
  const cells = table(`
                       | update | delete | transfer | download | read_meta | read_owner | read_tags | set_profile | set_image | set_service_account | refresh | prefer
    anonymous          | -      | -      | -        | -        | -         | -          | -         | -           | -         | -                   | -       | -
    visitor-           | -      | -      | -        | -        | -         | -          | -         | -           | -         | -                   | -       | -
    visitor+           | -      | -      | -        | -        | -         | -          | -         | -           | -         | -                   | -       | Y
    full               | -      | -      | -        | -        | Y         | Y          | Y         | -           | -         | -                   | -       | Y
    app owner          | Y      | Y      | Y        | Y        | Y         | Y          | Y         | Y           | Y         | -                   | Y       | Y
    app owner, visitor | -      | -      | -        | -        | Y         | -          | -         | -           | -         | -                   | -       | Y
    admin, full        | Y      | Y      | Y        | Y        | Y         | Y          | Y         | Y           | Y         | Y                   | Y       | Y
    admin, visitor     | Y      | Y      | Y        | Y        | Y         | Y          | Y         | Y           | Y         | Y                   | Y       | Y
  `);
  const decide = (row: string, column: string, app = appOf('ALL_USERS')) =>
    policy.decide('app', column as AppAction, people[row], app).allowed;

  it('holds in every cell', () => {
    expect(differences(cells, decide)).toEqual([]);
  });

  // What goes by being visible, on a PRIVATE app.
  const privateCells = table(`
                       | read_meta | prefer
    visitor+           | -         | -
    full               | -         | -
    app owner          | Y         | Y
    admin, visitor     | Y         | Y
  `);
  it('hides a PRIVATE app in these, too', () => {
    expect(
      differences(privateCells, (row, column) =>
        decide(row, column, appOf('PRIVATE')),
      ),
    ).toEqual([]);
  });

  it('lets whoever signs in like what public mode shows them', () => {
    const likes = (each: Policy, row: string, visibility: Visibility) =>
      each.decide('app', 'prefer', people[row], appOf(visibility)).allowed;
    expect(likes(publicPolicy, 'visitor-', 'PUBLIC')).toBe(true);
    expect(likes(policy, 'visitor-', 'PUBLIC')).toBe(false);
    expect(likes(publicPolicy, 'visitor-', 'ALL_USERS')).toBe(false);
    expect(likes(publicPolicy, 'anonymous', 'PUBLIC')).toBe(false);
  });

  it('offers no downloads where they are switched off', () => {
    const off = Policy.create({
      settings: { ...settings, downloads: false },
    });
    for (const row of ['app owner', 'admin, full'])
      expect(
        off.decide('app', 'download', people[row], appOf('ALL_USERS')).allowed,
      ).toBe(false);
  });

  const imports = table(`
                       | import | import_marketplace | use | list_all | read_audit | manage_iam | explain_others
    anonymous          | -      | -                  | -   | -        | -          | -          | -
    visitor-           | -      | -                  | Y   | -        | -          | -          | -
    visitor+           | -      | -                  | Y   | -        | -          | -          | -
    full               | Y      | -                  | Y   | -        | -          | -          | -
    admin, full        | Y      | Y                  | Y   | Y        | Y          | Y          | Y
    admin, visitor     | Y      | Y                  | Y   | Y        | Y          | Y          | Y
  `);
  it('and what is done to the store as a whole', () => {
    expect(
      differences(
        imports,
        (row, column) =>
          policy.decide(
            'platform',
            column as PlatformAction,
            people[row],
            undefined,
          ).allowed,
      ),
    ).toEqual([]);
  });
});

describe('2.1 the gate for apps of the marketplace', () => {
  const gated = Policy.create({
    settings: { ...settings, appImporters: ['group:default/importers'] },
  });
  const admin = people['admin, full'];
  const may = (
    actor: typeof admin,
    action: PlatformAction = 'import_marketplace',
  ) => gated.decide('platform', action, actor, undefined);
  const importer = {
    ...admin,
    roles: [...admin.roles, 'group:default/importers'],
  };

  it('lets those admins through who are in its groups', () => {
    expect(may(importer).allowed).toBe(true);
    expect(may(admin)).toMatchObject({
      allowed: false,
      wouldChange: [
        ['An admin can add you to a group of appStore.roles.appImporter.'],
      ],
    });
    expect(may(admin, 'import').allowed).toBe(true);
  });

  it('makes nobody an admin', () => {
    expect(may({ ...importer, admin: false }).allowed).toBe(false);
  });
});

describe('3.4 instances', () => {
  const decide =
    (lifecycle: InstanceLifecycle, each = policy, app?: Visibility) =>
    (row: string, column: string) => {
      const [action, visibility = 'ALL_USERS'] = column.split(' ');
      return each.decide('instance', action as InstanceAction, people[row], {
        id: 'i',
        ownerRef: OWNER_REF,
        visibility: visibility as Visibility,
        app: appOf(app ?? 'ALL_USERS', lifecycle),
      }).allowed;
    };
  const cells = table(`
                       | read PRIVATE | read ALL_USERS | read PUBLIC | open PRIVATE | open ALL_USERS | open PUBLIC | read_status | view_log | read_owner
    anonymous          | -            | -              | -           | -            | -              | Y           | -           | -        | -
    visitor-           | -            | -              | -           | -            | -              | Y           | -           | -        | -
    visitor+           | -            | -              | -           | -            | -              | Y           | -           | -        | -
    full               | -            | Y              | Y           | -            | Y              | Y           | -           | -        | Y
    app owner          | Y            | Y              | Y           | -            | Y              | Y           | Y           | Y        | Y
    app owner, visitor | -            | -              | -           | -            | -              | Y           | -           | -        | -
    owner              | Y            | Y              | Y           | Y            | Y              | Y           | Y           | Y        | Y
    owner, visitor     | Y            | Y              | Y           | Y            | Y              | Y           | Y           | -        | Y
    admin, full        | Y            | Y              | Y           | -            | Y              | Y           | Y           | Y        | Y
    admin, visitor     | Y            | Y              | Y           | -            | -              | Y           | Y           | Y        | Y
  `);
  it('holds in every cell', () => {
    expect(differences(cells, decide('ON_DEMAND'))).toEqual([]);
  });

  const changes = table(`
                       | update | suspend | resume | extend | terminate | restore | alias | redeploy | disable_autosuspend
    anonymous          | -      | -       | -      | -      | -         | -       | -     | -        | -
    visitor-           | -      | -       | -      | -      | -         | -       | -     | -        | -
    visitor+           | -      | -       | -      | -      | -         | -       | -     | -        | -
    full               | -      | -       | -      | -      | -         | -       | -     | -        | -
    app owner          | -      | -       | -      | -      | -         | -       | -     | -        | -
    owner              | Y      | Y       | Y      | Y      | Y         | Y       | Y     | -        | -
    owner, visitor     | Y      | Y       | Y      | Y      | Y         | Y       | -     | -        | -
    admin, full        | Y      | Y       | Y      | Y      | Y         | Y       | Y     | Y        | Y
    admin, visitor     | Y      | Y       | Y      | Y      | Y         | Y       | Y     | Y        | Y
  `);
  it('holds in every cell of what changes them', () => {
    expect(differences(changes, decide('ON_DEMAND'))).toEqual([]);
  });

  // Note 3: visitors and instances of managed apps.
  const managed = table(`
                       | open PRIVATE | open ALL_USERS | read ALL_USERS
    anonymous          | -            | -              | -
    visitor-           | -            | -              | -
    visitor+           | -            | Y              | -
    full               | -            | Y              | Y
    admin, visitor     | -            | -              | -
  `);
  it('lets visitors open what is managed for all, where they see the app', () => {
    const shown = managed.filter(
      cell =>
        !(cell.row === 'admin, visitor' && cell.column === 'read ALL_USERS'),
    );
    expect(differences(shown, decide('MANAGED'))).toEqual([]);
    expect(
      differences(
        table(`
                       | open ALL_USERS
            visitor+   | -
        `),
        decide('MANAGED', policy, 'PRIVATE'),
      ),
    ).toEqual([]);
  });

  const publicManaged = table(`
                       | open PRIVATE | open ALL_USERS
    anonymous          | -            | -
    visitor-           | -            | Y
    visitor+           | -            | Y
  `);
  it('counts what public mode shows them as seen', () => {
    expect(
      differences(publicManaged, decide('MANAGED', publicPolicy, 'PUBLIC')),
    ).toEqual([]);
    const cell = table(`
                       | open ALL_USERS
            visitor-   | -
    `);
    expect(differences(cell, decide('MANAGED', policy, 'PUBLIC'))).toEqual([]);
    expect(
      differences(cell, decide('ON_DEMAND', publicPolicy, 'PUBLIC')),
    ).toEqual([]);
    expect(
      differences(cell, decide('MANAGED', publicPolicy, 'ALL_USERS')),
    ).toEqual([]);
  });
});

describe('3.5 tags, secrets, aliases', () => {
  const tags = table(`
                       | read | create | delete | update, free | assign, free | update, guarded | assign, guarded | assign, ra
    anonymous          | -    | -      | -      | -            | -            | -               | -               | -
    visitor-           | -    | -      | -      | -            | -            | -               | -               | -
    visitor+           | -    | -      | -      | -            | -            | -               | -               | -
    full               | Y    | -      | -      | Y            | Y            | -               | -               | -
    full with role     | Y    | -      | -      | Y            | Y            | -               | -               | Y
    admin, full        | Y    | Y      | Y      | Y            | Y            | Y               | Y               | Y
    admin, visitor     | Y    | Y      | Y      | Y            | Y            | Y               | Y               | Y
  `);
  it('tags hold in every cell', () => {
    const roles: Record<string, string[]> = {
      free: [],
      guarded: ['group:default/nobody'],
      ra: ['group:default/rc', 'group:default/ra'],
    };
    expect(
      differences(tags, (row, column) => {
        const [action, which = 'guarded'] = column.split(', ');
        return policy.decide('tag', action as TagAction, people[row], {
          name: 't',
          adminRoles: roles[which],
        }).allowed;
      }),
    ).toEqual([]);
  });

  // The same tags where an installation has closed those that name nobody.
  const closedTags = table(`
                       | read | create | delete | update, free | assign, free | update, guarded | assign, guarded | assign, ra
    anonymous          | -    | -      | -      | -            | -            | -               | -               | -
    visitor+           | -    | -      | -      | -            | -            | -               | -               | -
    full               | Y    | -      | -      | -            | -            | -               | -               | -
    full with role     | Y    | -      | -      | -            | -            | -               | -               | Y
    admin, full        | Y    | Y      | Y      | Y            | Y            | Y               | Y               | Y
    admin, visitor     | Y    | Y      | Y      | Y            | Y            | Y               | Y               | Y
  `);
  it.each([
    ['everyone', tags],
    ['admins', closedTags],
  ] as const)('7: tags without admin roles are for %s', (whom, cells) => {
    const roles: Record<string, string[]> = {
      free: [],
      guarded: ['group:default/nobody'],
      ra: ['group:default/rc', 'group:default/ra'],
    };
    const set = Policy.create({
      settings: { ...settings, emptyAdminRoles: whom },
    });
    expect(
      differences(cells, (row, column) => {
        const [action, which = 'guarded'] = column.split(', ');
        return set.decide('tag', action as TagAction, people[row], {
          name: 't',
          adminRoles: roles[which],
        }).allowed;
      }),
    ).toEqual([]);
  });

  it('7: a tag that is left to admins says what would open it', () => {
    const closed = Policy.create({
      settings: { ...settings, emptyAdminRoles: 'admins' },
    });
    expect(
      closed.decide('tag', 'assign', people.full, {
        name: 't',
        adminRoles: [],
      }).wouldChange,
    ).toContainEqual([
      'An admin can set appStore.tags.emptyAdminRoles to everyone.',
    ]);
  });

  const secrets = table(`
                       | read PRIVATE | reveal PRIVATE | create PRIVATE | update PRIVATE | delete PRIVATE | read ALL_USERS | reveal ALL_USERS | create ALL_USERS | update ALL_USERS | delete ALL_USERS | read APP | reveal APP | create APP | update APP | delete APP
    anonymous          | -            | -              | -              | -              | -              | -              | -                | -                | -                | -                | -        | -          | -          | -          | -
    visitor+           | -            | -              | -              | -              | -              | -              | -                | -                | -                | -                | -        | -          | -          | -          | -
    owner, visitor     | -            | -              | -              | -              | -              | -              | -                | -                | -                | -                | -        | -          | -          | -          | -
    full               | -            | -              | -              | -              | -              | Y              | Y                | -                | -                | -                | -        | -          | -          | -          | -
    owner              | Y            | Y              | Y              | Y              | Y              | Y              | Y                | -                | -                | -                | -        | -          | -          | -          | -
    admin, full        | -            | -              | -              | -              | -              | Y              | Y                | Y                | Y                | Y                | Y        | Y          | Y          | Y          | Y
    admin, visitor     | -            | -              | -              | -              | -              | Y              | Y                | Y                | Y                | Y                | Y        | Y          | Y          | Y          | Y
  `);
  it('secrets hold in every cell', () => {
    expect(
      differences(secrets, (row, column) => {
        const [action, visibility] = column.split(' ');
        return policy.decide('secret', action as SecretAction, people[row], {
          name: 's',
          ownerRef: OWNER_REF,
          visibility: visibility as SecretScope,
        }).allowed;
      }),
    ).toEqual([]);
  });

  // Of an alias that `app owner` made and that leads to an instance of `owner`.
  const aliases = table(`
                       | read | create | assign | unassign | promote | delete | free
    anonymous          | -    | -      | -      | -        | -       | -      | -
    visitor-           | -    | -      | -      | -        | -       | -      | -
    visitor+           | -    | -      | -      | -        | -       | -      | -
    full               | -    | Y      | -      | -        | -       | -      | -
    app owner          | Y    | Y      | Y      | Y        | -       | Y      | -
    app owner, visitor | -    | -      | -      | -        | -       | -      | -
    owner              | Y    | Y      | -      | Y        | Y       | -      | -
    owner, visitor     | -    | -      | -      | -        | -       | -      | -
    admin, full        | Y    | Y      | Y      | Y        | Y       | Y      | Y
    admin, visitor     | Y    | Y      | Y      | Y        | Y       | Y      | Y
  `);
  it('aliases hold in every cell', () => {
    expect(
      differences(
        aliases,
        (row, column) =>
          policy.decide('alias', column as AliasAction, people[row], {
            name: 'a',
            creatorRef: people['app owner'].userEntityRef,
            instanceOwnerRef: OWNER_REF,
          }).allowed,
      ),
    ).toEqual([]);
  });

  it('an alias without an instance has no owner of an instance', () => {
    const nowhere = { name: 'a', creatorRef: 'user:default/x' };
    for (const actor of Object.values(people))
      expect(policy.decide('alias', 'promote', actor, nowhere).allowed).toBe(
        actor.admin,
      );
  });
});

describe('3.6 the worked example of visitors', () => {
  it('UA sees and runs exactly A2, UB nothing', () => {
    const visitor = (role: string) => ({
      userEntityRef: `user:default/${role}`,
      roles: [`group:default/${role}`],
      fullAccess: false,
      admin: false,
    });
    const ta = ['group:default/ra', 'group:default/rc'];
    const tb = ['group:default/rb'];
    const apps = {
      A1: appOf('ALL_USERS', 'ON_DEMAND', { visitorRoles: [] }),
      A2: appOf('ALL_USERS', 'ON_DEMAND', { visitorRoles: ta }),
      A3: appOf('PRIVATE', 'ON_DEMAND', { visitorRoles: [...ta, ...tb] }),
    };
    const may = (role: string, action: AppAction) =>
      Object.entries(apps)
        .filter(
          ([, app]) => policy.decide('app', action, visitor(role), app).allowed,
        )
        .map(([name]) => name);
    expect([may('ra', 'read'), may('ra', 'run')]).toEqual([['A2'], ['A2']]);
    expect([may('rb', 'read'), may('rb', 'run')]).toEqual([[], []]);
  });
});

describe('decisions', () => {
  it('name a rule, what holds, and what would change it', () => {
    const app = appOf('PRIVATE');
    expect(policy.decide('app', 'read', people['app owner'], app)).toEqual({
      allowed: true,
      rule: '3.1 owner',
      because: ['you own the app'],
      wouldChange: [],
    });
    const denied = policy.decide('app', 'read', people.full, app);
    expect(denied).toMatchObject({
      allowed: false,
      rule: '3.1 nothing allows it',
    });
    // One step is enough, and that one is named first.
    expect(denied.wouldChange[0]).toHaveLength(1);
    expect(denied.wouldChange).toContainEqual([
      'The owner can make the app visible to ALL_USERS.',
    ]);
    expect(policy.decide('app', 'run', people.full, app).rule.slice(0, 3)).toBe(
      '3.2',
    );
  });

  it('name the ways that can come true, nearest first, none twice', () => {
    const ways = (row: string, app: AppFacts) =>
      policy.decide('app', 'run', people[row], app).wouldChange;
    const MORE = 'An admin can add you to a group with full access.';
    const OWN = 'The owner can do it, or transfer the app to you.';
    const TAG =
      'Somebody can put a tag on the app whose visitor roles include one of yours.';
    expect(ways('full', appOf('PRIVATE'))).toEqual([
      [OWN],
      ['The owner can make the app visible to ALL_USERS.'],
    ]);
    expect(ways('visitor-', appOf('ALL_USERS'))).toEqual([[MORE], [TAG]]);
    expect(ways('full', appOf('ALL_USERS', 'MANAGED'))).toEqual([
      [OWN],
      ['An admin can add you to an admin group, or do it for you.'],
    ]);
    const other = policy.decide('instance', 'open', people.full, {
      id: 'i',
      ownerRef: OWNER_REF,
      visibility: 'PRIVATE',
      app: appOf('PRIVATE', 'MANAGED', { visitorRoles: [] }),
    });
    expect(other).toEqual({
      allowed: false,
      rule: '3.4 nothing allows it',
      because: [],
      wouldChange: [
        ['Its owner can do it.'],
        ['Its owner can make the instance PUBLIC.'],
        ['Its owner can share the instance with ALL_USERS.'],
      ],
    });
    // Somebody who is not signed in does not become a visitor by what a tag says.
    expect(
      policy.decide('instance', 'open', people.anonymous, {
        id: 'i',
        ownerRef: OWNER_REF,
        visibility: 'ALL_USERS',
        app: appOf('ALL_USERS', 'MANAGED'),
      }).wouldChange,
    ).toEqual([
      ['Its owner can do it.'],
      ['Its owner can make the instance PUBLIC.'],
      [MORE],
    ]);
    const secret = {
      name: 's',
      ownerRef: OWNER_REF,
      visibility: 'PRIVATE' as const,
    };
    expect(
      policy.decide('secret', 'reveal', people.full, secret).wouldChange,
    ).toEqual([['Its owner can do it.']]);
  });

  it('say what a way is for where no way can come true', () => {
    // A LINK app is run by nobody.
    expect(
      policy.decide('app', 'run', people.full, appOf('ALL_USERS', 'LINK'))
        .wouldChange,
    ).toEqual([
      [
        'This rule is only for ON_DEMAND apps. The owner runs a MANAGED app, and nobody runs a LINK app.',
      ],
      [
        'This rule is only for MANAGED apps.',
        'The owner can do it, or transfer the app to you.',
      ],
      [
        'This rule is only for MANAGED apps.',
        'An admin can add you to an admin group, or do it for you.',
      ],
    ]);
  });

  it('refer to the table that says nothing of it', () => {
    const rows = {
      app: appOf('PRIVATE'),
      instance: {
        id: 'i',
        ownerRef: OWNER_REF,
        visibility: 'PRIVATE' as const,
        app: appOf('PRIVATE'),
      },
      tag: { name: 't', adminRoles: [] },
      secret: {
        name: 's',
        ownerRef: OWNER_REF,
        visibility: 'PRIVATE' as const,
      },
      alias: { name: 'a', creatorRef: OWNER_REF },
      platform: undefined,
    };
    const sections = (kind: Kind) =>
      new Set(
        ACTIONS[kind].map(
          action =>
            policy.decide(
              kind,
              action as never,
              people.anonymous,
              rows[kind] as never,
            ).rule,
        ),
      );
    const nothing = (...ids: string[]) =>
      new Set(ids.map(id => `${id} nothing allows it`));
    expect(sections('app')).toEqual(nothing('3.1', '3.2', '3.3'));
    expect(
      policy.decide('app', 'read', people.anonymous, rows.app).rule,
    ).toMatch(/^3\.1/);
    expect(
      policy.decide('app', 'run', people.anonymous, rows.app).rule,
    ).toMatch(/^3\.2/);
    expect(sections('instance')).toEqual(nothing('3.4'));
    for (const kind of ['tag', 'secret', 'alias'] as const)
      expect(sections(kind)).toEqual(nothing('3.5'));
    expect(sections('platform')).toEqual(nothing('3.3', '3.5'));
    expect(
      policy.decide('platform', 'import', people.anonymous, undefined).rule,
    ).toMatch(/^3\.3/);
  });

  it('know who is nobody, and who an admin is without that', () => {
    expect(ANONYMOUS).toEqual({
      userEntityRef: '',
      roles: [],
      fullAccess: false,
      admin: false,
    });
    expect(withoutAdmin(people['admin, full'])).toEqual({
      ...people['admin, full'],
      admin: false,
    });
  });

  it('are there for every action of every kind', () => {
    for (const [kind, names] of Object.entries(ACTIONS))
      expect(Object.keys(KINDS[kind as Kind].rules).sort()).toEqual(
        [...names].sort(),
      );
  });

  it('have ids and sentences that people can read', () => {
    for (const { rules } of Object.values(KINDS))
      for (const list of Object.values(rules))
        for (const { id, when } of list) {
          expect(id).toMatch(/^(3\.[1-5]|6\.6) \S/);
          expect(when.length).toBeGreaterThan(0);
          for (const condition of when) {
            expect(condition.text).toMatch(/^[a-z].*[^.]$/);
            expect(condition.change).toMatch(/^[A-Z].*\.$/);
          }
        }
  });
});
