import type { CatalogApp } from '@ai-app-store/backstage-plugin-app-store-common';
import { mockServices } from '@backstage/backend-test-utils';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type {
  EntityProviderConnection,
  EntityProviderMutation,
} from '@backstage/plugin-catalog-node';
import {
  AppStoreEntityProvider,
  CHUNK,
  type IndexSource,
} from './AppStoreEntityProvider';

/** A catalog that counts what is written, as the real one compares: by content. */
class FakeCatalog implements EntityProviderConnection {
  readonly entities = new Map<string, Entity>();
  readonly mutations: EntityProviderMutation[] = [];
  writes = 0;
  broken = false;

  async applyMutation(mutation: EntityProviderMutation): Promise<void> {
    if (this.broken) throw new Error('the catalog is down');
    this.mutations.push(mutation);
    const given = mutation.type === 'full' ? mutation.entities : mutation.added;
    const refs = given.map(({ entity }) => stringifyEntityRef(entity));
    const removed =
      mutation.type === 'full'
        ? [...this.entities.keys()].filter(ref => !refs.includes(ref))
        : mutation.removed.map(each =>
            'entityRef' in each
              ? each.entityRef
              : stringifyEntityRef(each.entity),
          );
    for (const ref of removed) this.writes += Number(this.entities.delete(ref));
    given.forEach(({ entity }, n) => {
      const before = this.entities.get(refs[n]);
      if (JSON.stringify(before) === JSON.stringify(entity)) return;
      this.entities.set(refs[n], entity);
      this.writes += 1;
    });
  }

  async refresh(): Promise<void> {}

  titles(): string[] {
    return [...this.entities.values()]
      .map(entity => entity.metadata.title!)
      .sort();
  }

  newest(): unknown[] {
    return [...this.entities.values()]
      .filter(entity => entity.metadata.labels?.['ai-app-store.io/newest'])
      .map(entity => `${entity.spec?.name} ${entity.spec?.version}`);
  }
}

function app(name: string, version: string, newest = true): CatalogApp {
  return {
    id: `id of ${name} ${version}`,
    name,
    version,
    title: `Title of ${name}`,
    description: 'Does things.',
    keywords: [],
    mode: 'node',
    lifecycle: 'ON_DEMAND',
    visibility: 'ALL_USERS',
    newest,
  };
}

async function setUp(apps: CatalogApp[] = []) {
  const store = { apps, down: false, tags: [] as string[] };
  const source: IndexSource = {
    async apps(name) {
      if (store.down) throw new Error('the app store is down');
      return store.apps.filter(each => !name || each.name === name);
    },
    async tags() {
      return store.tags.map(name => ({
        name,
        title: name,
        color: '#000000',
        description: '',
        apps: store.apps.map(each => ({
          name: each.name,
          version: each.version,
        })),
      }));
    },
  };
  const events = mockServices.events();
  const pauses: number[] = [];
  const start = (catalog: FakeCatalog) => {
    const provider = AppStoreEntityProvider.create({
      source,
      events,
      logger: mockServices.logger.mock(),
      portalUrl: 'http://portal',
      pause: async ms => {
        pauses.push(ms);
        if (pauses.length === 3) {
          store.down = false;
          catalog.broken = false;
        }
      },
    });
    return { provider, connected: provider.connect(catalog) };
  };
  const catalog = new FakeCatalog();
  const { provider, connected } = start(catalog);
  await connected;
  await provider.idle();
  const say = async (action: string, name?: string) => {
    await events.publish({
      topic: 'ai-app-store',
      eventPayload: { action, resource: { id: 'id', name } },
    });
    await provider.idle();
  };
  return { store, catalog, provider, say, start, pauses };
}

