/**
 * The store's index in a real catalog, with the conditions of the policy: what comes,
 * what goes, who finds it, and that nothing is written where nothing changed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { AppRepository } from '../apps/AppRepository';
import { Policy } from '../policy';
import {
  behaviourIds,
  databases,
  migrated,
} from '../database/__testUtils__/databases';
import { manifestOf } from '../__testUtils__/fixtures';
import { CatalogUnderTest } from '../__testUtils__/CatalogUnderTest';
import { API, as } from '../__testUtils__/StoreUnderTest';
import { CatalogRepository } from './CatalogRepository';
import { until } from '../__testUtils__/until';

jest.setTimeout(180_000);

/** Enough that a write for each of them would show; `npm run bench -- catalog` has ten thousand. */
const VERSIONS = 100;

/** A version of one name. */
function newApp(version: string): Parameters<AppRepository['insert']>[0] {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    name: 'many',
    version,
    ownerRef: 'user:default/dev',
    visibility: 'ALL_USERS',
    origin: 'direct',
    manifest: manifestOf(
      `[App]\nName = "many"\nVersion = "${version}"\nTitle = "Many"\n[Runtime]\nAppMode = "node"\nModule = "s.js"\n`,
    ),
    longDescription: '',
    screenshots: [],
    bundleDigest: 'x',
    contentDigest: 'x',
    bundleSize: 1,
    problems: [],
    createdAt: now,
    updatedAt: now,
  };
}

