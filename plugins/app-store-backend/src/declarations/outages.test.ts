/**
 * The catalog, or the store, is away for six times as long as something has to be gone before it
 * counts as no longer declared: as an hour is to the ten minutes of a portal. And a portal whose
 * policy denies everything to everybody.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { behaviourIds, databases } from '../database/__testUtils__/databases';
import {
  appFiles,
  catalogInfo,
  declared,
  DeclarationsUnderTest,
} from '../__testUtils__/DeclarationsUnderTest';
import { as } from '../__testUtils__/StoreUnderTest';
import { until } from '../__testUtils__/until';

jest.setTimeout(240_000);

const GRACE_SECONDS = 0.5;
const OUTAGE_MS = 6 * GRACE_SECONDS * 1000;

const INSTANCE = 'appinstance:default/lunch';
const ALIAS = 'appalias:default/lunch';
const MORE = 'appalias:default/more';

/** What the repository says; `more` is there twice, so that not most of it goes at once. */
const files = (version: string, visibility: string, ...aliases: string[]) => ({
  ...appFiles('lunch', version),
  ...catalogInfo(
    declared('App', 'lunch', { visibility: 'ALL_USERS' }),
    declared('AppInstance', 'lunch', { app: 'lunch', visibility }),
    ...aliases.map(name => declared('AppAlias', name, { instance: 'lunch' })),
  ),
});

const options = {
  declarations: { removalGrace: `${GRACE_SECONDS}s` },
  trust: (url: string) => [
    {
      location: `${url}/lunch/lunch/src/branch/main/`,
      owner: 'user:default/dev',
      onRemoval: 'delete',
    },
  ],
};

/** What was done, and how often. */
async function done(
  test: DeclarationsUnderTest,
): Promise<Record<string, number>> {
  const { items } = await test.get('/audit?limit=200&result=done', 'ada');
  const counts: Record<string, number> = {};
  for (const { action } of items) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

async function isThere(
  test: DeclarationsUnderTest,
  alias: string,
): Promise<boolean> {
  const { items } = await test.get('/aliases?scope=mine', 'dev');
  return items.some(({ name }: { name: string }) => name === alias);
}

describe.each(behaviourIds())('declared, on %s', id => {
  it('ends nothing while the catalog is away, and goes on as the files are by then', async () => {
    let isAway = false;
    const test = await DeclarationsUnderTest.start(id, {
      ...options,
      files: files('1.0.0', 'PRIVATE', 'lunch', 'more'),
      tap: (part, name) =>
        name === 'catalog'
          ? new Proxy(part, {
              get(target, method) {
                const value = Reflect.get(target, method);
                if (typeof value !== 'function') return value;
                return async (...args: unknown[]) => {
                  if (isAway) throw new Error('the catalog is away');
                  return value.apply(target, args);
                };
              },
            })
          : part,
    });
    try {
      const before = await test.settles(INSTANCE, 'IN_SYNC');
      await test.settles(ALIAS, 'IN_SYNC');
      await test.settles(MORE, 'IN_SYNC');
      isAway = true;
      await test.commit(files('1.0.0', 'ALL_USERS', 'lunch'));
      // The catalog has lost it by now, and the store cannot know.
      await until(async () => {
        const entity = await test.entity(MORE, 'dev');
        // An orphan, until the catalog clears up.
        return !entity || entity.metadata.annotations?.['backstage.io/orphan'];
      }, 'gone from the catalog');
      await sleep(OUTAGE_MS);
      expect(await test.declaration(MORE)).toMatchObject({ state: 'IN_SYNC' });
      expect(await isThere(test, 'more')).toBe(true);
      expect(
        await test.get(`/instances/${before.resourceId}`, 'dev'),
      ).toMatchObject({ visibility: 'PRIVATE' });

      isAway = false;
      await test.forgets(MORE);
      expect(await isThere(test, 'more')).toBe(false);
      await until(async () => {
        const { visibility } = await test.get(
          `/instances/${before.resourceId}`,
          'dev',
        );
        return visibility === 'ALL_USERS';
      });
      // The record of the last change is written after it.
      await until(async () => (await done(test))['instance:update']);
      expect(await done(test)).toEqual({
        'app:import': 1,
        'instance:run': 1,
        'instance:update': 1,
        'alias:create': 2,
        'alias:delete': 1,
      });
    } finally {
      await test.stop();
    }
  });

  it('does once what was merged while the store was away', async () => {
    const knex = await databases.init(id);
    const catalogKnex = await databases.init(id);
    const directory = mkdtempSync(join(tmpdir(), 'bundles-'));
    const common = {
      ...options,
      files: files('1.0.0', 'PRIVATE', 'lunch', 'more'),
      appStore: { bundles: { directory } },
      knex,
      catalogKnex,
    };
    const one = await DeclarationsUnderTest.start(id, common);
    let two: DeclarationsUnderTest | undefined;
    try {
      const before = await one.settles(INSTANCE, 'IN_SYNC');
      await one.settles(ALIAS, 'IN_SYNC');
      await one.settles(MORE, 'IN_SYNC');
      await one.store.backend.stop();
      // What its catalog reads as it stops is over by then.
      await sleep(1000);
      await one.commit(files('1.1.0', 'PRIVATE', 'lunch', 'more'));
      await one.commit(files('1.2.0', 'PRIVATE', 'lunch'));
      await sleep(OUTAGE_MS);
      two = await DeclarationsUnderTest.start(id, { ...common, after: one });
      const after = await two.settles(
        INSTANCE,
        'IN_SYNC',
        ({ resourceId }) => resourceId !== before.resourceId,
      );
      expect(
        await two.get(`/instances/${after.resourceId}`, 'dev'),
      ).toMatchObject({ appVersion: '1.2.0' });
      await two.forgets(MORE);
      expect(await two.settles(ALIAS, 'IN_SYNC')).toBeDefined();
      expect(await isThere(two, 'lunch')).toBe(true);
      // Depends on which of both came first: the new instance, or the end of the alias.
      const { 'alias:assign': _, ...counts } = await done(two);
      // The version in between was never published.
      expect(counts).toEqual({
        'app:import': 2,
        'instance:run': 2,
        'instance:terminate': 1,
        'alias:create': 2,
        'alias:delete': 1,
      });
    } finally {
      await (two ?? one).store.backend.stop();
      await one.git.stop();
      await one.store.cluster.stop(500);
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('is kept true where the portal’s policy denies everything, and read in the store alone', async () => {
    const test = await DeclarationsUnderTest.start(id, {
      ...options,
      files: files('1.0.0', 'PRIVATE', 'lunch'),
      deniesAll: true,
    });
    try {
      await test.settles(ALIAS, 'IN_SYNC');
      for (const who of ['ada', 'dev', 'uma', 'vic']) {
        const { body, status } = await test.store.api
          .get('/api/catalog/entities')
          .set(as(who));
        expect([who, status === 200 ? body : []]).toEqual([who, []]);
        expect(await test.entity(ALIAS, who)).toBe(undefined);
      }
      // The store's rules are its own.
      expect(await test.declaration(ALIAS, 'dev')).toBeDefined();
      expect(await test.declaration(ALIAS, 'uma')).toBe(undefined);
    } finally {
      await test.stop();
    }
  });
});
