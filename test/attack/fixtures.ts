/**
 * Attacks on a running portal, through real sockets and Chromium. All tests share one
 * portal on SQLite; each is named after the finding that it holds off, and begins
 * with its number.
 */
import { test as base } from '@playwright/test';
import { World } from '../spec/World';

export { expect } from '@playwright/test';

export const test = base.extend<{ tidied: void }, { world: World }>({
  world: [
    async ({}, use) => {
      const world = new World();
      try {
        await world.start('SQLite');
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
