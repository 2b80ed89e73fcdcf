/** An alias that is a host name of its own, in a browser; and what an instance leaves: its last lines. */
import { expect, test, type Page } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openInstance, run, signedIn } from './people';
import { pictures } from './pictures';
import { Portal } from './portal';
import { quiet } from './violations';

test.describe.configure({ mode: 'serial' });

const portal = new Portal();
const room = mkdtempSync(join(tmpdir(), 'hosts-'));
const HOST = 'hello.tools.localhost';
let uma: Page;
let instance: URL;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  const config = join(room, 'app-config.yaml');
  writeFileSync(
    config,
    JSON.stringify({ appStore: { aliases: { hosts: ['*.tools.localhost'] } } }),
  );
  await portal.start({}, [config]);
  uma = await signedIn(browser, portal, 'uma');
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
  rmSync(room, { recursive: true, force: true });
});

test('15: an alias that is a whole host name leads to the app, with a session of its own', async () => {
  instance = await run(uma, portal, 'Hello');
  await openInstance(uma, portal, instance);
  await uma.getByRole('tab', { name: 'Aliases' }).click();
  await uma.getByRole('button', { name: 'Create an alias' }).click();
  const dialog = uma.getByRole('dialog');
  await dialog.getByLabel('Name').fill('hello.example.org');
  await expect(dialog.getByRole('alert')).toContainText(
    'not among the host names that this store serves: *.tools.localhost',
  );
  await expect(dialog.getByRole('button', { name: 'Create' })).toBeDisabled();
  await dialog.getByLabel('Name').fill(HOST);
  await expect(dialog).toContainText(
    `Its address is http://${HOST}:${portal.gatewayPort}`,
  );
  await pictures(uma, 'alias-host');
  await dialog.getByText('Make it the primary address').click();
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(dialog).toBeHidden();
  // The address of the instance is that host by now.
  await uma.getByRole('link', { name: /^Open/ }).click();
  await uma.waitForURL(url => url.hostname === HOST);
  await expect(uma.getByText('Hello').first()).toBeVisible();
  const cookies = await uma.context().cookies(`http://${HOST}:1/`);
  expect(cookies.map(({ name, domain }) => [name, domain])).toContainEqual([
    'app-store-session',
    HOST,
  ]);
  // The former address leads there.
  await uma.goto(instance.href);
  await uma.waitForURL(url => url.hostname === HOST);
});

test('15: what holds of an instance, and since when', async () => {
  await openInstance(uma, portal, instance);
  await uma.getByRole('tab', { name: 'Status' }).click();
  const table = uma.getByRole('table', { name: 'Conditions' });
  await expect(table.getByRole('row')).toHaveCount(4);
  await expect(
    table.getByRole('row', { name: /Ready.*True.*Available/ }),
  ).toBeVisible();
  await quiet(uma);
  await pictures(uma, 'conditions');
});

test('15: what an instance wrote last is there for a day after it was terminated', async () => {
  const id = instance.hostname.split('.')[0];
  const { status } = await portal.api('uma', `/instances/${id}?purge=true`, {
    method: 'DELETE',
  });
  expect(status).toBe(202);
  await expect(
    uma.getByRole('heading', { name: 'Instance not found' }),
  ).toBeVisible({ timeout: 30_000 });
  await uma.reload();
  await expect(uma.getByText('This is what it wrote last')).toBeVisible();
  await expect(uma.getByRole('region', { name: 'Last lines' })).toBeVisible();
  await quiet(uma);
  await pictures(uma, 'last-log');
  // Somebody else's: nothing of it.
  const others = await portal
    .api('dev', `/instances/${id}/logs`)
    .catch(() => undefined);
  expect(others?.status ?? 404).toBe(404);
});
