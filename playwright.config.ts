import { defineConfig } from '@playwright/test';
import type { PictureOptions } from './test/e2e/pictures';
import {
  DECIDED_BY_DATABASE_TITLES,
  type DatabaseKind,
} from './test/spec/databases';

const artifacts = process.env.TEST_ARTIFACTS ?? 'test-artifacts';

/**
 * Browser tests, attacks, the conformance suite and pictures of every page. Each file of
 * browser tests has a portal of its own, so that two run side by side; attacks and the points
 * on one database share theirs, and go one after the other.
 */
export default defineConfig<
  object,
  PictureOptions & { database: DatabaseKind }
>({
  projects: [
    // First, since it cannot be divided, and waits for a minute that has to go by.
    {
      name: 'spec on PostgreSQL',
      testDir: 'test/spec',
      workers: 1,
      use: { database: 'PostgreSQL' },
    },
    { name: 'browser', testDir: 'test/e2e' },
    { name: 'docs', testDir: 'test/docs' },
    { name: 'attack', testDir: 'test/attack', workers: 1 },
    {
      name: 'spec on SQLite',
      testDir: 'test/spec',
      workers: 1,
      grep: DECIDED_BY_DATABASE_TITLES,
      use: { database: 'SQLite' },
    },
    { name: 'kills', testDir: 'test/kills' },
    { name: 'layout', testDir: 'test/layout', use: { pictures: true } },
    { name: 'overlay', testDir: 'test/overlay' },
    { name: 'pictures', testDir: 'test/visual', use: { pictures: true } },
    {
      name: 'pictures of what happens',
      testDir: 'test/e2e',
      use: { pictures: true },
    },
    { name: 'readme', testDir: 'test/visual', testMatch: '**/readme.ts' },
  ],
  testMatch: '**/*.spec.ts',
  // Much of a browser test is waiting: with two, cores are idle once jest has come to its end.
  workers: 3,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  outputDir: `${artifacts}/browser`,
  reporter: [
    ['list'],
    ['json', { outputFile: `${artifacts}/playwright.json` }],
  ],
  use: {
    actionTimeout: 20_000,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    // A trace takes a third of all that a test does: `--trace on` has one of a test that failed.
    trace: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
