import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import {
  catalogEntityDeletePermission,
  catalogEntityReadPermission,
  catalogEntityRefreshPermission,
  catalogPermissions,
} from '@backstage/plugin-catalog-common/alpha';
import {
  AuthorizeResult,
  createPermission,
  type ConditionalPolicyDecision,
} from '@backstage/plugin-permission-common';
import type { PermissionPolicy } from '@backstage/plugin-permission-node';
import type { CatalogReader } from '@ai-app-store/backstage-plugin-app-store-common';
import { AppStoreCatalogPolicy } from './AppStoreCatalogPolicy';
import { readDecision } from './decision';
import { isOneOfApps, isOneOfDeclarations } from './rules';

const kinds = (...names: string[]) =>
  expect.objectContaining({
    rule: 'IS_ENTITY_KIND',
    params: { kinds: names },
  });
const apps = (...ids: string[]) =>
  expect.objectContaining({ rule: 'IS_ONE_OF_APPS', params: { ids } });
const owned = expect.objectContaining({
  rule: 'HAS_SPEC',
  params: { key: 'owner' },
});
const declared = expect.objectContaining({
  rule: 'HAS_ANNOTATION',
  params: { annotation: 'ai-app-store.io/declaration' },
});
const plainApps = (...criteria: unknown[]) => ({
  allOf: [kinds('App'), { not: declared }, { not: owned }, ...criteria],
});
const others = {
  not: kinds('AppTag', 'AppSecret', 'App', 'AppInstance', 'AppAlias'),
};
const changeable = { anyOf: [others, declared] };
const tags = { allOf: [kinds('AppTag'), { not: declared }] };
const BASE = { tags: false, admin: false, owners: false };

describe('the decision', () => {
  it.each<[string, CatalogReader | undefined, unknown[]]>([
    ['nobody known', undefined, []],
    ['nothing said', { tags: false, admin: false, owners: false }, []],
    [
      'some apps',
      { only: ['1', '2'], tags: false, admin: false, owners: false },
      [plainApps(apps('1', '2'))],
    ],
    ['no apps', { only: [], tags: false, admin: false, owners: false }, []],
    [
      'everything',
      { except: [], tags: true, admin: false, owners: false },
      [plainApps(), tags],
    ],
    [
      'everything, with owners',
      { except: [], tags: true, admin: false, owners: true },
      [{ allOf: [kinds('App'), { not: declared }, owned] }, tags],
    ],
    [
      'all but some',
      { except: ['3'], tags: false, admin: false, owners: false },
      [plainApps({ not: apps('3') })],
    ],
    [
      'some declarations',
      { ...BASE, declarations: ['app:default/lunch'] },
      [
        expect.objectContaining({
          rule: 'IS_ONE_OF_DECLARATIONS',
          params: { refs: ['app:default/lunch'] },
        }),
      ],
    ],
  ])('with %s', (_, reader, granted) => {
    expect(readDecision(reader)).toEqual({
      result: 'CONDITIONAL',
      pluginId: 'catalog',
      resourceType: 'catalog-entity',
      conditions: { anyOf: [others, ...granted] },
    });
  });

  it('goes by the id of the app, in lists as for one entity', () => {
    const entity = {
      apiVersion: 'ai-app-store.io/v1alpha1',
      kind: 'App',
      metadata: { name: 'a', annotations: { 'ai-app-store.io/app-id': '1' } },
    };
    expect(isOneOfApps.apply(entity, { ids: ['1', '2'] })).toBe(true);
    expect(isOneOfApps.apply(entity, { ids: ['2'] })).toBe(false);
    expect(
      isOneOfApps.apply({ ...entity, metadata: { name: 'a' } }, { ids: ['1'] }),
    ).toBe(false);
    expect(isOneOfApps.toQuery({ ids: ['1', '2'] })).toEqual({
      key: 'metadata.annotations.ai-app-store.io/app-id',
      values: ['1', '2'],
    });
  });
});

it('goes by the ref of a declaration, which the catalog writes down itself', () => {
  const entity = {
    apiVersion: 'ai-app-store.io/v1alpha1',
    kind: 'AppAlias',
    metadata: {
      name: 'lunch',
      annotations: { 'ai-app-store.io/declaration': 'appalias:default/lunch' },
    },
  };
  const refs = ['appalias:default/lunch'];
  expect(isOneOfDeclarations.apply(entity, { refs })).toBe(true);
  expect(isOneOfDeclarations.apply(entity, { refs: [] })).toBe(false);
  expect(isOneOfDeclarations.toQuery({ refs })).toEqual({
    key: 'metadata.annotations.ai-app-store.io/declaration',
    values: refs,
  });
});

