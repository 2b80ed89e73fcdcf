/** The main job, in a browser, for each of the demo people where it differs. */
import { expect, test, type Page } from '@playwright/test';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { fits, NAMES, openApp, openInstance, run, signedIn } from './people';
import { picture, pictures } from './pictures';
import { Portal } from './portal';

test.describe.configure({ mode: 'serial' });

const portal = new Portal();
let uma: Page;
let dev: Page;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000);
  await portal.start();
  uma = await signedIn(browser, portal, 'uma');
  dev = await signedIn(browser, portal, 'dev');
  for (const page of [uma, dev]) complaints(page);
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
});

/** What the portal's own pages complain of in the browser's console; apps may say there what they like. */
const complained: string[] = [];
function complaints(page: Page): void {
  const ours = () => page.url().startsWith(portal.url);
  page.on('pageerror', error => {
    if (ours()) complained.push(`${page.url()}: ${error.stack}`);
  });
  page.on('console', message => {
    if (message.type() === 'error' && ours())
      complained.push(
        `${page.url()}: ${message.text()} (${message.location().url})`,
      );
  });
}

/** The status of a request with a Host header of one's choice. */
function statusFor(port: number, host: string, path = '/'): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(
      { host: '127.0.0.1', port, path, headers: { host, accept: 'text/html' } },
      response => {
        response.resume();
        resolve(response.statusCode!);
      },
    )
      .on('error', reject)
      .end();
  });
}

test('says where it is, who can sign in, where the data lies, and what it is for', () => {
  expect(portal.output).toContain(`${portal.url}/app-store`);
  for (const name of Object.values(NAMES))
    expect(portal.output).toContain(name.split(' ')[0]);
  expect(portal.output).toContain(portal.data);
  expect(portal.output).toContain('for development only');
});

test('the choice of people', async ({ browser }) => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(portal.url);
  for (const name of Object.values(NAMES))
    await expect(
      page.getByRole('button', { name: `Sign in as ${name}` }),
    ).toBeVisible();
  await pictures(page, 'sign-in');
  // Whoever comes by the portal's bare address lands in the store.
  await page.getByRole('button', { name: `Sign in as ${NAMES.ada}` }).click();
  await expect(page).toHaveURL(`${portal.url}/app-store`);
  await expect(page.getByRole('list', { name: 'Apps' })).toBeVisible();
  await page.context().close();
});

test('the store: icons, search, tags', async () => {
  const apps = uma.getByRole('list', { name: 'Apps' });
  await expect(apps.getByRole('heading')).toHaveText([
    'Word Count',
    'Who am I',
    'Wave Hello',
    'TiddlyWiki',
    'Team Board',
    'Notes',
    'Node-RED',
    'nginx',
    'Hello',
    'Guestbook',
    'Colour Contrast',
    'Board',
    'Backstage Documentation',
  ]);
  await expect(apps.locator('img')).toHaveCount(13);
  await pictures(uma, 'store');
  await fits(uma);
  await uma.getByRole('searchbox', { name: 'Search apps' }).fill('flow');
  await expect(apps.getByRole('heading')).toHaveText(['Node-RED']);
  await expect(uma).toHaveURL(/search=flow/);
  await uma
    .getByRole('searchbox', { name: 'Search apps' })
    .fill('nothing like it');
  await expect(uma.getByText('No matching apps')).toBeVisible();
  await expect(
    uma.getByText('Apps that only you can see are under My apps'),
  ).toBeVisible();
  await uma.getByRole('button', { name: 'Show all apps' }).click();
  const productive = ['TiddlyWiki', 'Notes', 'Guestbook', 'Colour Contrast'];
  await uma
    .getByRole('navigation', { name: 'Categories' })
    .getByRole('button', { name: 'Productivity' })
    .click();
  await expect(apps.getByRole('heading')).toHaveText(productive);
  await uma.reload();
  await expect(apps.getByRole('heading')).toHaveText(productive);

  // A link to the whole store is not undone by what was searched for before.
  await uma.goto(`${portal.url}/app-store?search=com.example.notes`);
  await apps.getByRole('link', { name: 'Notes' }).click();
  await uma.goBack();
  await expect(apps.getByRole('heading')).toHaveText(['Notes']);
  await uma.getByRole('link', { name: 'App Store' }).first().click();
  await expect(apps.getByRole('heading')).toHaveCount(13);
  await expect(uma.getByRole('searchbox', { name: 'Search apps' })).toHaveValue(
    '',
  );
  await expect(uma).toHaveTitle('App Store');
  await uma.goto(`${portal.url}/app-store/nowhere`);
  await expect(uma.getByRole('heading', { name: 'Not found' })).toBeVisible();
  await uma.getByRole('link', { name: 'Go to the store' }).click();
  await expect(apps.getByRole('heading')).toHaveCount(13);
});

