/**
 * Publishing, as people do it in the browser: a bundle dropped, refused with places
 * and remedies, cancelled, imported; one's own apps kept; a terminal signed in.
 */
import { expect, test, type Page } from '@playwright/test';
import { createReadStream } from 'node:fs';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { fits, openApp, run, signedIn } from './people';
import { accessible } from './violations';
import { pictures } from './pictures';
import { Portal } from './portal';

const portal = new Portal();
const room = mkdtempSync(join(tmpdir(), 'publish-'));
let dev: Page;

const TOML = `[App]
Name = "com.example.fresh"
Version = "1.0.0"
Title = "Fresh"
Description = "Published by a test."
Tags = ["PRODUCTIVITY", "NO_SUCH_TAG"]
Typo = 1

[Runtime]
AppMode = "static"
Module = "site"
`;

async function bundle(
  name: string,
  files: Record<string, string | Buffer>,
): Promise<string> {
  const zip = new ZipFile();
  for (const [path, content] of Object.entries(files))
    zip.addBuffer(Buffer.from(content), path, { compress: false });
  zip.end();
  const path = join(room, name);
  writeFileSync(path, await buffer(zip.outputStream as Readable));
  return path;
}

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  await portal.start();
  dev = await signedIn(browser, portal, 'dev');
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
  rmSync(room, { recursive: true, force: true });
});

test('what is wrong with a bundle is said with line, column and remedy', async () => {
  await dev.getByRole('link', { name: 'Import an app' }).click();
  await expect(
    dev.getByRole('heading', { name: 'Import an app' }),
  ).toBeVisible();
  const bad = await bundle('bad.wave', {
    'app.toml': TOML.replace('Version = "1.0.0"', 'Version = "one"'),
  });
  await dev.getByLabel(/Choose (a|another) file/).setInputFiles(bad);
  await expect(dev.getByText(/^bad\.wave, \d+ bytes$/)).toBeVisible();
  await dev.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dev.getByRole('alert')).toContainText(
    'The bundle was not imported',
  );
  const faults = dev.getByRole('list', {
    name: 'Problems in the bundle',
  });
  await expect(faults.getByRole('listitem').first()).toContainText(
    'app.toml, line 3, column 1',
  );
  await expect(faults).toContainText('Write it like 1.2.3');
  await pictures(dev, 'import-refused');
  await accessible(dev, 'import, refused');
  await fits(dev);
});

test('a bundle is dropped, imported with warnings, and in the store within a second', async ({
  browser,
}) => {
  const good = await bundle('fresh.wave', {
    'app.toml': TOML,
    'site/index.html':
      '<!doctype html><title>Fresh</title><h1>Freshly made</h1>',
  });
  // A file manager's drop, as the browser hands it over.
  const transfer = await dev.evaluateHandle(
    bytes => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], 'fresh.wave'));
      return data;
    },
    [...readFileSync(good)],
  );
  await dev
    .getByText('Choose another file')
    .dispatchEvent('drop', { dataTransfer: transfer });
  await dev.getByRole('button', { name: /Who can see it/ }).click();
  await dev.getByRole('option', { name: /^All users/ }).click();
  const answered = dev.waitForResponse(
    response =>
      response.request().method() === 'POST' &&
      response.url().includes('/v1/apps?'),
  );
  await dev.getByRole('button', { name: 'Import', exact: true }).click();
  expect((await answered).request().timing().responseEnd).toBeLessThan(1000);
  await expect(dev.getByText('Fresh 1.0.0 is in the store')).toBeVisible();
  const warnings = dev.getByRole('list', { name: 'Warnings' });
  await expect(warnings).toContainText('App.Typo is not a known key');
  await expect(warnings).toContainText('NO_SUCH_TAG');
  await pictures(dev, 'imported');
  await accessible(dev, 'import, done');

  const uma = await signedIn(browser, portal, 'uma');
  await run(uma, portal, 'Fresh');
  await expect(
    uma.getByRole('heading', { name: 'Freshly made' }),
  ).toBeVisible();
  await uma.context().close();

  // The same again is told apart from a fault.
  await dev.getByRole('button', { name: 'Import another' }).click();
  await dev.getByLabel(/Choose (a|another) file/).setInputFiles(good);
  await dev.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dev.getByRole('alert')).toContainText('exists already');
});

