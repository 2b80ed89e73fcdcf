/**
 * WCAG 2.2 AA on every page of ours, in both themes, as everybody who sees it; and what
 * no checker finds: the way past the navigation, where the focus goes, what is announced.
 */
import { appEntityName } from '@ai-app-store/backstage-plugin-app-store-common';
import { expect, test, type Page } from '@playwright/test';

import { answers } from '../../plugins/app-store-gateway-backend/src/pages/answers';
import { renderPage } from '../../plugins/app-store-gateway-backend/src/pages/renderPage';
import {
  renderApp,
  renderList,
} from '../../plugins/app-store-gateway-backend/src/pages/catalogue/pages';
import { furnish, send, until, type Furniture } from './furnish';
import { layoutFaultsAt } from './layoutFaults';
import { SEEN } from './pageList';
import { follow, launchSeen, signedIn } from './people';
import { quiet, violations } from './violations';
import { Portal } from './portal';

test.describe.configure({ mode: 'serial' });

/** What those see differently who publish apps; all else is what a user sees. */
const DEVELOPERS = ['app', 'app-not-runnable', 'my-apps'];
/** Where pages broke most; `npm run test:layout` looks at more of them, over more awkward things. */
const FAST = [390, 1152];

const portal = new Portal();
let made: Furniture;

const at = (path: string) => `${portal.url}/app-store${path}`;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  await portal.start();
  made = await furnish(portal);
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
});

