/** Every page over furniture that is awkward to lay out, at six widths, in both themes: nothing overlaps, leaves its box or scrolls sideways. */
import { expect, test, type Page } from '@playwright/test';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { furnish, type Furniture } from '../e2e/furnish';
import { layoutFaultsAt, WIDTHS } from '../e2e/layoutFaults';
import { SEEN } from '../e2e/pageList';
import { signedIn } from '../e2e/people';
import { picture } from '../e2e/pictures';
import { Portal } from '../e2e/portal';
import { quiet, violations } from '../e2e/violations';
import { makeAwkward, TITLES, type Awkward } from './awkward';

test.describe.configure({ mode: 'serial' });

/** More than a person may have, so that the answer is made up of one that is real. */
const MANY = 200;

const portal = new Portal();
let made: Furniture;
let awkward: Awkward;

const NOTICE = `
appStore:
  limits:
    appVersions: 100
  notices:
    - severity: warning
      title: Maintenance on Saturday, from six in the morning until it is done, which may take the whole of the day
      content: 'Instances are suspended. [What that means for you](https://example.com/maintenance) is written down.'
`;

test.beforeAll(async () => {
  test.setTimeout(400_000);
  const room = mkdtempSync(join(tmpdir(), 'layout-'));
  const file = join(room, 'notice.yaml');
  writeFileSync(file, NOTICE);
  await portal.start({}, [file]);
  made = await furnish(portal);
  awkward = await makeAwkward(portal);
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
});

async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('main').last()).toBeAttached();
  await expect(page.getByLabel(/^Loading/)).toHaveCount(0);
  await expect(page.getByText(/^Loading/)).toHaveCount(0);
  await quiet(page);
}

/** One page at each width in both themes, with a picture of each. */
async function looked(page: Page, name: string): Promise<string[]> {
  await settled(page);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of WIDTHS) {
      found.push(
        ...(await layoutFaultsAt(page, `${name} ${colorScheme}`, [width])),
      );
      await page.setViewportSize({ width, height: 900 });
      await picture(page, `${name}-${width}-${colorScheme}`);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
  return [...found, ...(await violations(page, name))];
}

for (const [kind, [person, pages]] of Object.entries(SEEN))
  test(`every page as ${kind}`, async ({ browser }) => {
    test.setTimeout(900_000);
    const page = await signedIn(browser, portal, person);
    const found: string[] = [];
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${portal.url}/app-store${path(made)}`);
      found.push(...(await looked(page, `${name}-${kind}`)));
    }
    expect(found).toEqual([]);
    await page.context().close();
  });

test('what is awkward', async ({ browser }) => {
  test.setTimeout(900_000);
  const dev = await signedIn(browser, portal, 'dev');
  const found: string[] = [];
  for (const [name, path] of Object.entries({
    'app-long': `/apps/${awkward.long}`,
    'app-long-all': `/apps/${awkward.long}?tab=all`,
    'app-long-run': `/apps/${awkward.long}?dialog=run`,
    'app-word': `/apps/${awkward.word}`,
    'app-right-to-left': `/apps/${awkward.rightToLeft}`,
    'app-managed': `/apps/${awkward.managed}`,
    'instance-running': `/instances/${awkward.running}`,
    'instance-crashing': `/instances/${awkward.crashing}`,
    'instance-talking': `/instances/${awkward.talking}?tab=log`,
    'instance-events': `/instances/${awkward.crashing}?tab=events`,
    'instance-status': `/instances/${awkward.crashing}?tab=status`,
    'instance-launch': `/instances/${awkward.running}?tab=launch`,
    'instances-awkward': '/instances',
    'my-apps-awkward': '/my-apps',
  })) {
    await dev.goto(`${portal.url}/app-store${path}`);
    found.push(...(await looked(dev, name)));
  }
  await dev.goto(`${portal.url}/search?query=forecast`);
  found.push(...(await looked(dev, 'search-awkward')));
  expect(found).toEqual([]);
  await dev.context().close();
});

test('many instances, in states that take long to come to', async ({
  browser,
}) => {
  test.setTimeout(600_000);
  const page = await signedIn(browser, portal, 'dev');
  const { body: one } = await portal.api(
    'dev',
    `/instances/${awkward.crashing}`,
  );
  const items = Array.from({ length: MANY }, (_, i) => ({
    ...one,
    id: `${String(i).padStart(8, '0')}${one.id.slice(8)}`,
    appTitle: Object.values(TITLES)[i % 4],
    ...(i % 3
      ? { status: ['DEPLOYED', 'SUSPENDED'][i % 2], problem: undefined }
      : { status: 'FAILED', restarting: true, restartCount: 1000 + i }),
  }));
  await page.route(/\/api\/app-store\/v1\/instances\?/, route =>
    route.fulfill({ json: { items } }),
  );
  const found: string[] = [];
  await page.goto(`${portal.url}/app-store/instances`);
  await expect(
    page
      .getByText('Restarting (1,000 times)')
      .or(page.getByText('Restarting (1000 times)')),
  ).toBeVisible();
  found.push(...(await looked(page, 'instances-many')));
  expect(found).toEqual([]);
  await page.context().close();
});
