/** What the catalog says, taken in: thousands of documents, silence, and sudden emptiness. */
import { mockServices } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { behaviourIds, migrated } from '../database/__testUtils__/databases';
import { declared } from '../__testUtils__/DeclarationsUnderTest';
import { ProcessKeyedLock } from '../database/KeyedLock';
import { CatalogComparison } from './CatalogComparison';
import type { CatalogDeclarations } from './CatalogDeclarations';
import { DeclarationRepository } from './DeclarationRepository';
import { DueDeclarations } from './DueDeclarations';
import { Trust } from './Trust';

jest.setTimeout(60_000);

const LOCATION = 'url:https://git.example.com/many/catalog-info.yaml';

function entity(name: string, etag = '1', location = LOCATION): Entity {
  const document = declared('AppAlias', name) as Entity;
  return {
    ...document,
    metadata: {
      ...document.metadata,
      namespace: 'default',
      etag,
      annotations: { 'backstage.io/managed-by-location': location },
    },
  };
}

const refOf = ({ metadata }: Entity) => `appalias:default/${metadata.name}`;

describe.each(behaviourIds())('the comparison with the catalog on %s', id => {
  async function setUp(perLocation = 500) {
    const knex = await migrated(id);
    const declarations = new DeclarationRepository(knex);
    const logger = mockServices.logger.mock();
    const catalog = { entities: [] as Entity[], down: false, read: 0 };
    const comparison = new CatalogComparison({
      perLocation,
      declarations,
      trust: new Trust([]),
      logger,
      locks: ProcessKeyedLock.create(),
      catalog: {
        async list() {
          if (catalog.down) throw new Error('no catalog');
          return catalog.entities.map(each => ({
            entityRef: refOf(each),
            kind: each.kind,
            etag: each.metadata.etag!,
            location:
              each.metadata.annotations!['backstage.io/managed-by-location'],
          }));
        },
        async get(refs) {
          catalog.read += refs.length;
          return catalog.entities.filter(each => refs.includes(refOf(each)));
        },
      } as CatalogDeclarations,
    });
    const compare = async () => {
      const listed = await comparison.list();
      if (listed) await comparison.compare(listed);
    };
    const states = async () => {
      const counts: Record<string, number> = {};
      for (const { state } of await declarations.ofSource('catalog'))
        counts[state] = (counts[state] ?? 0) + 1;
      return counts;
    };
    return { knex, declarations, logger, catalog, compare, states };
  }

  it('takes as many documents of one file as it may have, and says so of the others', async () => {
    const { catalog, compare, states, declarations, knex } = await setUp();
    catalog.entities = Array.from({ length: 10_000 }, (_, n) =>
      entity(`a${String(n).padStart(5, '0')}`),
    );
    catalog.entities.push(entity('other', '1', `${LOCATION}2`));
    await compare();
    expect(await states()).toEqual({ PROGRESSING: 501, REFUSED: 9500 });
    expect(catalog.read).toBe(501);
    const one = await declarations.find('catalog', 'appalias:default/a09999');
    expect(one?.problem).toMatchObject({ code: 'TOO_MANY_DECLARATIONS' });
    // The same again is neither read nor written.
    const written: string[] = [];
    knex.on('query', ({ sql }: { sql: string }) => {
      if (!/^\s*select/i.test(sql)) written.push(sql);
    });
    await compare();
    expect([catalog.read, written]).toEqual([501, []]);
  });

  it('takes nothing as gone while the catalog is silent', async () => {
    const { catalog, compare, logger, declarations } = await setUp();
    catalog.entities = [entity('one')];
    await compare();
    catalog.down = true;
    for (let n = 0; n < 3; n++) await compare();
    expect(logger.warn).toHaveBeenCalledTimes(1);
    catalog.down = false;
    await compare();
    expect(logger.info).toHaveBeenCalledWith(
      'the catalog says again what is declared',
    );
    const [row] = await declarations.ofSource('catalog');
    expect(row.missingSince).toBe(undefined);
  });

  it('reads those beyond the limit once there is room', async () => {
    const { catalog, compare, states } = await setUp(2);
    const all = ['a', 'b', 'c'].map(name => entity(name));
    catalog.entities = all;
    await compare();
    expect(await states()).toEqual({ PROGRESSING: 2, REFUSED: 1 });
    catalog.entities = all.slice(1);
    await compare();
    expect(await states()).toEqual({ PROGRESSING: 3 });
  });

  it('knows how many are gone, and takes them back', async () => {
    const { catalog, compare, knex } = await setUp();
    const due = new DueDeclarations(knex);
    const all = Array.from({ length: 10 }, (_, n) => entity(`a${n}`));
    catalog.entities = all;
    await compare();
    catalog.entities = all.slice(0, 2);
    await compare();
    expect(await due.counts()).toEqual({ missing: 8, all: 10 });
    catalog.entities = all;
    await compare();
    expect(await due.counts()).toEqual({ missing: 0, all: 10 });
  });

  it('has a declaration looked at again where it changed, and not where only its entity did', async () => {
    const { catalog, compare, declarations } = await setUp();
    catalog.entities = [entity('one')];
    await compare();
    const [row] = await declarations.ofSource('catalog');
    await declarations.update(row.id, { dueAt: undefined });
    catalog.entities = [entity('one', '2')];
    await compare();
    expect((await declarations.get(row.id))!.dueAt).toBe(undefined);
    const changed = entity('one', '3');
    changed.spec = { name: 'two' };
    catalog.entities = [changed];
    await compare();
    expect((await declarations.get(row.id))!.dueAt).toBeDefined();
  });

  it('refuses what cannot be read, and leaves what it declared before', async () => {
    const { catalog, compare, declarations } = await setUp();
    catalog.entities = [entity('one')];
    await compare();
    const bad = entity('one', '2');
    bad.spec = { primary: 'hunter2' };
    catalog.entities = [bad];
    await compare();
    const [row] = await declarations.ofSource('catalog');
    expect(row).toMatchObject({
      state: 'REFUSED',
      problem: { code: 'BAD_DECLARATION' },
      declaration: { spec: { primary: false } },
    });
    expect(JSON.stringify(row)).not.toMatch(/hunter/);
  });
});