/** A page as it is once everything is there. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('main').last()).toBeAttached();
  await expect(page.getByLabel(/^Loading/)).toHaveCount(0);
  await expect(page.getByText(/^Loading/)).toHaveCount(0);
}

for (const [kind, [person, pages]] of Object.entries(SEEN))
  test(`26: no page violates WCAG 2.2 AA, as ${kind}`, async ({ browser }) => {
    test.setTimeout(300_000);
    const page = await signedIn(browser, portal, person);
    const found: string[] = [];
    for (const [name, path] of Object.entries(pages)) {
      if (
        kind === 'developer' &&
        SEEN.user[1][name] &&
        !DEVELOPERS.includes(name)
      )
        continue;
      await follow(page, at(path(made)));
      await settled(page);
      found.push(
        ...(await violations(page, name)),
        ...(await layoutFaultsAt(page, name, FAST)),
      );
    }
    expect(found).toEqual([]);
    await page.context().close();
  });

test('26: neither do tabs, menus and questions', async ({ browser }) => {
  test.setTimeout(300_000);
  const dev = await signedIn(browser, portal, 'dev');
  const uma = await signedIn(browser, portal, 'uma');
  const ada = await signedIn(browser, portal, 'ada');
  const found: string[] = [];
  const look = async (
    page: Page,
    name: string,
    path: string,
    act: () => Promise<void>,
  ) => {
    await page.goto(at(path));
    await settled(page);
    await act();
    found.push(...(await violations(page, name)));
  };
  const more = (page: Page, of: string) =>
    page
      .getByRole('button', { name: `More for ${of}` })
      .first()
      .click();
  await look(uma, 'menu of an instance', '/instances', () =>
    more(uma, 'Hello'),
  );
  await look(uma, 'question before the end', '/instances', () =>
    uma.getByRole('button', { name: /^Terminate Hello/ }).click(),
  );
  await look(uma, 'share', '/instances', async () => {
    await more(uma, 'Hello');
    await uma.getByRole('menuitem', { name: 'Who can open it' }).click();
  });
  await look(uma, 'events', `/instances/${made.hello}?tab=events`, async () => {
    await expect(uma.getByText('Started container app')).toBeVisible();
  });
  await look(uma, 'pod', `/instances/${made.hello}?tab=status`, async () => {});
  await look(uma, 'aliases', `/instances/${made.hello}?tab=aliases`, () =>
    expect(uma.getByRole('table')).toBeVisible(),
  );
  await look(uma, 'history', '/aliases', async () => {
    await more(uma, 'umas-hello');
    await uma.getByRole('menuitem', { name: 'History' }).click();
    await expect(uma.getByRole('list', { name: /^History/ })).toBeVisible();
  });
  await look(uma, 'token', '/access', () =>
    uma.getByRole('button', { name: 'Create a machine token' }).click(),
  );
  await look(uma, 'list of choices', '', () =>
    uma.getByRole('button', { name: /Sort by/ }).click(),
  );
  await look(
    uma,
    'list all instances',
    `/apps/${made.apps.Hello}?tab=all`,
    () =>
      expect(
        uma.getByRole('list', { name: 'All instances of this app' }),
      ).toBeVisible(),
  );
  await look(dev, 'deleting apps', '/my-apps', async () => {
    await more(dev, 'Hello 1.0.0');
    await dev.getByRole('menuitem', { name: 'Delete' }).click();
  });
  await look(uma, 'notification', '/instances', async () => {
    await more(uma, 'Hello');
    await uma.getByRole('menuitem', { name: 'Extend' }).click();
    await expect(uma.getByText(/runs until/)).toBeVisible();
  });
  await look(ada, 'tag', '/admin/tags', async () => {
    await ada.getByRole('button', { name: 'Create a tag' }).click();
  });
  expect(found).toEqual([]);
  for (const page of [dev, uma, ada]) await page.context().close();
});

test('26: neither do a lost volume and a restored backup', async ({
  browser,
}) => {
  const found: string[] = [];
  /** What the store answers, changed on its way: states that are seldom. */
  const told = (page: Page, path: string, answer: () => Promise<object>) =>
    page.route(`**/api/app-store/v1${path}`, async route =>
      route.fulfill(await answer()),
    );
  const uma = await signedIn(browser, portal, 'uma');
  const notes = await send(portal, 'uma', 'GET', `/instances/${made.notes}`);
  await told(uma, `/instances/${made.notes}/stream`, async () => {
    const data = {
      ...notes,
      status: 'FAILED',
      problem: {
        code: 'VOLUME_LOST',
        message: 'The volume of this instance no longer exists.',
        owner: 'admin',
        remedy: 'Ask an admin for a backup, or start with an empty volume.',
      },
    };
    return {
      contentType: 'text/event-stream',
      body: `event: instance\ndata: ${JSON.stringify(data)}\n\n`,
    };
  });
  await uma.goto(at(`/instances/${made.notes}`));
  const empty = uma.getByRole('button', { name: /with an empty volume/ });
  await expect(empty).toBeVisible();
  found.push(...(await violations(uma, 'lost volume')));
  await empty.click();
  await expect(uma.getByRole('dialog')).toBeVisible();
  found.push(...(await violations(uma, 'empty volume')));
  await uma.context().close();

  const ada = await signedIn(browser, portal, 'ada');
  await told(ada, '/recovery', async () => ({
    json: {
      ...(await send(portal, 'ada', 'GET', '/recovery')),
      held: true,
      plan: 'a-plan',
      items: [
        {
          kind: 'instance',
          name: 'Notes',
          owner: 'user:default/uma',
          volume: true,
          adoptable: true,
        },
        {
          kind: 'secret',
          name: 'unknown',
          adoptable: false,
          reason: 'Its owner is unknown.',
        },
      ],
    },
  }));
  await ada.goto(at('/admin/apps'));
  await expect(
    ada.getByText('The database was restored from a backup'),
  ).toBeVisible();
  await settled(ada);
  found.push(...(await violations(ada, 'notice of a restored backup')));
  await ada.getByRole('link', { name: 'Decide' }).click();
  await expect(ada.getByRole('table')).toBeVisible();
  found.push(...(await violations(ada, 'restored backup')));
  for (const decision of ['Adopt', 'Discard']) {
    await ada.getByRole('button', { name: new RegExp(`^${decision}`) }).click();
    await expect(ada.getByRole('dialog')).toBeVisible();
    found.push(...(await violations(ada, decision)));
    await ada.keyboard.press('Escape');
    await expect(ada.getByRole('dialog')).toHaveCount(0);
  }
  await ada.context().close();
  expect(found).toEqual([]);
});

test('26: neither does what the store shows in the catalog', async ({
  browser,
}) => {
  const page = await signedIn(browser, portal, 'uma');
  const name = appEntityName('com.example.hello', '1.0.0');
  const card = page.getByRole('region', { name: 'App', exact: true });
  await expect(async () => {
    await page.goto(`${portal.url}/catalog/app-store/app/${name}`);
    await expect(card).toContainText('Open in the App Store', {
      timeout: 5000,
    });
  }).toPass();
  await expect(page.getByLabel(/^Loading/)).toHaveCount(0);
  expect(
    await violations(page, 'entity', '[role=region][aria-label=App]'),
  ).toEqual([]);
  await page.context().close();
});

