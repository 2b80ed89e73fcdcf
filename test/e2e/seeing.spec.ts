/**
 * What people see while pages load and when they come back: shapes, no jumps, the place
 * where they were, the store's name and colours; and who they and others are.
 */
import {
  expect,
  test,
  type Browser,
  type BrowserContext,
  type Page,
} from '@playwright/test';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { furnish, send, type Furniture } from './furnish';
import { SEEN } from './pageList';
import { follow, NAMES, signedIn, type Person } from './people';
import { picture } from './pictures';
import { Portal } from './portal';
import { quiet } from './violations';

test.describe.configure({ mode: 'serial' });

const portal = new Portal();
/** More than a page of the store holds. */
const MORE_APPS = 14;
const COLOR = '#b5179e';
const NAME = 'Acme Apps';
/** Largest sum of layout shifts of a page that loads. */
const SHIFT = 0.02;

let made: Furniture;

const at = (path: string) => `${portal.url}/app-store${path}`;

async function publish(title: string, name: string): Promise<void> {
  const zip = new ZipFile();
  zip.addBuffer(
    Buffer.from(
      `[App]\nName = "${name}"\nVersion = "1.0.0"\nTitle = "${title}"\nDescription = "One of many apps, to fill the store."\n\n[Runtime]\nAppMode = "static"\nModule = "site"\n`,
    ),
    'app.toml',
  );
  zip.addBuffer(Buffer.from('<h1>It runs</h1>'), 'site/index.html');
  zip.end();
  const { status, body } = await portal.api(
    'uma',
    '/apps?visibility=ALL_USERS',
    {
      method: 'POST',
      body: await buffer(zip.outputStream as Readable),
      headers: { 'content-type': 'application/zip' },
    },
  );
  if (status !== 201) throw new Error(JSON.stringify(body));
}

test.beforeAll(async () => {
  test.setTimeout(300_000);
  await portal.start({
    APP_CONFIG_appStore_notices: JSON.stringify([
      { severity: 'warning', title: 'Maintenance on Sunday' },
      { severity: 'info', title: 'New runtimes', content: 'See the *list*.' },
    ]),
    APP_CONFIG_appStore_branding_title: JSON.stringify(NAME),
    APP_CONFIG_appStore_branding_color: JSON.stringify(COLOR),
  });
  made = await furnish(portal);
  for (let i = 0; i < MORE_APPS; i++)
    await publish(`Filler ${i}`, `com.example.filler${i}`);
  await send(portal, 'dev', 'PUT', `/apps/${made.apps.Asking}/offer`, {
    owner: 'user:default/uma',
  });
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
});

const signIns = new Map<
  Person,
  Awaited<ReturnType<BrowserContext['storageState']>>
>();

