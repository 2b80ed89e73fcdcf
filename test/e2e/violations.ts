/** WCAG 2.2 AA, as far as a checker can tell, in both themes. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** A page that shows nothing new for this long has shown what it has. */
const QUIET_MS = 250;

/** Until a page has come to rest, however long that takes on a busy machine. */
export async function quiet(page: Page): Promise<void> {
  await page.evaluate(
    ms =>
      new Promise<void>(resolve => {
        let timer = 0;
        const wait = () => {
          clearTimeout(timer);
          timer = window.setTimeout(() => {
            observer.disconnect();
            resolve();
          }, ms);
        };
        const observer = new MutationObserver(wait);
        observer.observe(document, { childList: true, subtree: true });
        wait();
      }),
    QUIET_MS,
  );
}

/** Until the portal's own graph of relations is there: while it loads, it shows a spinner without a name. */
async function loaded(page: Page): Promise<void> {
  await expect(page.locator('.MuiCircularProgress-root')).toHaveCount(0);
}

/** Until a page has the colours of a theme. */
async function inTheme(
  page: Page,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  // Backstage notes on the body which theme is painted; other pages have their colours from the style alone.
  await page.waitForFunction(
    wanted => (document.body.dataset.themeMode ?? wanted) === wanted,
    colorScheme,
  );
  // Colours fade into the other theme; what turns for ever is not waited for.
  await page.evaluate(async () => {
    const fades = () =>
      document.getAnimations().filter(
        each =>
          each.playState === 'running' &&
          // And not those that go with scrolling.
          each.timeline === document.timeline &&
          each.effect?.getComputedTiming().endTime !== Infinity,
      );
    const frame = () => new Promise(requestAnimationFrame);
    do {
      await Promise.allSettled(fades().map(each => each.finished));
      // A fade begins with the frame after its cause.
      await frame();
      await frame();
    } while (fades().length);
  });
}

/** What is violated, one line each: rule, what is wrong, where. */
export async function violations(
  page: Page,
  name: string,
  /** Of a page that is not ours: what is. */
  ours?: string,
): Promise<string[]> {
  const found: string[] = [];
  await loaded(page);
  await quiet(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await inTheme(page, colorScheme);
    // React Aria says here, once, what somebody chose; the choice may be gone from the page since.
    const axe = new AxeBuilder({ page })
      // What passes is not looked at.
      .options({ resultTypes: ['violations'] })
      .exclude('[data-live-announcer]')
      // In the page itself: no page of ours has a frame, for which axe would open a page beside it.
      .setLegacyMode();
    if (ours) axe.include(ours);
    // The other theme has other colours, and the same parts.
    const { violations: all } = await (colorScheme === 'light'
      ? axe.withTags(TAGS)
      : axe.withRules(COLOURS)
    ).analyze();
    for (const { id, nodes } of all)
      for (const node of nodes)
        found.push(
          `${name} (${colorScheme}): ${id}: ${node.target.join(' ')}: ${[
            ...node.any,
            ...node.all,
            ...node.none,
          ]
            .map(check => check.message)
            .join('; ')}`,
        );
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}

/** A page in a state that its test has brought it to. */
export async function accessible(
  page: Page,
  name: string,
  ours?: string,
): Promise<void> {
  expect(await violations(page, name, ours)).toEqual([]);
}
