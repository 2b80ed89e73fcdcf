import type { Page } from '@playwright/test';

/**
 * Has a page set cookies, and ends when the browser has them: Chromium goes on before that,
 * and the next request would be sent without some of them. What is read comes after what was set.
 *
 * @returns what the page itself sees of its cookies
 */
export function plantCookies(page: Page, cookies: string[]): Promise<string> {
  return page.evaluate(each => {
    for (const cookie of each) document.cookie = cookie;
    return document.cookie;
  }, cookies);
}
