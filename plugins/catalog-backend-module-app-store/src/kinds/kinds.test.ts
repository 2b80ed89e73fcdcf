import type { CatalogApp } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogProcessorResult } from '@backstage/plugin-catalog-node';
import { AppStoreKindsProcessor } from './AppStoreKindsProcessor';
import { appEntities, tagEntity } from './entities';

const APP: CatalogApp = {
  id: '11111111-2222-4333-8444-555555555555',
  name: 'Wave_Hello',
  version: '1.2.0',
  title: 'Wave Hello',
  description: `Says hello.\n${'x'.repeat(400)}`,
  keywords: ['Wave', 'Hello World', 'wave', '!'],
  mode: 'wave',
  lifecycle: 'ON_DEMAND',
  visibility: 'ALL_USERS',
  newest: true,
};
const PORTAL = 'https://portal';

const appEntity = (app: CatalogApp) => appEntities(app, PORTAL)[0];

const INDEX = { type: 'app-store', target: PORTAL };

async function processed(
  entity: Entity,
  processor = new AppStoreKindsProcessor({
    policyWired: true,
    ownersTold: false,
  }),
) {
  const emitted: CatalogProcessorResult[] = [];
  const known = await processor.validateEntityKind(entity);
  await processor.postProcessEntity(entity, INDEX, each => emitted.push(each));
  const ref = (of: { kind: string; name: string }) => `${of.kind}/${of.name}`;
  return {
    known,
    relations: emitted.map(each =>
      each.type === 'relation'
        ? [
            ref(each.relation.source).replace(/-[0-9a-z]{14}$/, ''),
            each.relation.type,
            ref(each.relation.target).replace(/-[0-9a-z]{14}$/, ''),
          ]
        : each,
    ),
  };
}

describe('entities', () => {
  it('of an app are small, and say what it is', () => {
    const page = `${PORTAL}/app-store/apps/${APP.id}`;
    const entity = appEntity(APP);
    expect(entity).toEqual({
      apiVersion: 'ai-app-store.io/v1alpha1',
      kind: 'App',
      metadata: {
        namespace: 'app-store',
        name: expect.stringMatching(/^wave-hello-1\.2\.0-[0-9a-z]{14}$/),
        title: 'Wave Hello',
        description: expect.stringMatching(/^Says hello\. x+…$/),
        annotations: {
          'backstage.io/managed-by-location': `app-store:${page}`,
          'backstage.io/managed-by-origin-location': `app-store:${page}`,
          'ai-app-store.io/app-id': APP.id,
        },
        labels: { 'ai-app-store.io/newest': 'true' },
        tags: ['hello-world', 'wave'],
        links: [{ url: page, title: 'Open in the App Store' }],
      },
      spec: {
        type: 'wave',
        lifecycle: 'on-demand',
        name: 'Wave_Hello',
        version: '1.2.0',
        title: 'Wave Hello',
        visibility: 'ALL_USERS',
        newest: true,
      },
    });
    expect(entity.metadata.description).toHaveLength(300);
    expect(JSON.parse(JSON.stringify(entity))).toEqual(entity);
  });

  it('of an older version say which it is', () => {
    const { metadata } = appEntity({ ...APP, newest: false });
    expect(metadata.title).toBe('Wave Hello 1.2.0');
    expect(metadata).not.toHaveProperty('labels');
  });
});

describe('the kinds', () => {
  it('take no owner and no tags from an app that has none to tell', async () => {
    expect(await processed(appEntity(APP))).toEqual({
      known: true,
      relations: [],
    });
  });

  it('relate an app to its owner and tags where those may be known', async () => {
    const entity = appEntity({
      ...APP,
      owner: 'user:default/dev',
      tags: ['FINE'],
    });
    expect(await processed(entity)).toEqual({
      known: true,
      relations: [
        ['App/wave-hello-1.2.0', 'hasTag', 'apptag/fine'],
        ['App/wave-hello-1.2.0', 'ownedBy', 'user/dev'],
        ['user/dev', 'ownerOf', 'App/wave-hello-1.2.0'],
      ],
    });
  });

  it('29: relate an app to its owner for those who may know, on its side alone, and say neither owner nor tags to visitors', async () => {
    const told = { ...APP, owner: 'user:default/dev', tags: ['FINE'] };
    const [rich, plain] = appEntities({ ...told, visitors: true }, PORTAL);
    expect(await processed(rich)).toEqual({
      known: true,
      relations: [
        ['App/wave-hello-1.2.0', 'hasTag', 'apptag/fine'],
        ['App/wave-hello-1.2.0', 'ownedBy', 'user/dev'],
      ],
    });
    expect(await processed(plain)).toEqual({ known: true, relations: [] });
    expect(JSON.stringify(plain)).not.toMatch(/dev|FINE/i);
    expect(plain).toEqual({
      ...appEntity(APP),
      metadata: { ...appEntity(APP).metadata, namespace: 'app-store-visitors' },
    });
    expect(appEntities({ ...told, visitors: false }, PORTAL)).toHaveLength(1);
  });

  it('relate a tag to its apps, and no app to the tag', async () => {
    const entity = tagEntity(
      {
        name: 'FINE',
        title: 'Fine',
        color: '#123456',
        description: '',
        apps: [{ name: 'Wave_Hello', version: '1.2.0' }],
      },
      PORTAL,
    );
    expect(entity.metadata).not.toHaveProperty('description');
    expect(await processed(entity)).toEqual({
      known: true,
      relations: [['AppTag/fine', 'tagOf', 'app/wave-hello-1.2.0']],
    });
  });

  it('refuse what is none of theirs', async () => {
    const processor = new AppStoreKindsProcessor({
      policyWired: true,
      ownersTold: false,
    });
    const entity = appEntity(APP);
    for (const [field, value] of [
      ['visibility', 'PRIVATE'],
      ['name', ''],
      ['version', undefined],
    ] as const)
      await expect(
        processor.validateEntityKind({
          ...entity,
          spec: { ...entity.spec, [field]: value },
        }),
      ).rejects.toThrow(`/spec`);
    const foreign = { ...entity, apiVersion: 'backstage.io/v1alpha1' };
    expect(await processed(foreign)).toEqual({ known: false, relations: [] });
  });
});