test("an app's page", async () => {
  await openApp(uma, portal, 'Hello');
  await expect(
    uma.getByRole('heading', { name: 'What it does' }),
  ).toBeVisible();
  await expect(uma.getByText('256Mi')).toBeVisible();
  await expect(uma.getByRole('button', { name: /^1\.0\.0/ })).toBeVisible();
  await expect
    .poll(() =>
      uma
        .getByRole('img', { name: 'Screenshot 1 of Hello' })
        .evaluate((img: HTMLImageElement) => img.naturalWidth),
    )
    .toBe(1280);
  await pictures(uma, 'app');
  await fits(uma);

  // A link has an address to open, and asks for nothing to run in.
  await uma.goto(`${portal.url}/app-store`);
  await expect(
    uma.getByRole('link', { name: 'Backstage Documentation', exact: true }),
  ).toHaveAttribute('href', /^https:/);
  await uma
    .getByRole('link', { name: 'Details of Backstage Documentation' })
    .click();
  await expect(uma.getByRole('heading', { name: 'About' })).toBeVisible();
  await expect(uma.getByText('io.backstage.docs')).toBeVisible();
  await expect(uma.getByText('Memory')).toBeHidden();
  await expect(uma.getByText('Can run here')).toBeHidden();
  await pictures(uma, 'app-link');
});

test('visitors see what their roles open to them, and neither tags nor owners nor logs', async ({
  browser,
}) => {
  for (const [person, titles] of [
    [
      'vic',
      [
        'Wave Hello',
        'TiddlyWiki',
        'Team Board',
        'Notes',
        'Hello',
        'Guestbook',
        'Colour Contrast',
        'Board',
      ],
    ],
    ['val', ['Who am I', 'Node-RED']],
  ] as const) {
    const page = await signedIn(browser, portal, person);
    const apps = page.getByRole('list', { name: 'Apps' });
    await expect(apps.getByRole('heading')).toHaveText([...titles]);
    await expect(
      page.getByRole('navigation', { name: 'Categories' }),
    ).toHaveCount(0);
    await expect(page.getByRole('list', { name: 'Tags' })).toHaveCount(0);
    if (person === 'vic') {
      await pictures(page, 'store-visitor');
      const app = await run(page, portal, 'Hello');
      await expect(
        page.getByText('served by an app of the store'),
      ).toBeVisible();
      await openInstance(page, portal, app);
      await expect(page.getByText('Running')).toBeVisible();
      await expect(page.getByRole('tab', { name: 'Log' })).toHaveCount(0);
      await page.getByRole('button', { name: 'Terminate Hello' }).click();
      await page
        .getByRole('button', { name: 'Terminate', exact: true })
        .click();
      await expect(
        page.getByRole('heading', { name: 'Instance not found' }),
      ).toBeVisible();
    }
    await openApp(page, portal, titles[0]);
    await expect(page.getByText('Owner', { exact: true })).toHaveCount(0);
    await page.context().close();
  }
});

test('a launch leads into the app, and everything passes through the gateway', async () => {
  test.setTimeout(180_000);
  await run(uma, portal, 'Hello');
  await expect(uma.locator('#clock')).toHaveText(/^\d{4}-/);
  await uma.getByRole('button', { name: /Send 10 MB/ }).click();
  await expect(uma.locator('#up')).toContainText('10485760 bytes');

  const size = 100 * 1024 * 1024;
  const sha256 = createHash('sha256').update(Buffer.alloc(size)).digest('hex');
  expect(
    await uma.evaluate(async bytes => {
      const response = await fetch('/upload', {
        method: 'POST',
        body: new Blob([new Uint8Array(bytes)]),
      });
      return response.json();
    }, size),
  ).toEqual({ bytes: size, sha256 });
  const [download] = await Promise.all([
    uma.waitForEvent('download'),
    uma.getByRole('link', { name: '100 MB' }).click(),
  ]);
  const path = await download.path();
  expect(readFileSync(path).length).toBe(size);
});

