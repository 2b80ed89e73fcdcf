import { defineConfig } from '@playwright/test';
import type { DatabaseKind } from './test/spec/World';

const artifacts = process.env.TEST_ARTIFACTS ?? 'test-artifacts';
const PICTURES = '**/pagesSeen.spec.ts';

/** Browser tests, the conformance suite and pictures of every page: one portal, one browser, one after another. */
export default defineConfig<object, { database: DatabaseKind }>({
  projects: [
    { name: 'browser', testDir: 'test/e2e', testIgnore: PICTURES },
    { name: 'pictures', testDir: 'test/e2e', testMatch: PICTURES },
    { name: 'attack', testDir: 'test/attack' },
    ...(['SQLite', 'PostgreSQL'] as const).map(database => ({
      name: `spec on ${database}`,
      testDir: 'test/spec',
      use: { database },
    })),
  ],
  testMatch: '**/*.spec.ts',
  workers: 1,
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
    trace: 'retain-on-failure',
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