/** A page of somebody who is signed in already, without what was cached. */
async function anew(
  browser: Browser,
  person: Person,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Page> {
  if (!signIns.has(person)) {
    const first = await signedIn(browser, portal, person);
    signIns.set(person, await first.context().storageState());
    await first.context().close();
  }
  const storageState = signIns.get(person);
  return (await browser.newContext({ ...options, storageState })).newPage();
}

/** Answers of the store come late, and not in the order in which they are asked for. */
async function slow(page: Page): Promise<void> {
  const delays: Array<[RegExp, number]> = [
    [/\/me$/, 250],
    [/\/store$/, 900],
    [/\/tags/, 700],
    [/pinned=true/, 1300],
    [/\/apps\/[^/?]+$/, 500],
    [/\/apps\?/, 400],
    [/\/instances/, 1000],
    [/\/(offers|recovery)/, 1200],
  ];
  await page.route('**/api/app-store/v1/**', async route => {
    const path = route.request().url();
    await sleep(delays.find(([pattern]) => pattern.test(path))?.[1] ?? 300);
    await route.continue().catch(() => undefined);
  });
  // Who somebody is comes after what they own.
  await page.route('**/api/catalog/entities/by-refs*', async route => {
    await sleep(600);
    await route.continue().catch(() => undefined);
  });
}

async function countShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: string[] = [];
    Object.assign(window, { shifts, shifted: 0 });
    new PerformanceObserver(list => {
      for (const entry of list.getEntries() as any[]) {
        if (entry.hadRecentInput) continue;
        (window as any).shifted += entry.value;
        for (const { node, previousRect: a, currentRect: b } of entry.sources)
          shifts.push(
            `${entry.value.toFixed(3)} ${
              node?.outerHTML?.slice(0, 80) ?? node?.textContent
            } ${a.x},${a.y} ${a.width}x${a.height} -> ${b.x},${b.y} ${
              b.width
            }x${b.height}`,
          );
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** Pages that not everybody sees. */
const WHO: Record<string, Person[]> = {
  'my-apps': ['uma'],
  'admin-apps': ['ada'],
};

for (const [name, path, there] of [
  ['store', () => '', /Filler 13|Hello/],
  ['app', () => `/apps/${made.apps.Hello}`, /What it does/],
  ['instances', () => '/instances', /Hello 1\.0\.0/],
  ['my-apps', () => '/my-apps', /Filler 13/],
  ['admin-apps', () => '/admin/apps', /Filler 13/],
] as Array<[string, () => string, RegExp]>)
  test(`27: the ${name} page does not jump while it loads`, async ({
    browser,
  }) => {
    test.setTimeout(180_000);
    const found: Record<string, number> = {};
    for (const person of WHO[name] ?? ['uma', 'vic'])
      for (const width of [1440, 390]) {
        const page = await anew(browser, person, {
          viewport: { width, height: 900 },
        });
        await slow(page);
        // As after a backup was restored.
        if (person === 'ada')
          await page.route('**/v1/recovery', async route => {
            await sleep(1200);
            const response = await route.fetch();
            const json = { ...(await response.json()), held: true };
            await route.fulfill({ response, json });
          });
        await countShifts(page);
        await page.goto(at(path()));
        await expect(
          page.getByRole('main').getByText(there).first(),
        ).toBeVisible();
        await expect(page.getByLabel(/^Loading/)).toHaveCount(0);
        await page.waitForTimeout(1000);
        const { shifted, shifts } = await page.evaluate(() => ({
          shifted: (window as any).shifted as number,
          shifts: (window as any).shifts as string[],
        }));
        found[`${person} ${width}`] = Number(shifted.toFixed(3));
        if (shifted > SHIFT) console.log(person, width, shifts);
        await page.context().close();
      }
    console.log(`layout shift of ${name}: ${JSON.stringify(found)}`);
    for (const shifted of Object.values(found))
      expect(shifted).toBeLessThanOrEqual(SHIFT);
  });

test('27: what is loading has a shape that can be seen', async ({
  browser,
}) => {
  const page = await anew(browser, 'uma');
  // The list never comes.
  await page.route(/\/v1\/apps\?/, () => undefined);
  await page.goto(at(''));
  const loading = page.getByLabel('Loading apps');
  await expect(loading).toBeVisible();
  const bones = loading.locator('.bui-Skeleton');
  expect(await bones.count()).toBeGreaterThanOrEqual(24);
  const seen = await bones.evaluateAll(all =>
    all.map(bone => {
      const { width, height } = bone.getBoundingClientRect();
      const [, , , alpha] = getComputedStyle(bone)
        .backgroundColor.match(/[\d.]+/g)!
        .map(Number);
      return width >= 56 && height >= 12 && alpha !== 0;
    }),
  );
  expect(seen).not.toContain(false);
  // Tiles are as wide as those that come.
  const tile = (await loading.locator('> div > div').first().boundingBox())!;
  expect(tile.width).toBeGreaterThan(250);
  expect(tile.height).toBeGreaterThan(100);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `store-loading-${colorScheme}`);
  }
  await page.context().close();
});

test('27: Back leads to where one was, with all that was loaded', async ({
  browser,
}) => {
  const page = await signedIn(browser, portal, 'uma');
  const tiles = page
    .getByRole('list', { name: 'Apps', exact: true })
    .getByRole('heading');
  await expect(tiles).toHaveCount(24);
  await page.getByRole('button', { name: 'Show more apps' }).click();
  await expect(tiles.nth(27)).toBeVisible();
  // The first of what came has the place of the button, and the focus.
  await expect(tiles.nth(24).getByRole('link')).toBeFocused();
  const all = await tiles.count();
  const app = page.getByRole('link', { name: 'Hello', exact: true });
  await app.scrollIntoViewIfNeeded();
  const place = await page.evaluate(() => window.scrollY);
  expect(place).toBeGreaterThan(500);
  const placeNow = () => page.evaluate(() => Math.round(window.scrollY));

  await app.click();
  await expect(
    page.getByRole('heading', { name: 'Requirements' }),
  ).toBeVisible();
  expect(await placeNow()).toBe(0);
  await page.goBack();
  await expect(tiles).toHaveCount(all);
  await expect.poll(placeNow).toBe(Math.round(place));

  // From another host, too, where the portal is loaded again.
  await page.goto(`http://nobody.apps.localhost:${portal.gatewayPort}/`);
  await page.goBack();
  await expect(tiles).toHaveCount(all);
  await expect.poll(placeNow).toBe(Math.round(place));
  await page.context().close();
});

test("27: the store's name and colours from the first paint", async ({
  browser,
}) => {
  for (const colorScheme of ['dark', 'light'] as const) {
    const page = await anew(browser, 'uma', { colorScheme });
    await page.addInitScript(() => {
      const seen = { titles: [] as string[], grounds: [] as string[] };
      Object.assign(window, { seen });
      const note = (list: string[], value: string) => {
        if (value && !list.includes(value)) list.push(value);
      };
      const look = () => {
        note(seen.titles, document.title);
        if (document.body) {
          const of = (element: Element) =>
            getComputedStyle(element).backgroundColor;
          const body = of(document.body);
          note(
            seen.grounds,
            body === 'rgba(0, 0, 0, 0)' ? of(document.documentElement) : body,
          );
        }
        requestAnimationFrame(look);
      };
      look();
    });
    await slow(page);
    await page.goto(at(''));
    await expect(
      page.getByRole('list', { name: 'Apps', exact: true }),
    ).toBeVisible();
    const seen = await page.evaluate(() => (window as any).seen);
    expect(seen.titles).toEqual([NAME]);
    // Of one theme alone: no flash of the other.
    expect(
      (seen.grounds as string[]).filter(
        ground =>
          Number(ground.match(/\d+/)![0]) > 128 === (colorScheme === 'dark'),
      ),
    ).toEqual([]);
    // Before any script has come.
    await page.route('**/static/*.js', route => route.abort());
    await page.goto(at(''));
    const first = page.getByText(NAME);
    await expect(first).toBeVisible();
    expect(
      await first.evaluate(element => getComputedStyle(element).borderTopColor),
    ).toBe('rgb(181, 23, 158)');
    await picture(page, `first-paint-${colorScheme}`);
    await page.context().close();
  }
});

test('27: the theme that was chosen holds from the first paint', async ({
  browser,
}) => {
  const page = await anew(browser, 'uma', { colorScheme: 'light' });
  await page.addInitScript(() => localStorage.setItem('theme', 'dark'));
  await page.route('**/static/*.js', route => route.abort());
  await page.goto(at(''));
  await expect(page.getByText(NAME)).toBeVisible();
  expect(
    await page.evaluate(
      () => getComputedStyle(document.documentElement).backgroundColor,
    ),
  ).toBe('rgb(51, 51, 51)');
  await page.context().close();
});

test('27: Open, Run and the tile of a shared app open it in the same way', async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const page = await signedIn(browser, portal, 'uma');
  const inside = async (act: () => Promise<void>) => {
    await act();
    await page.waitForURL(url => url.hostname.endsWith('.apps.localhost'), {
      timeout: 60_000,
    });
    expect(page.context().pages()).toHaveLength(1);
  };
  await inside(() =>
    page.getByRole('link', { name: 'Team Board', exact: true }).click(),
  );
  await page.goto(at(`/apps/${made.apps.Hello}`));
  await inside(() =>
    page.getByRole('link', { name: 'Open', exact: true }).click(),
  );
  await page.goto(at('/instances'));
  await inside(() => page.getByRole('link', { name: /^Open Hello/ }).click());
  await page.goto(at(`/instances/${made.hello}`));
  await inside(() => page.getByRole('link', { name: 'Open Hello' }).click());
  await page.goto(at('/aliases'));
  await inside(() =>
    page.getByRole('link', { name: /umas-hello\.apps/ }).click(),
  );
  await page.goto(at(''));
  await page.getByRole('link', { name: 'Filler 13', exact: true }).click();
  await inside(() =>
    page.getByRole('button', { name: 'Run', exact: true }).click(),
  );
  // And back to what was left.
  await page.goBack();
  await expect(
    page.getByRole('heading', { name: 'Filler 13' }).first(),
  ).toBeVisible();
  await page.context().close();
});

test('28: who I am, what I may do, and the way out, wide and narrow', async ({
  browser,
}) => {
  for (const [person, role] of [
    ['ada', 'Admin'],
    ['dev', 'Full access'],
    ['vic', 'Visitor'],
  ] as const) {
    const page = await signedIn(browser, portal, person);
    const me = page.getByRole('group', { name: 'Signed in as' });
    await expect(me).toContainText(NAMES[person]);
    await expect(me).toContainText(role);
    await expect(me).toHaveAttribute('title', /user:default\//);
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
    await page.setViewportSize({ width: 390, height: 900 });
    await page.getByRole('button', { name: 'Account' }).click();
    await expect(me).toBeVisible();
    await expect(me).toContainText(NAMES[person]);
    await expect(me).toContainText(role);
    await page.waitForTimeout(300);
    await picture(page, `account-${person}-390`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(
      page.getByRole('button', { name: `Sign in as ${NAMES[person]}` }),
    ).toBeVisible();
    await page.context().close();
  }
});

/** What every moment looks like in the language of the tests. */
const MOMENT = /^[A-Z][a-z]{2} \d{1,2}, \d{4}(, \d{1,2}:\d{2}\s[AP]M)?$/u;

// All that developers see is among it, and visitors see no owners.
for (const kind of ['admin', 'user']) {
  const [person, pages] = SEEN[kind];
  test(`28: people by name, moments in one form, to ${kind}`, async ({
    browser,
  }) => {
    test.setTimeout(180_000);
    const page = await signedIn(browser, portal, person);
    const found: string[] = [];
    for (const [name, path] of Object.entries(pages)) {
      await follow(page, at(path(made)));
      await expect(page.getByRole('main')).toBeAttached();
      await expect(page.getByLabel(/^Loading/)).toHaveCount(0);
      await quiet(page);
      const main = page.getByRole('main').first();
      const text = await main.innerText();
      // The subjects of policies (`role:group:…`) are their own language.
      for (const [wrong] of text.matchAll(
        /(?<![:\w])(user|group):default\/\S*|\b\d{1,2}\/\d{1,2}\/\d{2,4}\b|\b\d{4}-\d{2}-\d{2}T\S*/g,
      ))
        found.push(`${name}: ${wrong}`);
      for (const time of await main.locator('time').all()) {
        const [words, whole, machine] = await time.evaluate(
          (element: HTMLTimeElement) => [
            element.innerText,
            element.title,
            element.dateTime,
          ],
        );
        if (!MOMENT.test(words) || whole.length < 20 || !Date.parse(machine))
          found.push(`${name}: ${words} (${whole}, ${machine})`);
      }
      // A moment outside of <time> has neither its whole date nor a form for programs.
      const bare = await main.evaluate(element => {
        const copy = element.cloneNode(true) as HTMLElement;
        for (const each of copy.querySelectorAll(
          'time, pre, code, [aria-label="Lines"]',
        ))
          each.remove();
        return copy.textContent!.match(/[A-Z][a-z]{2} \d{1,2}, 20\d\d/g) ?? [];
      });
      for (const each of bare)
        found.push(`${name}: ${each}, outside of <time>`);
    }
    expect(found).toEqual([]);
    await page.context().close();
  });
}

test('28: an owner stands with their name, and their ref on hover', async ({
  browser,
}) => {
  const page = await signedIn(browser, portal, 'ada');
  await page.goto(at(`/apps/${made.apps.Hello}`));
  await expect(page.getByTitle('user:default/dev')).toHaveText(NAMES.dev);
  await page.goto(at('/admin/apps'));
  await expect(page.getByTitle('user:default/uma').first()).toHaveText(
    NAMES.uma,
  );
  await expect(
    page.getByRole('row', { name: /Filler 13/ }).getByText('uma', {
      exact: true,
    }),
  ).toBeVisible();
  await page.goto(at('/admin/instances'));
  await expect(page.getByTitle('user:default/vic').first()).toHaveText(
    NAMES.vic,
  );
  await page.context().close();
});