describe('the policy', () => {
  const user = (ref: string) => ({
    credentials: mockCredentials.user(ref),
    info: { userEntityRef: ref, ownershipEntityRefs: [ref] },
  });
  const read = { permission: catalogEntityReadPermission };

  const change = [
    { permission: catalogEntityDeletePermission },
    { permission: catalogEntityRefreshPermission },
  ];
  const ADA = 'user:default/ada';
  const GONE = 'user:default/gone';

  function setUp(policy?: PermissionPolicy) {
    const asked: string[] = [];
    // To lru-cache the time 0 is none.
    const state = { now: 1, down: false, unknown: GONE };
    const subject = AppStoreCatalogPolicy.create({
      source: {
        async reader(ref) {
          asked.push(ref);
          if (state.down) throw new Error('down');
          return {
            only: ['1'],
            tags: false,
            admin: ref === ADA,
            ...(ref === state.unknown ? { unknown: true } : {}),
            owners: false,
          };
        },
      },
      policy,
      logger: mockServices.logger.mock(),
      now: () => state.now,
    });
    const conditions = async (
      request: Parameters<PermissionPolicy['handle']>[0],
      ref?: string,
    ) =>
      (
        (await subject.handle(
          request,
          ref ? user(ref) : undefined,
        )) as ConditionalPolicyDecision
      ).conditions;
    return { asked, state, policy: subject, conditions };
  }

  it('asks the store about each reader, once for a moment', async () => {
    const { asked, state, conditions } = setUp();
    const vic = 'user:default/vic';
    expect(await conditions(read, vic)).toEqual({
      anyOf: [others, plainApps(apps('1'))],
    });
    await conditions(read, vic);
    await conditions(change[0], vic);
    await conditions(read, 'user:default/val');
    expect(asked).toEqual([vic, 'user:default/val']);
    state.now += 2001;
    await conditions(read, vic);
    expect(asked).toHaveLength(3);
  });

  it('8: shows nothing at all to somebody whom no source of people knows', async () => {
    const { policy } = setUp();
    expect(await policy.handle(read, user(GONE))).toEqual({
      result: AuthorizeResult.DENY,
    });
  });

  it('8: shows nothing at all to somebody unknown while the store is away, as long as their token may live', async () => {
    const { policy, state, conditions } = setUp();
    const denied = { result: AuthorizeResult.DENY };
    await policy.handle(read, user(GONE));
    state.down = true;
    state.now += 2001;
    expect(await policy.handle(read, user(GONE))).toEqual(denied);
    state.now += 3_590_000;
    expect(await policy.handle(read, user(GONE))).toEqual(denied);
    state.now += 10_000;
    expect(await conditions(read, GONE)).toEqual({ anyOf: [others] });
    // Who is known again is decided as everybody.
    state.down = false;
    await policy.handle(read, user(GONE));
    state.unknown = 'nobody';
    state.now += 2001;
    await policy.handle(read, user(GONE));
    state.down = true;
    state.now += 2001;
    expect(await conditions(read, GONE)).toEqual({ anyOf: [others] });
  });

  it('shows nothing of the store where it does not answer, or nobody asks', async () => {
    const { asked, state, conditions } = setUp();
    state.down = true;
    const hidden = { anyOf: [others] };
    const vic = 'user:default/vic';
    expect(await conditions(read, vic)).toEqual(hidden);
    expect(await conditions(read)).toEqual(hidden);
    // A failure is not remembered.
    state.down = false;
    expect(await conditions(read, vic)).not.toEqual(hidden);
    expect(asked).toHaveLength(2);
  });

  it('2: grants nothing but reading to anybody who is no admin, permissions that nobody thought of included', async () => {
    const { policy, state } = setUp();
    const all = [
      ...catalogPermissions.filter(
        ({ name }) => name !== catalogEntityReadPermission.name,
      ),
      createPermission({ name: 'new.thing', attributes: { action: 'read' } }),
    ];
    const answers = async (ref?: string) =>
      Promise.all(
        all.map(
          async permission =>
            (await policy.handle({ permission }, ref ? user(ref) : undefined))
              .result,
        ),
      );
    for (const who of ['user:default/vic', 'user:default/dev', undefined])
      expect(new Set(await answers(who))).toEqual(
        new Set([AuthorizeResult.DENY]),
      );
    expect(await answers(ADA)).not.toContain(AuthorizeResult.DENY);
    // Whose role cannot be asked for is no admin.
    state.now += 2001;
    state.down = true;
    expect(new Set(await answers(ADA))).toEqual(
      new Set([AuthorizeResult.DENY]),
    );
  });

  it('2: lets nobody change what the store put into the catalog', async () => {
    const { conditions } = setUp();
    for (const request of change)
      expect(await conditions(request, ADA)).toEqual(changeable);
  });

  it("2: narrows a portal's own policy, and widens it nowhere", async () => {
    const own = {
      result: AuthorizeResult.CONDITIONAL,
      pluginId: 'catalog',
      resourceType: 'catalog-entity',
      conditions: kinds('Component'),
    } as ConditionalPolicyDecision;
    const some = setUp({ handle: async () => own });
    for (const [request, granted] of [
      [read, { anyOf: [others, plainApps(apps('1'))] }],
      [change[0], changeable],
    ] as const)
      expect(await some.conditions(request, 'user:default/vic')).toEqual({
        allOf: [granted, own.conditions],
      });
    const deny = { result: AuthorizeResult.DENY } as const;
    const none = setUp({ handle: async () => deny });
    for (const request of [read, ...change])
      expect(await none.policy.handle(request, user(ADA))).toEqual(deny);
    const allow = { result: AuthorizeResult.ALLOW } as const;
    const everything = setUp({ handle: async () => allow });
    expect(await everything.conditions(change[0], 'user:default/vic')).toEqual(
      changeable,
    );
    const other = createPermission({ name: 'new.thing', attributes: {} });
    expect(await everything.policy.handle({ permission: other })).toEqual(
      allow,
    );
  });
});