test("a private instance is its owner's: refused to others, sign-in first for strangers, and back to the same link", async ({
  browser,
}) => {
  const app = new URL(uma.url());
  await dev.goto(`${app.origin}/deep/link?x=1`);
  await expect(
    dev.getByRole('heading', { name: /not shared with you/ }),
  ).toBeVisible();
  expect((await dev.reload())!.status()).toBe(403);
  await pictures(dev, 'forbidden');

  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(`${app.origin}/deep/link?x=1`);
  await stranger.getByRole('button', { name: 'Sign in as Uma User' }).click();
  await stranger.waitForURL(`${app.origin}/deep/link?x=1`);
  await expect(stranger.getByText('nothing at /deep/link?x=1')).toBeVisible();
  // A sign-out in the portal ends it here, too.
  await stranger.goto(`${portal.url}/app-store`);
  await stranger.getByRole('button', { name: 'Sign out' }).click();
  await expect(
    stranger.getByRole('button', { name: 'Sign in as Uma User' }),
  ).toBeVisible();
  await stranger.goto(app.href);
  await expect(
    stranger.getByRole('button', { name: 'Sign in as Uma User' }),
  ).toBeVisible();
  await stranger.context().close();

  expect(
    await statusFor(
      portal.gatewayPort,
      `00000000-0000-4000-8000-000000000000.apps.localhost:${portal.gatewayPort}`,
    ),
  ).toBe(404);
  expect(await statusFor(portal.gatewayPort, 'evil.example')).toBe(421);
  expect(await statusFor(portal.port, 'evil.example')).toBe(421);
});

test('who am I: identity, environment, and that a secret is there', async () => {
  const app = await run(uma, portal, 'Who am I');
  await expect(uma.locator('#user')).toHaveText('user:default/uma');
  await expect(uma.locator('#secret')).toContainText('there');
  const facts = await uma.evaluate(async () =>
    (await fetch('/facts.json')).json(),
  );
  expect(facts).toMatchObject({
    user: 'user:default/uma',
    name: 'Uma User',
    assertion: true,
    cookie: null,
  });
  expect(facts.environment).toMatchObject({
    H2O_CLOUD_ENVIRONMENT: portal.url,
    H2O_CLOUD_INSTANCE_ID: app.hostname.split('.')[0],
    H2O_CLOUD_APP_NAME: 'com.example.whoami',
    H2O_CLOUD_APP_VERSION: '1.0.0',
    H2O_WAVE_BASE_URL: '/',
    GREETING_STYLE: 'plain',
  });
  expect(await uma.content()).not.toContain('a greeting that only');
});

test('board: two people draw on one instance, another instance of the same app is its own', async () => {
  const shared = await run(uma, portal, 'Board', { shared: true });
  const other = await run(dev, portal, 'Board');
  expect(other.hostname).not.toBe(shared.hostname);
  await expect(dev.locator('body')).toHaveAttribute('data-connected', 'yes');
  await dev.goto(shared.href);
  await expect(dev.locator('#people')).toHaveText('2 people');
  await expect(uma.locator('#people')).toHaveText('2 people');
  const box = (await uma.locator('canvas').boundingBox())!;
  await uma.mouse.move(box.x + 100, box.y + 100);
  await uma.mouse.down();
  await uma.mouse.move(box.x + 300, box.y + 250, { steps: 5 });
  await uma.mouse.up();
  await expect(dev.locator('#last')).toHaveText('Last stroke by Uma User');
  await dev.goto(other.href);
  await expect(dev.locator('body')).toHaveAttribute('data-connected', 'yes');
  await expect(dev.locator('body')).toHaveAttribute('data-strokes', '0');
});