describe.each(behaviourIds())('the store in the catalog on %s', id => {
  it('is found by those who may see it, and gone when it is hidden or deleted', async () => {
    const portal = await CatalogUnderTest.start(id, {
      catalog: { policyWired: true },
    });
    try {
      const open = await portal.import('open', { tags: ['GUESTS'] });
      const plain = await portal.import('plain');
      await portal.settles('uma', ['Title of open', 'Title of plain']);
      await portal.settles('vic', ['Title of open']);
      await portal.settles('val', []);
      // An admin sees here what they see as a person.
      await portal.settles('ada', ['Title of open', 'Title of plain']);

      const [entity] = await portal.find('vic');
      expect(JSON.stringify(entity)).not.toMatch(/dev|GUESTS|apptag/);
      expect(entity).not.toHaveProperty('relations.0');
      expect(entity.metadata.namespace).toBe('app-store-visitors');
      // 29: those with full access are told, each in one entity of an app.
      const told = (await portal.find('uma')).find(
        each => each.spec?.name === 'open',
      )!;
      expect(told.metadata).toMatchObject({
        namespace: 'app-store',
        name: entity.metadata.name,
      });
      expect(
        told.relations?.map(({ type, targetRef }) => [type, targetRef]),
      ).toEqual([
        ['hasTag', expect.stringMatching(/^apptag:app-store\/guests-/)],
        ['ownedBy', 'user:default/dev'],
      ]);
      expect(await portal.find('vic', 'kind=apptag')).toEqual([]);
      // A relation comes to either end by itself.
      const guests = await until(async () =>
        (
          await portal.find('uma', 'kind=apptag')
        ).find(tag => tag.spec?.name === 'GUESTS' && tag.relations?.length),
      );
      expect(guests.relations).toEqual([
        {
          type: 'tagOf',
          targetRef: `app:app-store/${entity.metadata.name}`,
        },
      ]);

      // Who can see it changes at once with its tags.
      await portal.change(plain, { tags: ['GUESTS'] });
      await portal.settles('vic', ['Title of open', 'Title of plain']);
      await portal.change(plain, { tags: [] });
      await portal.settles('vic', ['Title of open']);

      await portal.import('plain', { version: '2.0.0' });
      await portal.settles('uma', [
        'Title of open',
        'Title of plain',
        'Title of plain 1.0.0',
      ]);
      await portal.change(open, { visibility: 'PRIVATE' });
      await portal.settles('dev', ['Title of plain', 'Title of plain 1.0.0']);
      await portal.settles('vic', []);
      await portal.store.api
        .delete(`${API}/apps/${plain}`)
        .set(as('dev'))
        .expect(204);
      await portal.settles('uma', ['Title of plain']);
    } finally {
      await portal.store.stop();
    }
  });

  it('holds nothing as long as there are visitors and nobody confirmed the policy', async () => {
    const portal = await CatalogUnderTest.start(id, { publicMode: true });
    try {
      await portal.import('plain', { tags: ['GUESTS'] });
      const shown = await portal.import('shown');
      await portal.change(shown, { visibility: 'PUBLIC' });
      // The catalog itself: the policy of this test would hide it from some.
      const refs = async () =>
        (await portal.catalogKnex('final_entities').select('entity_ref')).map(
          row => row.entity_ref.replace(/-[0-9a-z]{14}$/, ''),
        );
      await until(async () => (await refs()).length);
      expect(await refs()).toEqual(['app:app-store/shown-1.0.0']);
    } finally {
      await portal.store.stop();
    }
  });

  it('is hidden from whom a policy of an admin denies it', async () => {
    const portal = await CatalogUnderTest.start(id, {
      catalog: { policyWired: true },
      iam: { enabled: true },
    });
    try {
      await portal.import('open', { tags: ['GUESTS'] });
      await portal.import('plain');
      await portal.settles('uma', ['Title of open', 'Title of plain']);
      await portal.store.api
        .put(`${API}/iam/policies`)
        .set(as('ada'))
        .send({
          policies: [
            {
              name: 'not-uma',
              resources: ['app:plain'],
              statements: [
                {
                  effect: 'deny',
                  subjects: ['user:default/uma'],
                  actions: ['app:read'],
                },
              ],
            },
            {
              name: 'val-too',
              resources: ['app:open'],
              statements: [
                {
                  effect: 'allow',
                  subjects: ['user:default/val'],
                  actions: ['app:read'],
                },
              ],
            },
          ],
        })
        .expect(200);
      await portal.settles('uma', ['Title of open']);
      await portal.settles('dev', ['Title of open', 'Title of plain']);
      await portal.settles('val', ['Title of open']);
      // A tag that uma reads names no app that is hidden from her.
      const tags = await portal.find('uma', 'kind=apptag');
      expect(tags.map(tag => tag.spec?.apps)).toEqual([[], []]);
    } finally {
      await portal.store.stop();
    }
  });

  it('tells owners and tags where everybody has full access', async () => {
    const portal = await CatalogUnderTest.start(id, {
      roles: { admin: ['admins'] },
    });
    try {
      await portal.import('open', { tags: ['GUESTS'] });
      await portal.settles('val', ['Title of open']);
      const [entity] = await portal.find('val');
      expect(entity.spec).toMatchObject({
        owner: 'user:default/dev',
        tags: [expect.stringMatching(/^apptag:app-store\/guests-/)],
      });
      expect(entity.relations?.map(each => each.type).sort()).toEqual([
        'hasTag',
        'ownedBy',
      ]);
    } finally {
      await portal.store.stop();
    }
  });

  it('13: tells search long descriptions of what the catalog may hold, up to a limit', async () => {
    const knex = await migrated(id);
    const apps = new AppRepository(knex);
    const ids = [randomUUID(), randomUUID()];
    for (const [n, visibility] of (['PUBLIC', 'PRIVATE'] as const).entries())
      await apps.insert({
        ...newApp(`1.${n}.0`),
        id: ids[n],
        visibility,
        longDescription: `${'a'.repeat(1999)}\u{1f600} and more`,
      });
    const catalog = new CatalogRepository(
      knex,
      Policy.create({ settings: { publicMode: false, downloads: true } }),
    );
    expect(await catalog.texts('listed', ids)).toEqual([
      // Half a character is none.
      { id: ids[0], text: 'a'.repeat(1999) },
    ]);
    expect(await catalog.texts('listed', [])).toEqual([]);
  });

  it('is compared, a hundred versions, without a write', async () => {
    const knex = await databases.init(id);
    const portal = await CatalogUnderTest.start(
      id,
      { catalog: { policyWired: true } },
      { knex },
    );
    try {
      const apps = new AppRepository(knex);
      for (let n = 0; n < VERSIONS; n++) await apps.insert(newApp(`1.${n}.0`));
      const began = Date.now();
      await portal.scheduler.triggerTask('app-store-resync');
      const handed = Date.now() - began;
      while ((await portal.count('uma')) < VERSIONS) await sleep(200);
      const visible = Date.now() - began;
      const newest = await portal.find(
        'uma',
        'kind=app,metadata.labels.ai-app-store.io/newest=true',
      );
      expect(newest.map(each => each.spec?.version)).toEqual([
        `1.${VERSIONS - 1}.0`,
      ]);

      // Processing and stitching have come to an end.
      const written: string[] = [];
      const note = ({ sql }: { sql: string }) => {
        if (/^\s*(insert|update|delete|with)\b/i.test(sql)) written.push(sql);
      };
      portal.catalogKnex.on('query', note);
      do {
        written.length = 0;
        await sleep(3000);
      } while (written.length);
      const again = Date.now();
      await portal.scheduler.triggerTask('app-store-resync');
      await portal.scheduler.triggerTask('app-store-resync');
      const compared = (Date.now() - again) / 2;
      expect(written).toEqual([]);
      process.stdout.write(
        `${VERSIONS} versions on ${id}: handed over in ${handed} ms, all visible after ${visible} ms, compared without a write in ${compared} ms\n`,
      );
    } finally {
      await portal.store.stop();
    }
  });
});
