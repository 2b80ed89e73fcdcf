/** Every page as every kind of person: pictures wide and narrow, light and dark; no sideways scrolling; names for everything that is used. */
import {
  appEntityName,
  CATALOG_NAMESPACE,
  VISITORS_NAMESPACE,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { expect, test } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { furnish, send, type Furniture } from '../e2e/furnish';
import { labelled } from '../e2e/labels';
import { isDialog, SEEN } from '../e2e/pageList';
import { fits, signedIn } from '../e2e/people';
import { pictures } from '../e2e/pictures';
import { Portal } from '../e2e/portal';

test.describe.configure({ mode: 'serial' });

const portal = new Portal();
let made: Furniture;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  await portal.start();
  made = await furnish(portal);
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
});

for (const [kind, [person, pages]] of Object.entries(SEEN))
  test(`every page as ${kind}`, async ({ browser }) => {
    test.setTimeout(300_000);
    const page = await signedIn(browser, portal, person);
    const faults: string[] = [];
    page.on('pageerror', error => faults.push(error.message));
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${portal.url}/app-store${path(made)}`);
      await expect(page.getByRole('main')).toBeAttached();
      await expect(page.getByLabel(/^Loading/)).toHaveCount(0);
      if (!isDialog(name)) await labelled(page);
      await fits(page);
      await pictures(page, `${name}-${kind}`);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

test('an app in the catalog, and what search finds, to everybody', async ({
  browser,
}) => {
  test.setTimeout(120_000);
  for (const [kind, [person]] of Object.entries(SEEN)) {
    const page = await signedIn(browser, portal, person);
    await expect(async () => {
      await page.goto(`${portal.url}/search?query=hello`);
      await expect(
        page.getByRole('link', { name: /^Hello/ }).first(),
      ).toBeVisible({ timeout: 3000 });
    }).toPass();
    await fits(page);
    await pictures(page, `search-${kind}`);
    const name = appEntityName('com.example.hello', '1.0.0');
    const namespace =
      kind === 'visitor' ? VISITORS_NAMESPACE : CATALOG_NAMESPACE;
    await page.goto(`${portal.url}/catalog/${namespace}/app/${name}`);
    await expect(page.getByRole('region', { name: 'App' })).toContainText(
      'Open in the App Store',
    );
    await expect(page.getByLabel(/^Loading/)).toHaveCount(0);
    await fits(page);
    await pictures(page, `entity-${kind}`);
    await page.context().close();
  }
});

test('every page to somebody who is not signed in', async ({ browser }) => {
  const page = await (await browser.newContext()).newPage();
  for (const [name, path] of Object.entries({
    store: '',
    secrets: '/secrets',
  })) {
    await page.goto(`${portal.url}/app-store${path}`);
    await expect(
      page.getByRole('button', { name: /^Sign in as/ }).first(),
    ).toBeVisible();
    await pictures(page, `${name}-anonymous`);
  }
  await page.context().close();
});

test('the public catalogue, to anybody', async ({ browser }) => {
  test.setTimeout(120_000);
  await send(portal, 'dev', 'PATCH', `/apps/${made.apps.Hello}`, {
    visibility: 'PUBLIC',
  });
  await portal.stop();
  const file = join(portal.data, 'public.yaml');
  writeFileSync(file, 'appStore: { publicMode: true }\n');
  await portal.start({}, [file]);
  const root = `http://apps.localhost:${portal.gatewayPort}`;
  const page = await (await browser.newContext()).newPage();
  await page.goto(root);
  await labelled(page);
  await fits(page);
  await pictures(page, 'catalogue-anonymous');
  await page.getByRole('link', { name: /Hello/ }).click();
  await expect(
    page.getByRole('link', { name: 'Sign in to run it' }),
  ).toBeVisible();
  await labelled(page);
  await fits(page);
  await pictures(page, 'catalogue-app-anonymous');
  await page.goto(`${root}/?search=nothing-fits`);
  await pictures(page, 'catalogue-empty-anonymous');
  await page.context().close();
});
