/** Two replicas and one repository: each thing is done once, and goes on when one of them ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseIds, databases } from '../database/__testUtils__/databases';
import {
  appFiles,
  catalogInfo,
  declared,
  DeclarationsUnderTest,
} from '../__testUtils__/DeclarationsUnderTest';

jest.setTimeout(240_000);

const files = (visibility: string, ...more: object[]) => ({
  ...appFiles('lunch', '1.0.0'),
  ...catalogInfo(
    declared('App', 'lunch', { visibility: 'ALL_USERS' }),
    declared('AppInstance', 'lunch', { app: 'lunch', visibility }),
    declared('AppAlias', 'lunch', { instance: 'lunch', primary: true }),
    ...more,
  ),
});

// SQLite has one process.
const replicated = databaseIds().filter(([id]) => id.startsWith('POSTGRES'));

describe.each(replicated)('declarations with two replicas on %s', id => {
  it('are applied once, also where the replica that does it ends', async () => {
    const knex = await databases.init(id);
    const catalogKnex = await databases.init(id);
    const directory = mkdtempSync(join(tmpdir(), 'bundles-'));
    const appStore = { bundles: { directory, shared: true } };
    const one = await DeclarationsUnderTest.start(id, {
      files: files('PRIVATE'),
      appStore,
      knex,
      catalogKnex,
    });
    const two = await DeclarationsUnderTest.start(id, {
      files: files('PRIVATE'),
      appStore,
      knex,
      catalogKnex,
      beside: one,
    });
    try {
      await two.settles('appalias:default/lunch', 'IN_SYNC');
      const first = await two.settles('appinstance:default/lunch', 'IN_SYNC');
      await one.store.backend.stop();
      await one.commit(
        files('ALL_USERS', declared('AppAlias', 'more', { instance: 'lunch' })),
      );
      await two.settles('appalias:default/more', 'IN_SYNC');
      const after = await two.settles('appinstance:default/lunch', 'IN_SYNC');
      expect(after.resourceId).toBe(first.resourceId);
      expect(await knex('instances').pluck('id')).toEqual([first.resourceId]);
      const { items } = await two.get('/audit?limit=200', 'ada');
      const counts: Record<string, number> = {};
      for (const { action, result } of items)
        if (result === 'done') counts[action] = (counts[action] ?? 0) + 1;
      expect(counts).toEqual({
        'app:import': 1,
        'instance:run': 1,
        'instance:update': 1,
        'alias:create': 2,
      });
    } finally {
      await two.store.backend.stop();
      await one.git.stop();
      await one.store.cluster.stop(500);
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