test('an upload shows how far it is, and is cancelled', async () => {
  const large = await bundle('large.wave', {
    'app.toml': TOML.replace('fresh', 'large'),
    'site/index.html': '<h1>Large</h1>',
    'site/data.bin': Buffer.alloc(30_000_000, 7),
  });
  const session = await dev.context().newCDPSession(dev);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 2_000_000,
  });
  await dev.getByLabel(/Choose (a|another) file/).setInputFiles(large);
  await dev.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dev.getByRole('progressbar', { name: 'Upload' })).toBeVisible();
  await expect(dev.getByText(/[1-9][\d.]* MB of 30\.0 MB/)).toBeVisible();
  await pictures(dev, 'import-progress');
  await accessible(dev, 'import, under way');
  await dev.getByRole('button', { name: 'Cancel' }).click();
  await expect(
    dev.getByRole('button', { name: 'Import', exact: true }),
  ).toBeEnabled();
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
  const { body } = await portal.api('dev', '/apps?scope=mine&search=large');
  expect(body.items).toEqual([]);
});

test('15: an import that is cancelled too late says so and offers to delete it, and Cancel is never under the pointer', async () => {
  const session = await dev.context().newCDPSession(dev);
  // Answers come late, so that the store has it all before anybody can cancel.
  const slow = (latency: number) =>
    session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
  const imported = async () =>
    (await portal.api('dev', '/apps?scope=mine&search=hasty')).body.items
      .length;
  for (const width of [1440, 390]) {
    await dev.setViewportSize({ width, height: 900 });
    await dev.goto(`${portal.url}/app-store/import`);
    await dev.getByLabel(/Choose (a|another) file/).setInputFiles(
      await bundle('hasty.wave', {
        'app.toml': TOML.replace('fresh', 'hasty'),
        'site/index.html': '<h1>Hasty</h1>',
      }),
    );
    const button = dev.getByRole('button', { name: 'Import', exact: true });
    const { x, y, width: w, height: h } = (await button.boundingBox())!;
    const under = () =>
      dev.evaluate(
        ([left, top]) =>
          document.elementFromPoint(left, top)?.closest('button')?.textContent,
        [x + w / 2, y + h / 2],
      );
    await slow(3000);
    // Impatient people press twice.
    await button.dblclick();
    await expect(dev.getByText(/The store is checking/)).toBeVisible();
    expect(await under()).not.toBe('Cancel');
    expect(await under()).toBe('Import');
    await expect.poll(imported).toBe(1);
    await dev.getByRole('button', { name: 'Cancel' }).click();
    await expect(dev.getByText(/^Cancelling/)).toBeVisible();
    await expect(
      dev.getByText('It was too late to cancel: Fresh 1.0.0 is imported'),
    ).toBeVisible();
    await slow(0);
    if (width === 1440) await pictures(dev, 'import-too-late');
    await accessible(dev, 'import, too late');
    await dev.getByRole('button', { name: 'Delete', exact: true }).click();
    await dev
      .getByRole('dialog')
      .getByRole('button', { name: 'Delete', exact: true })
      .click();
    await expect(dev.getByText('The app was deleted.')).toBeVisible();
    expect(await imported()).toBe(0);
    await expect(button).toBeVisible();
  }
  await dev.setViewportSize({ width: 1440, height: 900 });
});