test('notes: a pause keeps the volume and nothing else; ending asks first', async () => {
  const app = await run(uma, portal, 'Notes');
  await uma.getByLabel('New note').fill('remember the milk');
  await uma.getByRole('button', { name: 'Add' }).click();
  await expect(uma.getByText('remember the milk')).toBeVisible();
  await uma.reload();
  await expect(uma.locator('#visits')).toHaveText('2');

  await openInstance(uma, portal, app);
  await uma.getByRole('button', { name: 'Suspend Notes' }).click();
  await expect(uma.getByText('Suspended', { exact: true })).toBeVisible();
  const paused = await dev.context().newPage();
  await uma.goto(app.href);
  await expect(
    uma.getByRole('heading', { name: 'Notes is suspended' }),
  ).toBeVisible();
  await pictures(uma, 'suspended');
  await paused.close();
  await uma.getByRole('link', { name: 'Open it in the portal' }).click();
  await uma.getByRole('button', { name: 'Resume Notes' }).click();
  await expect(uma.getByText('Running', { exact: true })).toBeVisible();
  await uma.goto(app.href);
  await expect(uma.getByText('remember the milk')).toBeVisible();
  await expect(uma.locator('#visits')).toHaveText('1');

  await uma.goto(`${portal.url}/app-store/instances`);
  await pictures(uma, 'instances');
  await fits(uma);
  await uma.getByRole('button', { name: 'Terminate Notes' }).click();
  await uma.getByRole('button', { name: 'Cancel' }).click();
  await expect(uma.getByRole('link', { name: 'Notes 1.0.0' })).toBeVisible();
  await uma.getByRole('button', { name: 'Terminate Notes' }).click();
  await expect(uma.getByText('kept for 7 days')).toBeVisible();
  await uma.getByRole('button', { name: 'Terminate', exact: true }).click();
  await expect(
    uma
      .getByRole('list', { name: 'My instances' })
      .getByRole('link', { name: 'Notes 1.0.0' }),
  ).toHaveCount(0);
  const gone = await uma.goto(app.href);
  expect([404, 410]).toContain(gone!.status());
});

test("an instance's log and events", async () => {
  await uma.goto(`${portal.url}/app-store/instances`);
  await uma
    .getByRole('list', { name: 'My instances' })
    .getByRole('link', { name: 'Hello 1.0.0' })
    .click();
  await expect(uma.getByText('hello listens on port 8080')).toBeVisible();
  const [download] = await Promise.all([
    uma.waitForEvent('download'),
    uma.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toContain(
    'hello listens',
  );
  await uma.getByLabel('Previous process').click({ force: true });
  await expect(
    uma.getByText('There is no log of a previous run'),
  ).toBeVisible();
  await uma.getByRole('tab', { name: 'Events' }).click();
  await expect(uma.getByText('Started container app')).toBeVisible();
  await pictures(uma, 'instance');
  await fits(uma);
});

test('Node-RED: changed in its editor, paused, resumed, the change is there', async () => {
  test.setTimeout(300_000);
  const app = await run(dev, portal, 'Node-RED', { timeout: 180_000 });
  const inject = dev.locator(
    '.red-ui-palette-node[data-palette-type="inject"]',
  );
  await expect(inject).toBeVisible({ timeout: 60_000 });
  await inject.dragTo(dev.locator('#red-ui-workspace-chart'), {
    targetPosition: { x: 300, y: 200 },
  });
  await dev.locator('#red-ui-header-button-deploy').click();
  const flows = () =>
    dev.evaluate(
      async () =>
        (await (await fetch('/flows')).json()) as Array<{ type: string }>,
    );
  await expect
    .poll(async () => (await flows()).some(node => node.type === 'inject'))
    .toBe(true);
  await picture(dev, 'node-red');

  await openInstance(dev, portal, app);
  await dev.getByRole('button', { name: 'Suspend Node-RED' }).click();
  await expect(dev.getByText('Suspended', { exact: true })).toBeVisible();
  await dev.getByRole('button', { name: 'Resume Node-RED' }).click();
  await expect(dev.getByText('Installing dependencies').first()).toBeVisible();
  await pictures(dev, 'launch');
  await expect(dev.getByText('Running', { exact: true })).toBeVisible({
    timeout: 180_000,
  });
  await dev.goto(app.href);
  expect((await flows()).some(node => node.type === 'inject')).toBe(true);
});

test('27: the pages complain of nothing in the console', () => {
  expect(complained).toEqual([]);
});

test('ended and started again, everything is there and runs', async () => {
  test.setTimeout(240_000);
  const before = (await portal.api('dev', '/instances')).body.items.map(
    (i: { id: string; status: string }) => [i.id, i.status],
  );
  expect(before.length).toBeGreaterThan(1);
  expect(portal.appProcesses().length).toBeGreaterThan(0);
  expect(await portal.stop()).toBe(0);
  expect(portal.appProcesses()).toEqual([]);
  await portal.start();
  await expect
    .poll(
      async () =>
        (
          await portal.api('dev', '/instances')
        ).body.items.map((i: { id: string; status: string }) => [
          i.id,
          i.status,
        ]),
      { timeout: 120_000 },
    )
    .toEqual(before);
  expect((await portal.api('uma', '/apps')).body.items).toHaveLength(13);
});