test("26: neither do the gateway's pages and the sign-in", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const found: string[] = [];
  const route = {
    id: made.notes,
    title: 'Notes',
    stage: 'dependencies',
    problem: {
      message: 'The app ended with code 1.',
      code: 'APP_EXITED',
      owner: 'author',
      remedy: 'See its log in the portal.',
    },
  } as any;
  const page = await (await browser.newContext()).newPage();
  await page.goto(portal.url);
  await expect(
    page.getByRole('button', { name: /^Sign in as/ }).first(),
  ).toBeVisible();
  found.push(...(await violations(page, 'sign-in')));
  const pages = {
    foreignHost: answers.foreignHost(),
    badRequest: answers.badRequest('The path cannot be read.'),
    unknown: answers.unknown(portal.url),
    unassigned: answers.unassigned('spare', portal.url),
    notLoaded: answers.notLoaded(),
    signIn: answers.signIn(),
    forbidden: answers.forbidden(portal.url, 'Uma User'),
    foreignPage: answers.foreignPage(),
    badTicket: answers.badTicket(),
    suspended: answers.suspended(route, portal.url),
    starting: answers.starting(route),
    crashed: answers.crashed(route, portal.url),
    gone: answers.gone(portal.url),
    unreachable: answers.unreachable(route),
    storeUnavailable: answers.storeUnavailable(),
    headTooLarge: answers.headTooLarge(),
    tooSlow: answers.tooSlow(),
    unknownPerson: answers.unknownPerson(portal.url),
    serviceWorker: answers.serviceWorker(),
  };
  // Every one that there is.
  expect(Object.keys(pages).sort()).toEqual(Object.keys(answers).sort());
  // The public catalogue, under a colour in which nobody reads.
  const frame = {
    store: { branding: { title: 'Acme Apps', color: '#ffff66' } },
    portalUrl: portal.url,
  };
  const apps = (await send(portal, 'uma', 'GET', '/apps?newest=true')).items;
  const app = await send(portal, 'uma', 'GET', `/apps/${made.apps.Hello}`);
  const catalogue: Record<string, string> = {
    list: renderList({ frame, nonce: 'n', apps, search: '', nextCursor: 'c' }),
    nothing: renderList({ frame, nonce: 'n', apps: [], search: 'x' }),
    app: renderApp({ frame, nonce: 'n', app, about: '<h2>About</h2>' }),
  };
  await page.route('http://catalogue.test/**', async request => {
    const name = new URL(request.request().url()).pathname.slice(1);
    await request.fulfill(
      catalogue[name]
        ? { contentType: 'text/html; charset=utf-8', body: catalogue[name] }
        : { status: 404, body: '' },
    );
  });
  for (const name of Object.keys(catalogue)) {
    await page.goto(`http://catalogue.test/${name}`);
    found.push(...(await violations(page, `public catalogue: ${name}`)));
  }
  await page.route('http://gateway.test/**', async request => {
    const name = new URL(request.request().url()).pathname.slice(1);
    const answer = pages[name as keyof typeof pages];
    await request.fulfill(
      answer
        ? {
            status: answer.status,
            contentType: 'text/html; charset=utf-8',
            body: renderPage(answer, 'nonce'),
          }
        : { status: 503, body: '' },
    );
  });
  for (const name of Object.keys(pages)) {
    await page.goto(`http://gateway.test/${name}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    found.push(...(await violations(page, `gateway: ${name}`)));
  }
  await page.context().close();

  // The same as somebody meets them.
  const vic = await signedIn(browser, portal, 'vic');
  const host = (name: string) =>
    `http://${name}.apps.localhost:${portal.gatewayPort}/`;
  await vic.goto(host(made.whoami));
  await expect(
    vic.getByRole('heading', { name: /not shared with you/ }),
  ).toBeVisible();
  found.push(...(await violations(vic, 'gateway, met: forbidden')));
  await vic.goto(host('00000000-0000-4000-8000-000000000000'));
  found.push(...(await violations(vic, 'gateway, met: not found')));
  await send(portal, 'vic', 'POST', `/instances/${made.guest}/suspend`);
  await until(portal, 'vic', made.guest, 'SUSPENDED');
  await vic.goto(host(made.guest));
  await expect(
    vic.getByRole('heading', { name: /is suspended/ }),
  ).toBeVisible();
  found.push(...(await violations(vic, 'gateway, met: suspended')));
  await vic.goto(`${portal.url}/app-store-enter?state=nonsense`);
  await expect(
    vic.getByRole('heading', { name: 'The app cannot be opened' }),
  ).toBeVisible();
  found.push(...(await violations(vic, 'the way in, refused')));
  expect(found).toEqual([]);
  await vic.context().close();
});

const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement: at } = document;
    return at === document.body
      ? 'nowhere'
      : `${at!.tagName.toLocaleLowerCase()} ${(
          at!.getAttribute('aria-label') ??
          at!.textContent ??
          ''
        ).trim()}`;
  });