test("one's own apps: search, options, download, delete", async ({
  browser,
}) => {
  await dev.goto(`${portal.url}/app-store/my-apps`);
  const table = dev.getByRole('table', { name: 'My apps' });
  await expect(table.getByRole('row')).toHaveCount(15);
  await expect(table).toContainText(
    'the local cluster runs programs of this machine',
  );
  await pictures(dev, 'my-apps');
  await fits(dev);
  await dev.getByRole('searchbox', { name: 'Search my apps' }).fill('fresh');
  await expect(table.getByRole('row')).toHaveCount(2);
  await expect(dev).toHaveURL(/search=fresh/);

  const download = dev.waitForEvent('download');
  await dev.getByRole('button', { name: 'More for Fresh 1.0.0' }).click();
  await dev.getByRole('menuitem', { name: 'Download' }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe('com.example.fresh.1.0.0.wave');
  expect(
    (await buffer(createReadStream(await saved.path()))).equals(
      readFileSync(join(room, 'fresh.wave')),
    ),
  ).toBe(true);

  await dev.getByRole('button', { name: 'Options of Fresh 1.0.0' }).click();
  const dialog = dev.getByRole('dialog');
  await expect(dialog.getByText('Typo = 1')).toBeVisible();
  await expect(dialog.getByLabel('Productivity')).toBeChecked();
  await dialog.getByText('Collaboration', { exact: true }).click();
  await dialog.getByText('Productivity', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await expect(table.getByRole('row').nth(1)).toContainText('Collaboration');

  // The tag opens the app to a visitor; a private one is seen by its owner only.
  const vic = await signedIn(browser, portal, 'vic');
  await openApp(vic, portal, 'Fresh');
  await vic.goto(`${portal.url}/app-store/my-apps`);
  await expect(vic.getByText('Visitors can run apps')).toBeVisible();
  await vic.goto(`${portal.url}/app-store/import`);
  await expect(vic.getByText('Visitors can run apps')).toBeVisible();
  await pictures(vic, 'import-visitor');
  await dev.getByRole('button', { name: 'Options of Fresh 1.0.0' }).click();
  await dev.getByRole('button', { name: /Who can see it/ }).click();
  await dev.getByRole('option', { name: /^Private/ }).click();
  await pictures(dev, 'app-options');
  await dev.getByRole('button', { name: 'Save' }).click();
  await expect(table.getByRole('row').nth(1)).toContainText('Private');
  await vic.goto(`${portal.url}/app-store`);
  await expect(vic.getByRole('link', { name: 'Notes' })).toBeVisible();
  await expect(vic.getByRole('link', { name: 'Fresh' })).toHaveCount(0);
  await vic.context().close();

  // It has an instance, so it stays; then it goes.
  const remove = async () => {
    await table.getByRole('row').nth(1).locator('label').first().click();
    await dev.getByRole('button', { name: 'Delete 1' }).click();
    await dev.getByRole('button', { name: 'Delete', exact: true }).click();
  };
  await remove();
  await expect(dev.getByRole('dialog').getByRole('alert')).toContainText(
    'The app still has instances',
  );
  await dev.getByRole('button', { name: 'Cancel' }).click();
  const { body } = await portal.api('uma', '/instances');
  for (const { id } of body.items)
    await portal.api('uma', `/instances/${id}`, { method: 'DELETE' });
  await expect
    .poll(async () => (await portal.api('uma', '/instances')).body.items)
    .toEqual([]);
  await dev.reload();
  await remove();
  await expect(
    dev.getByText('None of your apps matches “fresh”.'),
  ).toBeVisible();
});

test('whoever has not published yet is told how to begin', async ({
  browser,
}) => {
  const uma = await signedIn(browser, portal, 'uma');
  await uma.getByRole('link', { name: 'My apps' }).click();
  await expect(
    uma.getByText('You have not published an app yet'),
  ).toBeVisible();
  await pictures(uma, 'my-apps-empty');
  await accessible(uma, 'my apps, none');
  await fits(uma);
  await uma
    .getByRole('main')
    .getByRole('link', { name: 'Import an app' })
    .last()
    .click();
  await expect(uma.getByText('Drop a .wave or .zip file here')).toBeVisible();
  // By the keyboard alone: the button for a file, who may see it, and the way back.
  await uma.getByLabel(/Choose a file/).focus();
  await expect(uma.getByLabel(/Choose a file/)).toBeFocused();
  await uma.keyboard.press('Tab');
  await expect(
    uma.getByRole('button', { name: /Who can see it/ }),
  ).toBeFocused();
  await pictures(uma, 'import-user');
  await uma.context().close();
});

test('what an app says of itself runs nothing and fetches nothing in the portal', async ({
  browser,
}) => {
  const evil = [
    '### Hello',
    '<script>window.hacked = 1</script>',
    '<img src=x onerror="window.hacked = 2">',
    '[a link](javascript:window.hacked=3)',
    '[data](data:text/html,<script>window.hacked=4</script>)',
    '![remote](https://tracker.example/pixel.png)',
    '<iframe srcdoc="<script>parent.hacked = 5</script>"></iframe>',
    '<a href="vbscript:x">old</a>',
    '<svg onload="window.hacked = 6"></svg>',
  ].join('\n\n');
  const toml = (name: string, rest: string) =>
    `[App]\nName = "com.example.${name}"\nVersion = "1"\nTitle = "${name}"\n${rest}\n[Runtime]\nAppMode = "static"\nModule = "site"\n`;
  const send = async (files: Record<string, string | Buffer>) =>
    portal.api('dev', '/apps?visibility=ALL_USERS', {
      method: 'POST',
      body: readFileSync(await bundle('evil.wave', files)),
      headers: { 'content-type': 'application/zip' },
    });
  const site = { 'site/index.html': '' };
  const { body } = await send({
    ...site,
    'app.toml': toml('Evil', 'LongDescription = "a.md"'),
    'a.md': evil,
    'static/icon.svg': '<svg onload="alert(1)"/>',
  });
  expect(body.warnings.map((w: { path: string }) => w.path)).toEqual([
    'static/icon.svg',
  ]);
  // Too long, and pictures that are none.
  for (const [files, code] of [
    [
      {
        'app.toml': toml('Long', 'LongDescription = "a.md"'),
        'a.md': 'a '.repeat(2_500_000),
      },
      'LONG_DESCRIPTION_TOO_LARGE',
    ],
    [
      { 'app.toml': toml('Html', ''), 'static/icon.png': '<script>1</script>' },
      'BAD_IMAGE',
    ],
    [
      { 'app.toml': toml('Svg', ''), 'static/icon.jpg': '<svg onload="1"/>' },
      'BAD_IMAGE',
    ],
  ] as const)
    expect((await send({ ...site, ...files })).body).toMatchObject({
      status: 400,
      code,
    });

  const page = await signedIn(browser, portal, 'uma');
  const elsewhere: string[] = [];
  page.on('request', request => {
    if (!request.url().startsWith(portal.url)) elsewhere.push(request.url());
  });
  await page.goto(`${portal.url}/app-store/apps/${body.app.id}`);
  const about = page.getByRole('region', { name: 'About' });
  await expect(about.getByRole('heading', { name: 'Hello' })).toBeVisible();
  const hrefs = await about
    .locator('a')
    .evaluateAll(links => links.map(link => link.getAttribute('href') ?? ''));
  expect(
    hrefs.filter(href => /^(javascript|data|vbscript):/i.test(href)),
  ).toEqual([]);
  expect(await about.locator('script, iframe, svg[onload]').count()).toBe(0);
  expect(
    await page.evaluate(() => (window as { hacked?: number }).hacked),
  ).toBeUndefined();
  expect(elsewhere.filter(url => !/^(data|blob):/.test(url))).toEqual([]);
  await page.context().close();

  // A picture is a picture, and runs nothing wherever it is opened.
  const apps = await portal.api('dev', '/apps?name=com.example.hello');
  const icon = await fetch(
    `${portal.url}/api/app-store/v1${apps.body.items[0].icon}`,
    { headers: { authorization: `Bearer ${await portal.token('dev')}` } },
  );
  expect(Object.fromEntries(icon.headers)).toMatchObject({
    'content-type': 'image/png',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  });
});

test('a terminal is signed in by a code, confirmed or refused in the browser', async () => {
  const login = async () =>
    (
      await fetch(`${portal.url}/api/app-store/v1/login/device`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client: 'app-store on a laptop' }),
      })
    ).json();
  const finish = (deviceCode: string) =>
    fetch(`${portal.url}/api/app-store/v1/login/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ deviceCode }),
    });
  const begun = await login();
  expect((await finish(begun.deviceCode)).status).toBe(202);
  await dev.goto(begun.verificationUriComplete);
  await expect(dev.getByText('app-store on a laptop')).toBeVisible();
  await expect(dev.getByText(begun.userCode)).toBeVisible();
  await pictures(dev, 'login');
  await dev.getByRole('button', { name: 'Confirm' }).click();
  await expect(dev.getByText('Signed in. You can close')).toBeVisible();
  const { token } = await (await finish(begun.deviceCode)).json();
  const me = await fetch(`${portal.url}/api/app-store/v1/me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect((await me.json()).userEntityRef).toBe('user:default/dev');
  // It is handed out once.
  expect((await finish(begun.deviceCode)).status).toBe(400);

  const second = await login();
  await dev.goto(`${portal.url}/app-store/login`);
  await dev
    .getByRole('textbox', { name: /code that your terminal shows/ })
    .fill(second.userCode.toLowerCase());
  await dev.getByRole('button', { name: 'Continue' }).click();
  await dev.getByRole('button', { name: 'Refuse' }).click();
  await expect(dev.getByText('Refused.')).toBeVisible();
  expect((await (await finish(second.deviceCode)).json()).code).toBe(
    'LOGIN_DENIED',
  );
  await dev.goto(`${portal.url}/app-store/login?code=NONE-SUCH`);
  await expect(dev.getByRole('alert')).toContainText('No sign-in is waiting');
});
