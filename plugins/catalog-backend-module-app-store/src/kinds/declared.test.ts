/** What is declared in repositories, as the catalog processes it. */
import type { Entity } from '@backstage/catalog-model';
import type { CatalogProcessorResult } from '@backstage/plugin-catalog-node';
import { AppStoreKindsProcessor } from './AppStoreKindsProcessor';

const LOCATION = {
  type: 'url',
  target: 'https://git.example.com/lunch/lunch/src/branch/main/c.yaml',
};

const entity = (kind: string, spec: object, metadata: object = {}): Entity => ({
  apiVersion: 'ai-app-store.io/v1alpha1',
  kind,
  metadata: {
    name: 'lunch',
    namespace: 'team',
    ...metadata,
    annotations: {
      ...(metadata as Entity['metadata']).annotations,
      'backstage.io/managed-by-location': `url:${LOCATION.target}`,
    },
  },
  spec: spec as Entity['spec'],
});

const WIRED = { policyWired: true, ownersTold: false };

async function relationsOf(
  of: Entity,
  options: ConstructorParameters<typeof AppStoreKindsProcessor>[0] = WIRED,
) {
  const processor = new AppStoreKindsProcessor(options);
  expect(await processor.validateEntityKind(of)).toBe(true);
  const emitted: CatalogProcessorResult[] = [];
  await processor.postProcessEntity(of, LOCATION, each => emitted.push(each));
  const ref = (target: { kind: string; namespace: string; name: string }) =>
    `${target.kind}:${target.namespace}/${target.name}`
      .toLowerCase()
      .replace(/-[0-9a-z]{14}$/, '');
  return emitted.map(each =>
    each.type === 'relation'
      ? `${ref(each.relation.source)} ${each.relation.type} ${ref(
          each.relation.target,
        )}`
      : each.type,
  );
}

describe('a declaration', () => {
  it('is related to what it names', async () => {
    expect(
      await relationsOf(
        entity('App', {
          owner: 'lunch-team',
          tags: ['FOOD'],
          dependsOn: ['component:default/menu'],
        }),
      ),
    ).toEqual([
      'app:team/lunch ownedBy group:team/lunch-team',
      'app:team/lunch dependsOn component:default/menu',
      'app:team/lunch hasTag apptag:app-store/food',
    ]);
    expect(
      await relationsOf(entity('AppAlias', { instance: 'lunch' })),
    ).toEqual(['appalias:team/lunch aliasFor appinstance:team/lunch']);
    expect(
      await relationsOf(
        entity('AppInstance', { appName: 'lunch', version: '1.2.0' }),
      ),
    ).toEqual(['appinstance:team/lunch instanceOf app:app-store/lunch-1.2.0']);
    expect(
      await relationsOf(
        entity('AppInstance', { appName: 'lunch', version: '^1.2.0' }),
      ),
    ).toEqual([]);
  });

  it('says on the other side only what whoever reads that may know', async () => {
    const instance = (visibility: string) =>
      relationsOf(entity('AppInstance', { app: 'lunch', visibility }));
    expect(await instance('PRIVATE')).toEqual([
      'appinstance:team/lunch instanceOf app:team/lunch',
    ]);
    expect(await instance('ALL_USERS')).toEqual([
      'appinstance:team/lunch instanceOf app:team/lunch',
      'app:team/lunch hasInstance appinstance:team/lunch',
    ]);
    const keys = { a: { valueFrom: { environmentVariable: 'A' } } };
    const secret = (visibility: string) =>
      relationsOf(
        entity('AppSecret', { visibility, keys, neededBy: ['lunch'] }),
      );
    expect(await secret('PRIVATE')).toEqual([
      'appsecret:team/lunch neededBy app:team/lunch',
    ]);
    expect(await secret('ALL_USERS')).toEqual([
      'appsecret:team/lunch neededBy app:team/lunch',
      'app:team/lunch needsSecret appsecret:team/lunch',
    ]);
    // What is declared says nothing on what is not.
    expect(
      await relationsOf(
        entity('AppInstance', {
          app: 'component:default/other',
          visibility: 'ALL_USERS',
        }),
      ),
    ).toEqual(['appinstance:team/lunch instanceOf component:default/other']);
    // Visitors read people.
    const owned = entity('App', { owner: 'user:default/dev' });
    expect(await relationsOf(owned)).toEqual([
      'app:team/lunch ownedBy user:default/dev',
    ]);
    expect(
      await relationsOf(owned, { policyWired: true, ownersTold: true }),
    ).toContain('user:default/dev ownerOf app:team/lunch');
  });

  it.each<[string, Entity, string]>([
    [
      'the namespace of the index',
      entity('App', {}, { namespace: 'app-store' }),
      'metadata.namespace',
    ],
    [
      'the namespace of the index for visitors',
      entity('App', {}, { namespace: 'app-store-visitors' }),
      'metadata.namespace',
    ],
    [
      'the id of an app',
      entity('App', {}, { annotations: { 'ai-app-store.io/app-id': 'x' } }),
      'app-id',
    ],
    [
      'who is told an owner',
      entity(
        'App',
        {},
        { annotations: { 'ai-app-store.io/owner-told-to': 'full-access' } },
      ),
      'owner-told-to',
    ],
    [
      'to be the newest',
      entity('App', {}, { labels: { 'ai-app-store.io/newest': 'true' } }),
      'newest',
    ],
  ])('may not pretend %s', async (_, pretender, message) => {
    await expect(
      new AppStoreKindsProcessor(WIRED).validateEntityKind(pretender),
    ).rejects.toThrow(message);
  });

  it('is refused with all that is wrong, and without a value', async () => {
    const bad = entity('AppSecret', {
      keys: { token: { value: 'hunter2' }, other: 'hunter2' },
    });
    const error = await new AppStoreKindsProcessor(WIRED)
      .validateEntityKind(bad)
      .catch(each => each as Error);
    expect(String(error)).toMatch(
      /spec\.keys\.token .*never the value itself.*spec\.keys\.other/,
    );
    expect(String(error)).not.toMatch(/hunter/);
  });

  it('is refused as long as nobody keeps it from visitors', async () => {
    await expect(
      new AppStoreKindsProcessor({
        policyWired: false,
        ownersTold: false,
      }).validateEntityKind(entity('App', {})),
    ).rejects.toThrow('policyWired');
  });

  it('is known by an annotation that no file can write', async () => {
    const processor = new AppStoreKindsProcessor(WIRED);
    const forged = entity(
      'App',
      {},
      { annotations: { 'ai-app-store.io/declaration': 'app:default/other' } },
    );
    expect(
      (await processor.preProcessEntity(forged, LOCATION)).metadata.annotations,
    ).toHaveProperty(['ai-app-store.io/declaration'], 'app:team/lunch');
    const component = {
      ...forged,
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
    };
    expect(await processor.preProcessEntity(component, LOCATION)).toBe(
      component,
    );
  });
});
