import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import {
  catalogEntityCreatePermission,
  catalogEntityDeletePermission,
  catalogEntityReadPermission,
} from '@backstage/plugin-catalog-common/alpha';
import type { CatalogReader } from '@ai-app-store/backstage-plugin-app-store-common';
import { AppStoreCatalogPolicy } from './AppStoreCatalogPolicy';
import { catalogDecision } from './decision';
import { isOneOfApps } from './rules';

const kinds = (...names: string[]) =>
  expect.objectContaining({
    rule: 'IS_ENTITY_KIND',
    params: { kinds: names },
  });
const apps = (...ids: string[]) =>
  expect.objectContaining({ rule: 'IS_ONE_OF_APPS', params: { ids } });
const others = { not: kinds('App', 'AppTag') };

describe('the decision', () => {
  it.each<[string, CatalogReader | undefined, unknown[]]>([
    ['nobody known', undefined, []],
    ['nothing said', { tags: false }, []],
    ['some apps', { only: ['1', '2'], tags: false }, [apps('1', '2')]],
    ['no apps', { only: [], tags: false }, []],
    ['everything', { except: [], tags: true }, [kinds('App'), kinds('AppTag')]],
    [
      'all but some',
      { except: ['3'], tags: false },
      [{ allOf: [kinds('App'), { not: apps('3') }] }],
    ],
  ])('with %s', (_, reader, granted) => {
    expect(catalogDecision(reader)).toEqual({
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

describe('the policy', () => {
  const user = (ref: string) => ({
    credentials: mockCredentials.user(ref),
    info: { userEntityRef: ref, ownershipEntityRefs: [ref] },
  });
  const read = { permission: catalogEntityReadPermission };

  function setUp() {
    const asked: string[] = [];
    const state = { now: 0, down: false };
    const policy = AppStoreCatalogPolicy.create({
      source: {
        async reader(ref) {
          asked.push(ref);
          if (state.down) throw new Error('down');
          return { only: ['1'], tags: false };
        },
      },
      logger: mockServices.logger.mock(),
      now: () => state.now,
    });
    return { asked, state, policy };
  }

  it('asks the store about each reader, once for a moment', async () => {
    const { asked, state, policy } = setUp();
    const decision = await policy.decide(read, user('user:default/vic'));
    expect(decision?.conditions).toEqual({ anyOf: [others, apps('1')] });
    await policy.decide(read, user('user:default/vic'));
    await policy.decide(
      { permission: catalogEntityDeletePermission },
      user('user:default/vic'),
    );
    await policy.decide(read, user('user:default/val'));
    expect(asked).toEqual(['user:default/vic', 'user:default/val']);
    state.now += 2000;
    await policy.decide(read, user('user:default/vic'));
    expect(asked).toHaveLength(3);
  });

  it('shows nothing of the store where it does not answer, or nobody asks', async () => {
    const { asked, state, policy } = setUp();
    state.down = true;
    const hidden = { anyOf: [others] };
    const vic = user('user:default/vic');
    expect((await policy.decide(read, vic))?.conditions).toEqual(hidden);
    expect((await policy.decide(read))?.conditions).toEqual(hidden);
    // A failure is not remembered.
    state.down = false;
    expect((await policy.decide(read, vic))?.conditions).not.toEqual(hidden);
    expect(asked).toHaveLength(2);
  });

  it('has no say in other permissions', async () => {
    const { policy } = setUp();
    expect(
      await policy.decide({ permission: catalogEntityCreatePermission }),
    ).toBeUndefined();
  });
});
