/** What every page owes to people who do not see it, or use no mouse: one heading, names, alternatives. */
import { expect, type Page } from '@playwright/test';

/** What is amiss on a page, in words. */
function amiss(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const shown = (element: Element) =>
      (element as HTMLElement).offsetParent !== null &&
      !element.closest('[aria-hidden="true"]');
    const nameOf = (element: Element): string => {
      const by = element.getAttribute('aria-labelledby');
      const labels = (element as HTMLInputElement).labels;
      return [
        element.getAttribute('aria-label'),
        by &&
          by
            .split(' ')
            .map(id => document.getElementById(id)?.textContent)
            .join(' '),
        labels && [...labels].map(label => label.textContent).join(' '),
        element.textContent,
        element.getAttribute('title'),
        element.getAttribute('placeholder'),
        [...element.querySelectorAll('img')].map(image => image.alt).join(' '),
      ]
        .filter(Boolean)
        .join(' ')
        .trim();
    };
    const main = document.querySelector('main')!;
    const found: string[] = [];
    for (const element of main.querySelectorAll(
      'button, a[href], input:not([type=hidden]), select, textarea, [role=button], [role=tab]',
    ))
      if (
        shown(element) &&
        !nameOf(element) &&
        // Backstage's log viewer has a button without a name.
        !element.closest('[aria-label="Lines"]')
      )
        found.push(`has no name: ${element.outerHTML.slice(0, 120)}`);
    for (const image of main.querySelectorAll('img'))
      if (!image.hasAttribute('alt'))
        found.push(`has no alternative: ${image.outerHTML.slice(0, 120)}`);
    for (const element of main.querySelectorAll(
      'table, ul[aria-label], section',
    ))
      if (element.tagName !== 'UL' && shown(element) && !nameOf(element))
        found.push(`has no name: ${element.outerHTML.slice(0, 80)}`);
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    const twice = ids.filter((id, i) => id && ids.indexOf(id) !== i);
    if (twice.length) found.push(`the same id twice: ${twice.join(', ')}`);
    const headings = main.querySelectorAll('h1').length;
    if (headings !== 1) found.push(`${headings} headings of level 1`);
    return found;
  });
}

/** A page keeps what it owes. */
export async function labelled(page: Page): Promise<void> {
  await expect.poll(() => amiss(page)).toEqual([]);
}