describe('the provider', () => {
  it('brings what changes as a delta, and moves the label of the newest', async () => {
    const { store, catalog, say } = await setUp([app('a', '1'), app('b', '1')]);
    expect(catalog.titles()).toEqual(['Title of a', 'Title of b']);
    catalog.mutations.length = 0;

    store.apps = [app('a', '1', false), app('a', '2'), app('b', '1')];
    await say('app:import', 'a 2');
    expect(catalog.newest().sort()).toEqual(['a 2', 'b 1']);
    expect(catalog.titles()).toEqual([
      'Title of a',
      'Title of a 1',
      'Title of b',
    ]);
    expect(catalog.mutations).toMatchObject([
      {
        type: 'delta',
        added: [
          { entity: { spec: { version: '1', newest: false } } },
          { entity: { spec: { version: '2', newest: true } } },
        ],
        removed: [],
      },
    ]);

    // Made PRIVATE, or deleted: the store does not list it any more.
    store.apps = [app('a', '1'), app('b', '1')];
    await say('app:update', 'a 2');
    expect(catalog.newest().sort()).toEqual(['a 1', 'b 1']);
    store.apps = [app('b', '1')];
    await say('app:delete', 'a 1');
    expect(catalog.titles()).toEqual(['Title of b']);
  });

  it('brings tags, with the apps that bear them', async () => {
    const { store, catalog, say } = await setUp([app('a', '1')]);
    store.tags = ['FINE'];
    await say('tag:create', 'FINE');
    const apps = () =>
      [...catalog.entities.values()].find(each => each.kind === 'AppTag')?.spec
        ?.apps;
    expect(apps()).toHaveLength(1);
    store.apps = [app('a', '1'), app('b', '1')];
    await say('app:import', 'b 1');
    expect(apps()).toHaveLength(2);
    store.tags = [];
    await say('tag:delete', 'FINE');
    expect(apps()).toBeUndefined();
  });

  it('writes nothing where nothing changed', async () => {
    const apps = Array.from({ length: 1000 }, (_, n) =>
      app(`app-${n % 100}`, `1.${n}`, n >= 900),
    );
    const { catalog, provider, say, start } = await setUp(apps);
    expect(catalog.entities.size).toBe(1000);
    expect(catalog.writes).toBe(1000);
    expect(catalog.newest()).toHaveLength(100);
    await provider.resync();
    await say('app:update', 'app-1 1.1');
    await say('tag:update', 'T');
    // A restart, or another replica.
    const other = start(catalog);
    await other.connected;
    await other.provider.idle();
    expect(catalog.writes).toBe(1000);
  });

  it('asks nothing where an event is about something else', async () => {
    const { catalog, say } = await setUp([app('a', '1')]);
    const before = catalog.mutations.length;
    await say('app:prefer', 'a 1');
    await say('instance:run', 'x');
    await say('secret:put', 'x');
    expect(catalog.mutations).toHaveLength(before);
  });

  it('brings many in chunks first', async () => {
    const apps = Array.from({ length: 2 * CHUNK + 5 }, (_, n) =>
      app(`app-${n}`, '1'),
    );
    const { catalog } = await setUp(apps);
    expect(
      catalog.mutations.map(each => [
        each.type,
        each.type === 'full' ? each.entities.length : each.added.length,
      ]),
    ).toEqual([
      ['delta', CHUNK],
      ['delta', CHUNK],
      ['delta', 5],
      ['full', 2 * CHUNK + 5],
    ]);
  });

  it('tries again while the store or the catalog is down, and loses nothing', async () => {
    const { store, catalog, say, pauses } = await setUp([app('a', '1')]);
    store.down = true;
    store.apps = [];
    await say('app:delete', 'a 1');
    expect(pauses).toEqual([500, 1000, 2000]);
    expect(catalog.entities.size).toBe(0);
    store.apps = [app('a', '2')];
    pauses.length = 0;
    catalog.broken = true;
    await say('app:import', 'a 2');
    expect(catalog.titles()).toEqual(['Title of a']);
  });

  it('mends at a resync what another replica wrote too late', async () => {
    const { store, catalog, provider } = await setUp([app('a', '1')]);
    const stale = new Map(catalog.entities);
    store.apps = [];
    await provider.resync();
    stale.forEach((entity, ref) => catalog.entities.set(ref, entity));
    await provider.resync();
    expect(catalog.entities.size).toBe(0);
  });
});
