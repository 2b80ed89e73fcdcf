/**
 * The store in the portal's catalog: an app that is imported is found there and by
 * portal search within seconds, by those who may see it; its entity page runs it; made
 * PRIVATE or deleted it is gone.
 */
import { expect, test, type Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { fits, NAMES, signedIn, type Person } from './people';
import { accessible } from './violations';
import { pictures } from './pictures';
import { Portal } from './portal';

const portal = new Portal();
let dev: Page;

interface CatalogEntity {
  metadata: {
    namespace: string;
    name: string;
    title: string;
    labels?: Record<string, string>;
  };
  spec: { name: string; version: string };
}

async function bundle(version: string): Promise<Buffer<ArrayBuffer>> {
  const zip = new ZipFile();
  zip.addBuffer(
    Buffer.from(`[App]
Name = "com.example.lighthouse"
Version = "${version}"
Title = "Lighthouse"
Description = "Shows ships the way."
Keywords = ["maritime"]
Tags = ["COLLABORATION"]

[Runtime]
AppMode = "static"
Module = "site"
`),
    'app.toml',
  );
  zip.addBuffer(
    Buffer.from('<!doctype html><h1>This is the lighthouse</h1>'),
    'site/index.html',
  );
  zip.end();
  return buffer(zip.outputStream as Readable);
}

async function importApp(version: string): Promise<string> {
  const { status, body } = await portal.api(
    'dev',
    '/apps?visibility=ALL_USERS',
    {
      method: 'POST',
      headers: { 'content-type': 'application/zip' },
      body: await bundle(version),
    },
  );
  expect(status).toBe(201);
  return body.app.id;
}

/** An app that is called otherwise, and speaks of nothing but lighthouses. */
async function importKeeper(): Promise<void> {
  const zip = new ZipFile();
  zip.addBuffer(
    Buffer.from(
      '[App]\nName = "com.example.keeper"\nVersion = "1.0.0"\nTitle = "Keeper"\nDescription = "Lighthouse, lighthouse and lighthouse."\nKeywords = ["lighthouse"]\nLongDescription = "about.md"\n[Runtime]\nAppMode = "static"\nModule = "site"\n',
    ),
    'app.toml',
  );
  zip.addBuffer(Buffer.from('Never sleeps: *foghorns* need oil.'), 'about.md');
  zip.addBuffer(Buffer.from('<h1>Keeper</h1>'), 'site/index.html');
  zip.end();
  const { status } = await portal.api('dev', '/apps?visibility=ALL_USERS', {
    method: 'POST',
    headers: { 'content-type': 'application/zip' },
    body: new Uint8Array(await buffer(zip.outputStream as Readable)),
  });
  expect(status).toBe(201);
}

async function setVisibility(id: string, visibility: string): Promise<void> {
  const { status } = await portal.api('dev', `/apps/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ visibility }),
  });
  expect(status).toBe(200);
}

/** Asks another part of the portal as somebody. */
async function ask(person: Person, path: string, init: RequestInit = {}) {
  const response = await fetch(`${portal.url}/api/${path}`, {
    ...init,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await portal.token(person)}`,
    },
  });
  return response.ok ? response.json() : { status: response.status };
}

const LIGHTHOUSE = 'filter=kind=app,spec.name=com.example.lighthouse';

async function inCatalog(person: Person): Promise<CatalogEntity[]> {
  return (
    await ask(person, `catalog/entities/by-query?${LIGHTHOUSE}&limit=100`)
  ).items;
}

async function inSearch(person: Person, term: string): Promise<string[]> {
  const { results } = await ask(
    person,
    `search/query?term=${encodeURIComponent(term)}`,
  );
  return results.map(
    (result: { document: { title: string } }) => result.document.title,
  );
}

