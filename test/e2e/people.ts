/** What people do in the portal, in words. */
import { expect, type Browser, type Page } from '@playwright/test';
import type { Portal } from './portal';

export const NAMES = {
  ada: 'Ada Admin',
  dev: 'Devika Developer',
  uma: 'Uma User',
  vic: 'Victor Visitor',
  val: 'Valentina Visitor',
};

export type Person = keyof typeof NAMES;

/** A browser of its own, signed in as a person, on the store page. */
export async function signedIn(
  browser: Browser,
  portal: Portal,
  person: Person,
): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${portal.url}/app-store`);
  await page
    .getByRole('button', { name: `Sign in as ${NAMES[person]}` })
    .click();
  await expect(
    page
      .getByRole('heading', { name: 'App Store', level: 1 })
      .or(page.getByText('Choose an app, run your own instance'))
      .first(),
  ).toBeVisible();
  return page;
}

/** Goes to another page as a link of the portal does: the portal is loaded once. */
export async function follow(page: Page, address: string): Promise<void> {
  if (page.url() === address) return;
  const before = await page.evaluate(to => {
    const { innerText } = document.body;
    window.history.pushState({}, '', to);
    window.dispatchEvent(new PopStateEvent('popstate'));
    return innerText;
  }, address);
  // No page of the list looks like the one before it.
  await page.waitForFunction(text => document.body.innerText !== text, before);
}

/** From the store to an app's page. */
export async function openApp(
  page: Page,
  portal: Portal,
  title: string,
): Promise<void> {
  await page.goto(`${portal.url}/app-store`);
  await page.getByRole('link', { name: title, exact: true }).click();
  await expect(
    page.getByRole('heading', { name: 'Requirements' }),
  ).toBeVisible();
}

/**
 * Fulfilled once the progress of a launch is shown and announced. It looks in every frame, since a
 * launch may take less than the pause between two looks of `expect`: ask for it before the launch.
 */
export function launchSeen(page: Page): Promise<unknown> {
  return page.waitForFunction(
    () =>
      document.querySelector('ol[aria-label="Progress of the launch"]') &&
      [...document.querySelectorAll('[role="status"]')].some(
        ({ textContent }) =>
          /Accepted|Scheduled|Fetching|Installing|Starting|Ready/.test(
            textContent ?? '',
          ),
      ),
    undefined,
    { polling: 'raf' },
  );
}

/** Runs an app from its page and waits until the portal has led into it; returns its address. */
export async function run(
  page: Page,
  portal: Portal,
  title: string,
  options: { shared?: boolean; timeout?: number } = {},
): Promise<URL> {
  await openApp(page, portal, title);
  const progress = launchSeen(page);
  if (options.shared) {
    await page.getByRole('button', { name: 'Advanced run' }).click();
    await page.getByRole('button', { name: /Who can open it/ }).click();
    await page.getByRole('option', { name: /^All users/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run' }).click();
  } else {
    // A second instance is run beside the first one, which has the button's place.
    await page.getByRole('button', { name: /^Run/ }).click();
  }
  await progress;
  await page.waitForURL(url => url.hostname.endsWith('.apps.localhost'), {
    timeout: options.timeout ?? 60_000,
  });
  return new URL(page.url());
}

/** The page of an instance in the portal. */
export async function openInstance(
  page: Page,
  portal: Portal,
  app: URL,
): Promise<void> {
  await page.goto(
    `${portal.url}/app-store/instances/${app.hostname.split('.')[0]}`,
  );
}

/** Nothing is wider than the window. */
export async function fits(page: Page): Promise<void> {
  const size = page.viewportSize()!;
  await page.setViewportSize({ width: 390, height: 900 });
  // The page lays itself out anew after the resize.
  await expect
    .poll(() =>
      page.evaluate(
        () => document.documentElement.scrollWidth - window.innerWidth,
      ),
    )
    .toBeLessThanOrEqual(0);
  await page.setViewportSize(size);
}
