/**
 * The 25 points of specification section 14, one test each: through REST, through the
 * command where a point has such a surface, through the gateway, and in a browser for what
 * people see. All of them against a portal on PostgreSQL, and against one on SQLite those
 * that the database decides (`databases.ts`). The tests of one database share its portal.
 */
import { test as base } from '@playwright/test';
import type { DatabaseKind } from './databases';
import { World } from './World';

export { expect } from '@playwright/test';

export const test = base.extend<
  { tidied: void },
  { database: DatabaseKind; world: World }
>({
  database: ['SQLite', { option: true, scope: 'worker' }],
  world: [
    async ({ database }, use) => {
      const world = new World();
      try {
        await world.start(database);
        await use(world);
      } finally {
        await world.stop();
      }
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  tidied: [
    async ({ world }, use) => {
      await use();
      await world.tidy();
    },
    { auto: true },
  ],
});