const focusIs = (page: Page, what: RegExp) =>
  expect.poll(() => focused(page)).toMatch(what);
const says = (page: Page, what: RegExp) =>
  expect(page.getByRole('status').filter({ hasText: what })).toHaveCount(1);

test('26: the first thing that Tab reaches leads past the navigation', async ({
  browser,
}) => {
  const page = await signedIn(browser, portal, 'uma');
  for (const [path, shown] of [
    ['/app-store', 'Asking'],
    ['/app-store/instances', 'Hello 1.0.0'],
    // Backstage's own, without a `main`.
    ['/settings', 'Appearance'],
  ]) {
    await page.goto(`${portal.url}${path}`);
    await expect(page.getByText(shown).first()).toBeVisible();
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to content' });
    await expect(skip).toBeFocused();
    expect((await skip.boundingBox())!.width).toBeGreaterThan(80);
    await page.keyboard.press('Enter');
    await focusIs(page, /^(main|div) /);
    // And on from there, not back into the navigation.
    await page.keyboard.press('Tab');
    await focusIs(page, /^(?!nowhere)/);
    expect(
      await page.evaluate(() =>
        document.activeElement!.closest('[aria-label="sidebar nav"]'),
      ),
    ).toBeNull();
  }
  await page.context().close();
});

test('26: the focus goes to the new page, and stays where something was done', async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const page = await signedIn(browser, portal, 'uma');
  const press = async (name: RegExp) => {
    await page.getByRole('button', { name }).first().focus();
    await page.keyboard.press('Enter');
  };
  await page.getByRole('link', { name: 'Hello', exact: true }).focus();
  await page.keyboard.press('Enter');
  await focusIs(page, /^h2 Hello$/);
  await page.getByRole('link', { name: 'My instances' }).first().focus();
  await page.keyboard.press('Enter');
  await focusIs(page, /^h2 My instances$/);
  await page.goBack();
  await focusIs(page, /^h2 Hello$/);

  // In a list.
  await page.goto(at('/instances'));
  await press(/^Suspend Notes/);
  await focusIs(page, /^button Resume Notes/);
  await says(page, /^Notes: Suspended$/);
  await press(/^Resume Notes/);
  await focusIs(page, /^(button|a) (Suspend|Open) Notes/);
  await says(page, /^Notes: (Starting|Running)$/);
  await until(portal, 'uma', made.notes, 'DEPLOYED');

  // On its own page, where the way out asks first.
  await page.goto(at(`/instances/${made.notes}`));
  await press(/^Suspend Notes/);
  await focusIs(page, /^button Resume Notes/);
  await says(page, /^Suspended$/);
  await press(/^Resume Notes/);
  await focusIs(page, /^(button|a) (Suspend|Open) Notes/);
  await until(portal, 'uma', made.notes, 'DEPLOYED');
  await press(/^Terminate Notes/);
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await focusIs(page, /^button Terminate Notes/);
  await press(/^Terminate Notes/);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: 'Terminate', exact: true })
    .focus();
  await page.keyboard.press('Enter');
  await says(page, /^Terminat/);
  await focusIs(page, /^(button Restore Notes|h2 Notes)/);

  // And where the last row of a list goes away.
  await page.goto(at('/instances'));
  await press(/^Terminate Hello/);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Terminate/ })
    .focus();
  await page.keyboard.press('Enter');
  await says(page, /Hello: Terminat/);
  await expect(
    page
      .getByRole('list', { name: 'My instances' })
      .getByRole('link', { name: /^Hello/ }),
  ).toHaveCount(0);
  await quiet(page);
  expect(await focused(page)).not.toBe('nowhere');
  await page.context().close();
});

test('26: how many there are, and how far a launch is, is said', async ({
  browser,
}) => {
  const page = await signedIn(browser, portal, 'uma');
  await says(page, /^\d+ apps$/);
  await page.getByRole('searchbox', { name: 'Search apps' }).fill('asking');
  await says(page, /^1 app matches$/);
  await page.goto(at('/secrets'));
  await says(page, /^\d+ secrets$/);
  await page.goto(at(`/apps/${made.apps.Notes}`));
  const progress = launchSeen(page);
  await page.getByRole('button', { name: /^Run/ }).click();
  await progress;
  await page.waitForURL(url => url.hostname.endsWith('.apps.localhost'));
  await page.context().close();
});
