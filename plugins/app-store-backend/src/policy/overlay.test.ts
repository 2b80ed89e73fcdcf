/** Policies laid over the tables (specification 3.7). */
import { appOf, OWNER_REF, people } from './__testUtils__/people';
import { differences, table } from './__testUtils__/table';
import type { InstanceAction } from './rows/instance';
import type { IamPolicy, IamStatement } from './overlay';
import { isPolicyAction, type Kind } from './kinds';
import { Policy } from './Policy';

const settings = { publicMode: false, downloads: true };

const laid = (...policies: IamPolicy[]) =>
  Policy.create({ settings, policies: () => policies });

const policyOf = (
  statement: Partial<IamStatement>,
  resources = ['*'],
  name = 'support',
): IamPolicy => ({
  name,
  resources,
  statements: [
    { effect: 'allow', subjects: ['*'], actions: ['*'], ...statement },
  ],
});

const instance = (visibility: 'PRIVATE' | 'ALL_USERS' = 'PRIVATE') => ({
  id: 'the-instance',
  ownerRef: OWNER_REF,
  visibility,
  app: appOf('ALL_USERS'),
});

/** One resource of each kind. */
const oneOf = {
  app: appOf('ALL_USERS'),
  instance: instance(),
  tag: { name: 't', adminRoles: ['group:default/nobody'] },
  secret: {
    name: 's',
    ownerRef: OWNER_REF,
    visibility: 'ALL_USERS' as const,
  },
  alias: { name: 'a', creatorRef: OWNER_REF },
  platform: undefined,
};

const may = (
  policy: Policy,
  row: string,
  action: InstanceAction,
  facts = instance(),
) => policy.decide('instance', action, people[row], facts).allowed;