/** Waits until something is so, and says how long it took. */
async function seconds(
  what: string,
  holds: () => Promise<boolean>,
): Promise<void> {
  const began = Date.now();
  while (!(await holds())) {
    if (Date.now() - began > 60_000)
      throw new Error(`${what}: not within 60 s`);
    await sleep(100);
  }
  console.log(`  ${what}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

const pageOf = (entity: CatalogEntity) =>
  `${portal.url}/catalog/${entity.metadata.namespace}/app/${entity.metadata.name}`;

let first: string;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  await portal.start();
  dev = await signedIn(browser, portal, 'dev');
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
});

test('the examples are in the catalog, one version of each name first', async () => {
  await seconds(
    'all examples in the catalog',
    async () =>
      (
        await ask('dev', 'catalog/entities/by-query?filter=kind=app')
      ).totalItems >= 13,
  );
  await dev.goto(`${portal.url}/catalog`);
  await expect(
    dev.getByRole('link', { name: 'Guestbook', exact: true }),
  ).toBeVisible();
  await expect(dev.getByLabel('All versions')).not.toBeChecked();
  await pictures(dev, 'catalog-apps');
  await dev.setViewportSize({ width: 390, height: 900 });
  await dev.reload();
  await expect(
    dev.getByRole('link', { name: 'Guestbook', exact: true }),
  ).toBeVisible();
  await dev.setViewportSize({ width: 1440, height: 900 });
});

test('an imported app is in the catalog and in portal search within seconds', async () => {
  first = await importApp('1.0.0');
  const found = async (term: string) =>
    (await inSearch('uma', term)).includes('Lighthouse');
  await Promise.all([
    seconds(
      'import to catalog',
      async () => (await inCatalog('uma')).length === 1,
    ),
    seconds('import to search', () => found('Lighthouse')),
  ]);
  // By name and by keyword, too.
  expect(await found('com.example.lighthouse')).toBe(true);
  expect(await found('maritime')).toBe(true);

  await dev.goto(`${portal.url}/search?query=lighthouse`);
  await dev.getByRole('link', { name: 'Lighthouse' }).first().click();
  const card = dev.getByRole('region', { name: 'App', exact: true });
  await expect(card).toContainText('Shows ships the way.');
  await expect(card).toContainText('com.example.lighthouse');
  await expect(card.getByRole('link', { name: 'Collaboration' })).toBeVisible();
  await pictures(dev, 'entity-app');
  await fits(dev);
});

test('its page runs it: for a user and an invited visitor', async ({
  browser,
}) => {
  for (const person of ['uma', 'vic'] as const) {
    const [entity] = await inCatalog(person);
    const page = await signedIn(browser, portal, person);
    await page.goto(pageOf(entity));
    const card = page.getByRole('region', { name: 'App', exact: true });
    await expect(card).toContainText('Shows ships the way.');
    if (person === 'vic') {
      await expect(card.getByText('Collaboration')).toHaveCount(0);
      await expect(card.getByText('Owner')).toHaveCount(0);
      await pictures(page, 'entity-app-visitor');
    }
    await card.getByRole('button', { name: 'Run', exact: true }).click();
    await page.waitForURL(url => url.hostname.endsWith('.apps.localhost'), {
      timeout: 60_000,
    });
    await expect(
      page.getByRole('heading', { name: 'This is the lighthouse' }),
    ).toBeVisible();
    await page.goto(pageOf(entity));
    await expect(
      card.getByRole('link', { name: 'Open', exact: true }),
    ).toBeVisible();
    await page.context().close();
  }
});

test('a tag leads to its apps, on its page and in the graph', async () => {
  const [entity] = await inCatalog('dev');
  await dev.goto(pageOf(entity));
  await dev
    .getByRole('region', { name: 'App', exact: true })
    .getByRole('link', { name: 'Collaboration' })
    .click();
  const card = dev.getByRole('region', { name: 'Apps with this tag' });
  await expect(card.getByRole('link', { name: 'Lighthouse' })).toBeVisible();
  await pictures(dev, 'entity-tag');
  await fits(dev);
  const { items } = await ask(
    'dev',
    'catalog/entities/by-query?filter=kind=apptag,spec.name=COLLABORATION',
  );
  await dev.goto(
    `${portal.url}/catalog-graph?rootEntityRefs%5B%5D=apptag:app-store/${items[0].metadata.name}&maxDepth=1`,
  );
  await expect(dev.getByText('Lighthouse').first()).toBeVisible();
  await pictures(dev, 'catalog-graph');
});

test('visitors find nothing that is hidden from them', async ({ browser }) => {
  const [entity] = await inCatalog('dev');
  const { name } = entity.metadata;
  const ref = `app:app-store/${name}`;
  // What vic reads of it says neither whose it is nor which tags it bears.
  const [seen] = await inCatalog('vic');
  expect(JSON.stringify(seen)).not.toMatch(/apptag|user:|dev|collaboration/i);
  expect(await inSearch('vic', 'Lighthouse')).toEqual(['Lighthouse']);
  // By its tag, too; who may not know the tag does not find it so.
  await seconds('the tag in search', async () =>
    (await inSearch('uma', 'Collaboration')).includes('Lighthouse'),
  );
  expect(await inSearch('vic', 'Collaboration')).not.toContain('Lighthouse');

  for (const query of [
    LIGHTHOUSE,
    'fullTextFilterTerm=lighthouse',
    'filter=kind=apptag',
    `filter=metadata.name=${name}`,
  ])
    expect(
      (await ask('val', `catalog/entities/by-query?${query}`)).items,
    ).toEqual([]);
  expect(await ask('val', `catalog/entities?${LIGHTHOUSE}`)).toEqual([]);
  // The same as where there is nothing.
  for (const [path, status] of [
    ['', 404],
    ['/ancestry', 403],
  ] as const)
    for (const each of [name, `no-${name}`])
      expect(
        await ask(
          'val',
          `catalog/entities/by-name/app/app-store/${each}${path}`,
        ),
      ).toEqual({ status });
  expect(
    await ask('val', 'catalog/entities/by-refs', {
      method: 'POST',
      body: JSON.stringify({ entityRefs: [ref] }),
    }),
  ).toEqual({ items: [null] });
  const { facets } = await ask(
    'val',
    'catalog/entity-facets?facet=kind&facet=spec.name&facet=metadata.tags&facet=relations.tagOf',
  );
  expect(JSON.stringify(facets)).not.toMatch(/lighthouse|maritime|AppTag/i);
  for (const term of ['Lighthouse', 'maritime', 'light', 'Collaboration'])
    expect(await inSearch('val', term)).toEqual([]);
  // Apps that invite val are there.
  expect(await inSearch('val', 'Node-RED')).toContain('Node-RED');

  const val = await signedIn(browser, portal, 'val');
  await val.goto(pageOf(entity));
  await expect(val.getByText(/not found/i).first()).toBeVisible();
  await val.goto(`${portal.url}/catalog`);
  await expect(val.getByRole('link', { name: 'Node-RED' })).toBeVisible();
  // Only the sidebar says who val is.
  await expect(val.getByRole('table').getByText(NAMES.val)).toHaveCount(0);
  await expect(val.getByText('Lighthouse')).toHaveCount(0);
  await val.getByRole('button', { name: 'Search' }).first().click();
  await val.getByRole('textbox').first().fill('lighthouse');
  await expect(val.getByText(/no results/i).first()).toBeVisible();
  await val.context().close();
});

test('13: catalog, search and store answer alike, whoever asks', async () => {
  const sorted = (names: Array<string | undefined>) =>
    [...new Set(names)].sort();
  for (const person of Object.keys(NAMES) as Person[]) {
    const { body } = await portal.api(person, '/apps?newest=true&limit=100');
    // What is PRIVATE is in the catalog for nobody.
    const store = sorted(
      body.items
        .filter((app: { visibility: string }) => app.visibility !== 'PRIVATE')
        .map((app: { name: string }) => app.name),
    );
    expect(store.length).toBeGreaterThan(0);
    await seconds(`the same to ${person}`, async () => {
      const catalog: { items: CatalogEntity[] } = await ask(
        person,
        'catalog/entities/by-query?filter=kind=app&limit=500',
      );
      const search: { results: Array<{ document: { appName?: string } }> } =
        await ask(person, 'search/query?term=&filters[kind]=App&pageLimit=100');
      return [
        catalog.items.map(({ spec }) => spec.name),
        search.results.map(({ document }) => document.appName),
      ].every(names => sorted(names).join() === store.join());
    });
  }
});

test('a newer version takes the place of the newest', async () => {
  await importApp('1.1.0');
  await seconds('newest moves', async () => {
    const entities = await inCatalog('uma');
    return (
      entities.length === 2 &&
      entities.every(
        entity =>
          (entity.metadata.labels?.['ai-app-store.io/newest'] === 'true') ===
          (entity.spec.version === '1.1.0'),
      )
    );
  });
  expect(
    (await inCatalog('uma')).map(entity => entity.metadata.title).sort(),
  ).toEqual(['Lighthouse', 'Lighthouse 1.0.0']);
});

test('29: search asks for a word first, has titles first, and one result for an app', async () => {
  // Both versions, and an app that says more of lighthouses than they do, are in the index.
  await importKeeper();
  await seconds('all of them in search', async () => {
    const titles = await inSearch('dev', 'lighthouse');
    return ['Lighthouse', 'Lighthouse 1.0.0', 'Keeper'].every(title =>
      titles.includes(title),
    );
  });
  const results = (page: Page) =>
    page.getByRole('list', { name: 'Search results' }).getByRole('link');
  /** A screen reader, of a region that was there before. */
  const says = (what: string) =>
    expect(dev.getByRole('status').filter({ hasText: what })).toHaveCount(1);
  await dev.goto(`${portal.url}/search`);
  await expect(dev.getByText(/^Type the name of an app/)).toBeVisible();
  await expect(dev.getByRole('status')).toBeAttached();
  await expect(dev.getByText(/no results/i)).toHaveCount(0);
  await pictures(dev, 'search-empty');
  await accessible(dev, 'search, empty');
  for (const [term, expected] of [
    ['lighthouse', ['Lighthouse', 'Keeper']],
    ['ligh', ['Lighthouse', 'Keeper']],
  ] as const) {
    await dev.getByRole('textbox').first().fill(term);
    await expect(results(dev)).toHaveText(expected);
    await says('2 results');
    await expect(dev).toHaveURL(new RegExp(`query=${term}$`));
  }
  await expect(
    dev.getByText('App · version 1.1.0 · com.example.lighthouse'),
  ).toBeVisible();
  await fits(dev);
  await pictures(dev, 'search-results');
  await accessible(dev, 'search, results');
  // 13: by its long description; one kind alone, which is in the address.
  await dev.getByRole('textbox').first().fill('foghorns');
  await expect(results(dev)).toHaveText(['Keeper']);
  await dev.getByRole('textbox').first().fill('collaboration');
  await expect(results(dev)).toContainText(['Collaboration', 'Lighthouse']);
  await dev.getByRole('button', { name: 'Show' }).click();
  await dev.getByRole('option', { name: 'App tags' }).click();
  await expect(results(dev)).toHaveText(['Collaboration']);
  await expect(dev).toHaveURL(/query=collaboration&kind=AppTag$/);
  await pictures(dev, 'search-one-kind');
  await dev.reload();
  await expect(results(dev)).toHaveText(['Collaboration']);
  await dev.getByRole('button', { name: 'Show' }).click();
  await dev.getByRole('option', { name: 'Anything' }).click();
  await dev.getByRole('textbox').first().fill('xyzzyplugh');
  await expect(
    dev.getByText('No results for “xyzzyplugh”').last(),
  ).toBeVisible();
  await says('No results for “xyzzyplugh”');
  await pictures(dev, 'search-nothing');
  await accessible(dev, 'search, nothing');

  await dev.goto(`${portal.url}/catalog`);
  await dev.getByRole('button', { name: 'Search' }).first().click();
  const dialog = dev.getByRole('dialog');
  await expect(dialog.getByText(/^Type the name of an app/)).toBeVisible();
  await expect(dialog.getByText(/no results/i)).toHaveCount(0);
  await dialog.getByRole('textbox').fill('lighthouse');
  await expect(
    dialog.getByRole('list', { name: 'Search results' }).getByRole('link'),
  ).toHaveText(['Lighthouse', 'Keeper']);
  // Around it stands Backstage's own window.
  await accessible(dev, 'search, over a page', '[role=dialog]');
  await dialog.getByRole('link', { name: 'Lighthouse' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(
    dev.getByRole('region', { name: 'App', exact: true }),
  ).toContainText('1.1.0, the newest');
});

test("29: search finds one's own secrets and aliases, which are in no index", async ({
  browser,
}) => {
  const json = { 'content-type': 'application/json' };
  const secret = await portal.api(
    'dev',
    '/secrets/beacon-key?visibility=PRIVATE',
    {
      method: 'PUT',
      headers: json,
      body: JSON.stringify({ data: { KEY: 'not shown' } }),
    },
  );
  expect(secret.status).toBe(201);
  const alias = await portal.api('dev', '/aliases', {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ name: 'beacon' }),
  });
  expect(alias.status).toBe(201);
  await dev.goto(`${portal.url}/search?query=beacon`);
  const own = (page: Page, title: string) =>
    page.getByRole('region', { name: title }).getByRole('link');
  await expect(own(dev, 'My aliases')).toHaveText(['beacon']);
  await expect(own(dev, 'My secrets')).toHaveText(['beacon-key']);
  await expect(dev.getByText('No results for')).toBeHidden();
  await fits(dev);
  await accessible(dev, 'search, own results');
  await own(dev, 'My secrets').click();
  await expect(dev.getByRole('table')).toContainText('beacon-key');

  const uma = await signedIn(browser, portal, 'uma');
  await uma.goto(`${portal.url}/search?query=beacon`);
  await expect(uma.getByText('No results for “beacon”').last()).toBeVisible();
  await expect(own(uma, 'My aliases')).toHaveCount(0);
  await uma.context().close();
});

test('29: the table and the graph say what an app is and whose, and tell visitors neither owner nor tags', async ({
  browser,
}) => {
  await dev.goto(`${portal.url}/catalog`);
  const row = dev.getByRole('row', { name: /^Lighthouse/ });
  await expect(row.getByRole('link', { name: 'Lighthouse' })).toBeVisible();
  await expect(row).toContainText('1.1.0');
  await expect(row).toContainText(NAMES.dev);
  await expect(row).toContainText('Collaboration');
  await expect(row).toContainText('Shows ships the way.');
  const heads = (page: Page) =>
    page.getByRole('columnheader').allTextContents();
  expect(await heads(dev)).toEqual([
    'App',
    'Version',
    'Owner',
    'Tags',
    'Description',
  ]);
  await fits(dev);
  await pictures(dev, 'catalog-table');
  // The rows are the store's; the table's head is Backstage's own.
  await accessible(dev, 'catalog', 'tbody');

  const [entity] = (await inCatalog('dev')).filter(
    each => each.spec.version === '1.1.0',
  );
  const graph = (ref: string) =>
    `${portal.url}/catalog-graph?rootEntityRefs%5B%5D=${ref}&maxDepth=1`;
  await dev.goto(graph(`app:app-store/${entity.metadata.name}`));
  for (const title of ['Lighthouse', NAMES.dev, 'Collaboration'])
    await expect(dev.getByText(title).first()).toBeVisible();
  await pictures(dev, 'catalog-graph-app');
  // On a phone its words are as large as they are elsewhere.
  await dev.setViewportSize({ width: 390, height: 900 });
  const word = dev.locator('#dependency-graph').getByText('Lighthouse').first();
  await expect
    .poll(async () => (await word.boundingBox())!.height)
    .toBeGreaterThan(12);
  await dev.setViewportSize({ width: 1440, height: 900 });
  await fits(dev);
  await accessible(dev, 'graph');

  const [seen] = (await inCatalog('vic')).filter(
    each => each.spec.version === '1.1.0',
  );
  expect(seen.metadata.namespace).toBe('app-store-visitors');
  expect(
    await ask(
      'vic',
      `catalog/entities/by-name/app/app-store/${seen.metadata.name}`,
    ),
  ).toEqual({ status: 404 });
  // Nor does the other side of the relation tell, or a question that goes by it.
  const devika = await ask('vic', 'catalog/entities/by-name/user/default/dev');
  expect(JSON.stringify(devika.relations)).not.toMatch(/app:|own/i);
  for (const query of [
    'filter=relations.ownedBy=user:default/dev',
    'filter=spec.owner=user:default/dev',
    'filter=relations.hasTag',
  ])
    expect(
      (await ask('vic', `catalog/entities/by-query?${query}`)).items,
    ).toEqual([]);
  const { facets } = await ask(
    'vic',
    'catalog/entity-facets?facet=spec.owner&facet=relations.ownedBy&facet=spec.tags',
  );
  expect(Object.values(facets)).toEqual([[], [], []]);
  const vic = await signedIn(browser, portal, 'vic');
  await vic.goto(`${portal.url}/catalog`);
  await expect(vic.getByRole('link', { name: 'Lighthouse' })).toBeVisible();
  expect(await heads(vic)).toEqual([
    'App',
    'Version',
    'Description',
    'Keywords',
  ]);
  await expect(vic.getByText(NAMES.dev)).toHaveCount(0);
  await pictures(vic, 'catalog-table-visitor');
  await vic.context().close();
});

test('made PRIVATE or deleted, it is gone from both', async () => {
  const { body } = await portal.api('dev', '/apps?name=com.example.lighthouse');
  const second = body.items.find((app: { id: string }) => app.id !== first)
    .id as string;
  const [entity] = (await inCatalog('dev')).filter(
    each => each.spec.version === '1.1.0',
  );
  const gone = (title: string) => [
    seconds(`${title} gone from the catalog`, async () =>
      (await inCatalog('uma')).every(each => each.metadata.title !== title),
    ),
    seconds(
      `${title} gone from search`,
      async () => !(await inSearch('uma', 'Lighthouse')).includes(title),
    ),
  ];
  await seconds('the older one in search', async () =>
    (await inSearch('uma', 'Lighthouse')).includes('Lighthouse 1.0.0'),
  );
  for (const who of ['uma', 'vic'] as const)
    for (const instance of (await portal.api(who, '/instances')).body.items)
      await portal.api(who, `/instances/${instance.id}`, { method: 'DELETE' });

  await portal.api('dev', `/apps/${first}?purgeTerminated=true`, {
    method: 'DELETE',
  });
  await Promise.all(gone('Lighthouse 1.0.0'));
  await setVisibility(second, 'PRIVATE');
  await Promise.all(gone('Lighthouse'));
  expect(await inCatalog('dev')).toEqual([]);
  await dev.goto(pageOf(entity));
  await expect(dev.getByText(/not found/i).first()).toBeVisible();
  await pictures(dev, 'entity-gone');

  await setVisibility(second, 'ALL_USERS');
  await seconds(
    'back in the catalog',
    async () => (await inCatalog('uma')).length === 1,
  );
  const { status } = await portal.api('dev', `/apps/${second}`, {
    method: 'DELETE',
  });
  expect(status).toBe(204);
  await Promise.all(gone('Lighthouse'));
  expect(await inCatalog('dev')).toEqual([]);
});
