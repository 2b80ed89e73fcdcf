/** WCAG 2.2 AA, as far as a checker can tell, in both themes. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** What is violated, one line each: rule, what is wrong, where. */
export async function violations(
  page: Page,
  name: string,
  /** Of a page that is not ours: what is. */
  ours?: string,
): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Colours fade into the other theme.
    await page.waitForTimeout(400);
    // React Aria says here, once, what somebody chose; the choice may be gone from the page since.
    const axe = new AxeBuilder({ page }).exclude('[data-live-announcer]');
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
