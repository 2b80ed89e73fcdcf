/** Makes the pictures of README.md from a real portal: `npm run readme`. */
import { expect, test, type Page } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openApp, signedIn } from '../e2e/people';
import { Portal } from '../e2e/portal';
import { apng, type Frame } from './apng';

const IMAGES = resolve(__dirname, '../../docs/images');
/** Small enough for a page on GitHub. */
const SIZE = { width: 960, height: 600 };
const portal = new Portal();
let uma: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  await portal.start();
  uma = await signedIn(browser, portal, 'uma');
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
});

/** Pages keep streams open, so the network is never idle. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('load');
  await page.mouse.move(0, 0);
  await sleep(1500);
}

test('the store', async () => {
  await settled(uma);
  await expect(
    uma.getByRole('list', { name: 'Apps', exact: true }),
  ).toBeVisible();
  await uma.screenshot({ path: join(IMAGES, 'store.png') });
});

test('from the store into an app', async () => {
  const frames: Frame[] = [];
  const show = async (ms: number) => {
    frames.push({ png: await uma.screenshot({ animations: 'disabled' }), ms });
  };
  await uma.setViewportSize(SIZE);
  await settled(uma);
  await show(1800);
  await openApp(uma, portal, 'Board');
  await settled(uma);
  await show(1600);
  await uma.getByRole('button', { name: /^Run/ }).hover();
  await show(600);
  await uma.getByRole('button', { name: /^Run/ }).click();
  // Several pictures of the launch, which takes about a second.
  while (!new URL(uma.url()).hostname.endsWith('.apps.localhost')) {
    await show(250).catch(() => {});
    await sleep(100);
  }
  await settled(uma);
  await show(2200);
  await uma.goto(`${portal.url}/app-store/instances`);
  await expect(
    uma.getByRole('listitem').getByText('Running', { exact: true }),
  ).toBeVisible();
  await settled(uma);
  await show(2200);
  const film = apng(frames);
  // A page should not wait for it.
  expect(film.length).toBeLessThan(2_500_000);
  writeFileSync(join(IMAGES, 'launch.png'), film);
});
