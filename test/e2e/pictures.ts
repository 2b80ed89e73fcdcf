/**
 * Pictures of what a test has come to, for eyes. Nothing is asserted of them and each takes as long
 * as a test, so that only the projects `pictures…` take them (`npm test -- pictures`).
 */
import { test, type Page } from '@playwright/test';
import { join } from 'node:path';

const DIRECTORY = join(
  process.env.TEST_ARTIFACTS ?? 'test-artifacts',
  'pictures',
);

/** What a project says of its pictures. */
export interface PictureOptions {
  pictures: boolean;
}

const areTaken = () =>
  Boolean((test.info().project.use as Partial<PictureOptions>).pictures);

/** A picture of a page as it is. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!areTaken()) return;
  await page.screenshot({
    // Buttons and the sidebar come to their places first.
    animations: 'disabled',
    path: join(DIRECTORY, `${name}.png`),
  });
}

/** Pictures of a page: wide and narrow, light and dark. */
export async function pictures(page: Page, name: string): Promise<void> {
  if (!areTaken()) return;
  const size = page.viewportSize()!;
  for (const width of [1440, 390])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(150);
      await picture(page, `${name}-${width}-${colorScheme}`);
    }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(size);
}
