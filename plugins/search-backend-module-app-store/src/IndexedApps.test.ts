import { mockServices } from '@backstage/backend-test-utils';
import {
  appEntityName,
  appEntityRef,
  tagEntityRef,
  type CatalogApp,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { TestPipeline } from '@backstage/plugin-search-backend-node';
import type { IndexableDocument } from '@backstage/plugin-search-common';
import { AppDecoratorFactory } from './AppDecoratorFactory';
import type { IndexSource } from './IndexedApps';

const hello: CatalogApp = {
  id: 'one',
  name: 'com.example.hello',
  version: '1.0.0',
  title: 'Hello',
  description: 'Says hello.',
  keywords: ['greeting', 'wave'],
  mode: 'wave',
  lifecycle: 'ON_DEMAND',
  visibility: 'ALL_USERS',
  newest: true,
  tags: ['FINANCE'],
  visitors: true,
};

/** A store with one app that has one tag. */
function source() {
  return {
    apps: jest.fn(async () => [hello]),
    tags: jest.fn(async () => [
      {
        name: 'FINANCE',
        title: 'Money matters',
        color: '#000',
        description: 'For accountants.',
        apps: [],
      },
    ]),
    texts: jest.fn(async (ids: string[]) =>
      ids.map(id => ({ id, text: 'Written by lighthouse keepers.' })),
    ),
  } satisfies IndexSource;
}

const documentOf = (resourceRef: string): IndexableDocument => ({
  title: 'Title',
  text: 'What the collator says',
  location: '/somewhere',
  authorization: { resourceRef },
});

const visitorsRef = `app:app-store-visitors/${appEntityName(
  hello.name,
  hello.version,
)}`;

async function decorated(factory: AppDecoratorFactory, ...refs: string[]) {
  const { documents } = await TestPipeline.fromDecorator(
    await factory.getDecorator(),
  )
    .withDocuments(refs.map(documentOf))
    .execute();
  return documents;
}

describe('13: apps in portal search', () => {
  const logger = mockServices.logger.mock();

  it('are found by all that is said of them; by tags only where the reader may know these', async () => {
    const [full, forVisitors, tag, other] = await decorated(
      new AppDecoratorFactory({ source: source(), logger }),
      appEntityRef(hello),
      visitorsRef,
      tagEntityRef('FINANCE'),
      'component:default/hello',
    );
    const said = [
      'Says hello.',
      'com.example.hello',
      '1.0.0',
      'greeting',
      'wave',
    ];
    const text = 'Written by lighthouse keepers.';
    expect(full).toMatchObject({
      title: 'Title',
      appName: 'com.example.hello',
      appVersion: '1.0.0',
      description: 'Says hello.',
      text: [...said, 'FINANCE', 'Money matters', text].join(' : '),
    });
    expect(forVisitors).toMatchObject({
      appName: 'com.example.hello',
      text: [...said, text].join(' : '),
    });
    expect(tag.text).toBe('For accountants. : FINANCE');
    expect(other).toEqual(documentOf('component:default/hello'));
  });

  it('have their long descriptions read once, and nothing kept of what is gone', async () => {
    const store = source();
    const factory = new AppDecoratorFactory({ source: store, logger });
    await decorated(factory, appEntityRef(hello));
    await decorated(factory, appEntityRef(hello));
    expect(store.texts.mock.calls).toEqual([[['one']], [[]]]);
    store.apps.mockResolvedValue([]);
    expect(await decorated(factory, appEntityRef(hello))).toEqual([
      documentOf(appEntityRef(hello)),
    ]);
    store.apps.mockResolvedValue([hello]);
    await decorated(factory, appEntityRef(hello));
    expect(store.texts.mock.lastCall).toEqual([['one']]);
  });

  it('stay as they were known while the store does not answer, and so does all else', async () => {
    const store = source();
    const factory = new AppDecoratorFactory({ source: store, logger });
    store.apps.mockRejectedValueOnce(new Error('silent'));
    const refs = [appEntityRef(hello), 'component:default/hello'];
    expect(await decorated(factory, ...refs)).toEqual(refs.map(documentOf));
    expect(logger.warn).toHaveBeenCalledWith(expect.stringContaining('silent'));
    const known = await decorated(factory, ...refs);
    store.apps.mockRejectedValueOnce(new Error('silent'));
    expect(await decorated(factory, ...refs)).toEqual(known);
    expect(known[0].text).toContain('lighthouse');
  });
});