describe('a policy', () => {
  it('lets a support role read the log of every instance, as in the specification', () => {
    const policy = laid(
      policyOf({
        subjects: ['role:group:default/ra'],
        actions: ['instance:read', 'instance:view_log'],
      }),
    );
    expect(
      differences(
        table(`
                         | read | view_log | terminate
          full with role | Y    | Y        | -
          visitor+       | Y    | Y        | -
          full           | -    | -        | -
          owner          | Y    | Y        | Y
          anonymous      | -    | -        | -
        `),
        (row, column) => may(policy, row, column as InstanceAction),
      ),
    ).toEqual([]);
    expect(
      policy.decide('instance', 'view_log', people['visitor+'], instance()),
    ).toMatchObject({
      allowed: true,
      rule: '3.7 policy support, statement 1',
    });
  });

  it('denies whatever allows it, and says so', () => {
    const policy = laid(
      policyOf({ actions: ['app:run'] }),
      policyOf(
        { effect: 'deny', actions: ['app:run'], subjects: ['is_full_access'] },
        ['*'],
        'freeze',
      ),
    );
    const app = appOf('ALL_USERS');
    expect(policy.decide('app', 'run', people['app owner'], app)).toEqual({
      allowed: false,
      rule: '3.7 policy freeze, statement 1',
      because: ['you are one of is_full_access', 'the resource is *'],
      wouldChange: [['An admin can change the policy that denies it.']],
    });
    expect(policy.decide('app', 'run', people['visitor-'], app).allowed).toBe(
      true,
    );
    expect(policy.decide('app', 'read', people.full, app).allowed).toBe(true);
  });

  it('is for its subjects', () => {
    const cells = table(`
                            | anonymous | visitor- | visitor+ | full | admin, full | admin, visitor
      *                     | -         | Y        | Y        | Y    | Y           | Y
      anonymous             | Y         | -        | -        | -    | -           | -
      is_full_access        | -         | -        | -        | Y    | Y           | -
      !is_full_access       | -         | Y        | Y        | -    | -           | Y
      is_admin              | -         | -        | -        | -    | Y           | Y
      !is_admin             | -         | Y        | Y        | Y    | -           | -
      role:group:default/ra | -         | -        | Y        | -    | -           | -
      user:default/full     | -         | -        | -        | Y    | -           | -
      anonymous is_admin    | Y         | -        | -        | -    | Y           | Y
    `);
    expect(
      differences(
        cells,
        (subject, row) =>
          laid(policyOf({ subjects: subject.split(' ') })).decide(
            'tag',
            'create',
            { ...people[row], admin: people[row].admin },
            { name: 't', adminRoles: [] },
          ).rule === '3.7 policy support, statement 1' ||
          // Admins are allowed by the table before it comes to the policy.
          (people[row].admin &&
            !laid(
              policyOf({ effect: 'deny', subjects: subject.split(' ') }),
            ).decide('tag', 'create', people[row], {
              name: 't',
              adminRoles: [],
            }).allowed),
      ),
    ).toEqual([]);
  });

  it('is about its actions', () => {
    const cells = table(`
                    | instance:redeploy | instance:alias | app:set_service_account | tag:create | secret:delete | alias:delete | platform:import_marketplace
      *             | Y                 | Y              | Y                       | Y          | Y             | Y            | Y
      instance:*    | Y                 | Y              | -                       | -          | -             | -            | -
      app:*         | -                 | -              | Y                       | -          | -             | -            | -
      tag:*         | -                 | -              | -                       | Y          | -             | -            | -
      secret:*      | -                 | -              | -                       | -          | Y             | -            | -
      alias:*       | -                 | -              | -                       | -          | -             | Y            | -
      platform:*    | -                 | -              | -                       | -          | -             | -            | Y
      instance:alias| -                 | Y              | -                       | -          | -             | -            | -
      tag:create    | -                 | -              | -                       | Y          | -             | -            | -
    `);
    expect(
      differences(cells, (action, column) => {
        const policy = laid(policyOf({ actions: [action] }));
        const [kind, name] = column.split(':');
        return policy.decide(
          kind as Kind,
          name as never,
          people.full,
          oneOf[kind as Kind] as never,
        ).allowed;
      }),
    ).toEqual([]);
  });

  it('is about its resources', () => {
    const redeploy = (...resources: string[]) =>
      may(laid(policyOf({}, resources)), 'full', 'redeploy');
    expect(redeploy('*')).toBe(true);
    expect(redeploy('app:app')).toBe(true);
    expect(redeploy('instance:the-instance')).toBe(true);
    expect(redeploy('instance:app')).toBe(false);
    expect(redeploy('app:other', 'instance:the-instance')).toBe(true);
    expect(redeploy('app:other')).toBe(false);
    expect(redeploy('secret:app')).toBe(false);
    const named = laid(
      policyOf({}, ['app:app', 'tag:t', 'secret:s', 'alias:a']),
    );
    const others = laid(
      policyOf({}, ['app:x', 'tag:x', 'secret:x', 'alias:x']),
    );
    for (const [kind, action] of [
      ['app', 'delete'],
      ['tag', 'delete'],
      ['secret', 'delete'],
      ['alias', 'delete'],
    ] as const)
      for (const [policy, allowed] of [
        [named, true],
        [others, false],
      ] as const)
        expect([
          kind,
          policy.decide(kind, action, people.full, oneOf[kind] as never)
            .allowed,
        ]).toEqual([kind, allowed]);
    // The store as a whole has no name.
    expect(
      laid(policyOf({}, ['platform:import'])).decide(
        'platform',
        'import_marketplace',
        people.full,
        undefined,
      ).allowed,
    ).toBe(false);
  });

  it('says what would have to change for it to hold', () => {
    const policy = laid(
      policyOf(
        {
          subjects: ['is_admin', 'role:group:default/boss'],
          attributes: ['is_owner', 'visibility:PUBLIC', 'is_full_access'],
        },
        ['app:x', 'instance:y'],
      ),
      policyOf({ attributes: ['!visibility:PRIVATE'] }),
    );
    expect(
      policy.decide('instance', 'redeploy', people['visitor-'], instance())
        .wouldChange,
    ).toEqual([
      ['An admin can add you to an admin group, or do it for you.'],
      ['This rule is not for resources of which visibility:PRIVATE.'],
      [
        'You must be one of is_admin, role:group:default/boss.',
        'This rule is only for: app:x, instance:y.',
        'Its owner can do it.',
        'This rule is only for resources of which visibility:PUBLIC.',
        'An admin can add you to a group with full access.',
      ],
    ]);
    expect(
      laid(
        policyOf(
          {
            effect: 'deny',
            subjects: ['*', 'anonymous'],
            attributes: ['is_owner', '!lifecycle:LINK', 'is_full_access'],
          },
          ['app:app', 'app:other'],
        ),
      ).decide('instance', 'read', people.owner, instance()).because,
    ).toEqual([
      'you are one of *, anonymous',
      'the resource is app:app, app:other',
      'you are its owner',
      'not: lifecycle:LINK',
      'you have full access',
    ]);
    // A tag has no owner.
    expect(
      laid(policyOf({ attributes: ['is_owner'] })).decide(
        'tag',
        'delete',
        people.full,
        oneOf.tag,
      ).wouldChange,
    ).toContainEqual(['Its owner can do it.']);
    expect(
      laid(policyOf({ effect: 'deny', attributes: ['!is_owner'] })).decide(
        'tag',
        'read',
        people.full,
        oneOf.tag,
      ).because,
    ).toContain('not: you are its owner');
  });

  it('holds where all of its attributes do', () => {
    const cells = table(`
                            | full, PRIVATE | full, ALL_USERS | owner, PRIVATE | visitor-, PRIVATE
      is_owner              | -             | -               | Y              | -
      !is_owner             | Y             | Y               | -              | Y
      is_full_access        | Y             | Y               | Y              | -
      !is_full_access       | -             | -               | -              | Y
      visibility:ALL_USERS  | -             | Y               | -              | -
      !visibility:ALL_USERS | Y             | -               | Y              | Y
      lifecycle:ON_DEMAND   | Y             | Y               | Y              | Y
      lifecycle:MANAGED     | -             | -               | -              | -
      !lifecycle:MANAGED    | Y             | Y               | Y              | Y
    `);
    expect(
      differences(cells, (attribute, column) => {
        const [row, visibility] = column.split(', ');
        return may(
          laid(policyOf({ attributes: [attribute] })),
          row,
          'redeploy',
          instance(visibility as 'PRIVATE'),
        );
      }),
    ).toEqual([]);
    expect(
      may(
        laid(policyOf({ attributes: ['is_full_access', 'visibility:PUBLIC'] })),
        'full',
        'redeploy',
      ),
    ).toBe(false);
    // A tag has neither owner nor lifecycle.
    for (const [attribute, expected] of [
      ['is_owner', false],
      ['!is_owner', true],
      ['lifecycle:MANAGED', false],
      ['visibility:PUBLIC', false],
      ['!visibility:PUBLIC', true],
    ] as const)
      expect(
        laid(policyOf({ attributes: [attribute] })).decide(
          'tag',
          'create',
          people.full,
          { name: 't', adminRoles: [] },
        ).allowed,
      ).toBe(expected);
    // Nobody is the owner of what has none, nobody in particular least of all.
    expect(
      laid(
        policyOf({ subjects: ['anonymous'], attributes: ['is_owner'] }),
      ).decide('secret', 'read', people.anonymous, {
        name: 's',
        ownerRef: '',
        visibility: 'PRIVATE',
      }).allowed,
    ).toBe(false);
  });

  it('takes neither the policies nor the audit from admins, nor gives them', () => {
    const open = laid(policyOf({}));
    const closed = laid(policyOf({ effect: 'deny' }));
    const admins = [
      'list_all',
      'read_audit',
      'manage_iam',
      'explain_others',
    ] as const;
    for (const action of ['use', ...admins] as const)
      expect(
        closed.decide('platform', action, people['admin, full'], undefined)
          .allowed,
      ).toBe(true);
    for (const action of admins)
      expect(
        open.decide('platform', action, people.full, undefined).allowed,
      ).toBe(false);
    for (const action of ['import', 'import_marketplace'] as const) {
      expect(
        open.decide('platform', action, people['visitor-'], undefined).allowed,
      ).toBe(true);
      expect(
        closed.decide('platform', action, people['admin, full'], undefined)
          .allowed,
      ).toBe(false);
    }
  });

  it('is in force from the moment that it is there until it is gone', () => {
    let policies: IamPolicy[] = [];
    const policy = Policy.create({ settings, policies: () => policies });
    expect(may(policy, 'full', 'read')).toBe(false);
    policies = [policyOf({})];
    expect(may(policy, 'full', 'read')).toBe(true);
    policies = [policyOf({ effect: 'deny' })];
    expect(may(policy, 'full', 'read')).toBe(false);
    expect(may(policy, 'owner', 'read')).toBe(false);
    policies = [];
    expect(may(policy, 'owner', 'read')).toBe(true);
  });

  it('is read once for each action, however often that is asked', () => {
    let read = 0;
    const policies = [
      {
        ...policyOf({}),
        get statements() {
          read += 1;
          return policyOf({}).statements;
        },
      },
    ];
    const policy = Policy.create({ settings, policies: () => policies });
    for (let n = 0; n < 3; n++) expect(may(policy, 'full', 'read')).toBe(true);
    expect(read).toBe(1);
    for (let n = 0; n < 3; n++) may(policy, 'full', 'update');
    expect(read).toBe(2);
  });

  it('speaks of actions that are there and that policies decide', () => {
    for (const action of ['*', 'app:*', 'instance:view_log', 'platform:import'])
      expect([action, isPolicyAction(action)]).toEqual([action, true]);
    for (const action of [
      '',
      'app',
      'app:',
      'app:fly',
      'apps:read',
      'toString:*',
      'app:toString',
      'platform:manage_iam',
      'app:read:more',
    ])
      expect([action, isPolicyAction(action)]).toEqual([action, false]);
  });
});
