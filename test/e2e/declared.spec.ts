/**
 * The day of `examples/repository/README.md`: a team that never opens the store's pages runs its app
 * through a repository. An admin registers the file, the app, its secret, its instance and its address
 * are there; it is changed, raised, looked at by the command, rolled back, and retired.
 */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { GitHost } from '../../packages/git-host/src';
import { fits, signedIn } from './people';
import { pictures } from './pictures';
import { Portal } from './portal';
import { accessible } from './violations';

const REPOSITORY = resolve(__dirname, '../../examples/repository');
/** Whoever waits for Git may not keep the Git server of this process from answering. */
const run = promisify(execFile);

const portal = new Portal();
const room = mkdtempSync(join(tmpdir(), 'declared-'));
const clone = join(room, 'lunch');
let git: GitHost;
let ada: Page;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  git = await GitHost.start({ directory: join(room, 'repositories') });
  await git.create('lunch', 'lunch', REPOSITORY);
  const config = join(room, 'portal.yaml');
  writeFileSync(
    config,
    readFileSync(join(REPOSITORY, 'portal.yaml'), 'utf8')
      .replaceAll('localhost:7009', `localhost:${git.port}`)
      .replace('removalGrace: 30s', 'removalGrace: 5s'),
  );
  await portal.start(
    {
      LUNCH_MENU_TOKEN: 'soup',
      // As often as a test can wait for; the demo's default is 100 to 150 s.
      APP_CONFIG_catalog_processingInterval: '{"seconds":2}',
    },
    [config],
  );
  ada = await signedIn(browser, portal, 'ada');
});

test.afterAll(async () => {
  await portal.stop();
  await git.stop();
  portal.remove();
  rmSync(room, { recursive: true, force: true });
});

const fileUrl = () =>
  `${git.url}/lunch/lunch/src/branch/main/catalog-info.yaml`;

/** Types a line of the README into a shell in the clone. */
async function type(line: string): Promise<void> {
  await run('bash', ['-ec', line], {
    cwd: clone,
    env: {
      ...process.env,
      GIT_AUTHOR_NAME: 'Devika',
      GIT_AUTHOR_EMAIL: 'dev@example.com',
      GIT_COMMITTER_NAME: 'Devika',
      GIT_COMMITTER_EMAIL: 'dev@example.com',
    },
  });
}

/** Looks at the list of declarations until it is as expected. */
async function list(holds: (rows: Locator) => Promise<void>): Promise<void> {
  const rows = ada
    .getByRole('table', { name: 'Declarations' })
    .getByRole('row');
  await expect(async () => {
    await ada.getByRole('button', { name: 'Refresh' }).click();
    await holds(rows);
  }).toPass({ timeout: 60_000, intervals: [500] });
}

const row = (rows: Locator, entityRef: string) =>
  rows.filter({ has: ada.getByRole('link', { name: entityRef, exact: true }) });

/** The page of the app, as somebody who follows the alias. */
async function lunch(page: Page): Promise<string> {
  await page.goto(`http://lunch.apps.localhost:${portal.gatewayPort}/`);
  // The gateway has the portal say first who this is.
  await expect(
    page.getByRole('heading', { name: 'Where do we go for lunch?' }),
  ).toBeVisible();
  return page.locator('body').innerText();
}

/** The page of an entity as somebody sees it. */
async function show(
  page: Page,
  name: string,
  entity: string,
  what: string,
): Promise<void> {
  await page.goto(`${portal.url}/catalog/default/${entity}`);
  await expect(page.getByText(what).first()).toBeVisible();
  await pictures(page, name);
  await fits(page);
  await accessible(page, name);
}

test('register: what the file declares is there and runs; what it may not do is a proposal', async ({
  browser,
}) => {
  await ada.goto(`${portal.url}/app-store/admin/declarations`);
  await expect(ada.getByText('Nothing is declared yet')).toBeVisible();
  await pictures(ada, 'declared-none');
  await ada.getByRole('button', { name: 'Register a file' }).click();
  const dialog = ada.getByRole('dialog');
  const url = dialog.getByRole('textbox', {
    name: 'URL of a catalog-info.yaml',
  });
  await url.fill(fileUrl().replace('catalog-info', 'none'));
  await dialog.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('none.yaml');
  await pictures(ada, 'declared-no-file');
  await accessible(ada, 'declared, no file', '[role=dialog]');
  await url.fill(fileUrl());
  await dialog.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await list(async rows => {
    await expect(rows.filter({ hasText: 'In sync' })).toHaveCount(4, {
      timeout: 500,
    });
    await expect(rows.filter({ hasText: 'Proposed' })).toHaveCount(1, {
      timeout: 500,
    });
  });
  await pictures(ada, 'declared-list');
  await fits(ada);
  await accessible(ada, 'declared, the list');

  const uma = await signedIn(browser, portal, 'uma');
  expect(await lunch(uma)).toContain('The menu service knows us');
  await uma.getByRole('button', { name: 'Noodle bar' }).click();
  await expect(uma.getByText('You are Uma User')).toBeVisible();
  await expect(uma.locator('li', { hasText: 'Noodle bar' })).toContainText('1');
  await uma.context().close();
});

test('its entity pages say what is declared, and how it is', async ({
  browser,
}) => {
  const dev = await signedIn(browser, portal, 'dev');
  for (const [path, what] of [
    ['app/lunch', 'commit'],
    ['appinstance/lunch', 'In sync'],
    ['appalias/lunch', 'In sync'],
    ['appsecret/lunch-menu', 'In sync'],
    ['apptag/food', 'Proposed'],
    ['component/lunch', 'Apps of this component'],
  ])
    await show(dev, `declared-${path.split('/')[0]}`, path, what);
  await dev.context().close();
});

test('an admin sees each of them beside the list, also what the catalog does not show to them', async () => {
  await ada.goto(`${portal.url}/app-store/admin/declarations`);
  await ada.getByRole('link', { name: 'appalias:default/lunch' }).click();
  const dialog = ada.getByRole('dialog');
  await expect(dialog.getByText('Devika Developer')).toBeVisible();
  await expect(dialog.getByText('In the catalog')).toHaveCount(0);
  await pictures(ada, 'declared-one');
  await accessible(ada, 'declared, one', '[role=dialog]');
  await ada.reload();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(dialog).toHaveCount(0);
  await ada.getByRole('link', { name: 'appinstance:default/lunch' }).click();
  await dialog.getByRole('link', { name: 'appinstance:default/lunch' }).click();
  await expect(ada).toHaveURL(/\/catalog\/default\/appinstance\/lunch/);
});

test("14: Backstage's Kubernetes plugin shows an admin what runs for it, and nobody else", async ({
  browser,
}) => {
  await ada.goto(`${portal.url}/catalog/default/appinstance/lunch`);
  await ada.getByRole('link', { name: 'Kubernetes' }).click();
  await ada.getByRole('button', { name: /Local cluster/ }).click();
  await ada
    .getByRole('button', { name: /Deployment/ })
    .first()
    .click();
  const pod = ada.getByRole('row').filter({ hasText: 'Running' });
  await expect(pod).toContainText(/1\/1.*limits: \d+% of 128MiB/);
  await pictures(ada, 'declared-kubernetes');
  await pod.getByRole('button').click();
  await expect(ada.getByText(/^Pod \(127\./)).toBeVisible();
  await ada.getByRole('button', { name: 'Logs' }).click();
  const logs = ada.getByRole('dialog').filter({ hasText: 'app logs on' });
  await expect(logs).toContainText('Lunch is served.');
  const dev = await signedIn(browser, portal, 'dev');
  await dev.goto(`${portal.url}/catalog/default/appinstance/lunch`);
  await expect(dev.getByText('In sync')).toBeVisible();
  await expect(dev.getByRole('link', { name: 'Kubernetes' })).toHaveCount(0);
  await dev.context().close();
});

test('review: an admin accepts the tag', async () => {
  await ada.goto(`${portal.url}/app-store/admin/declarations?state=PROPOSED`);
  await ada.getByRole('button', { name: /^Review and accept/ }).click();
  const dialog = ada.getByRole('dialog');
  await expect(dialog.getByText('This would be created:')).toBeVisible();
  await pictures(ada, 'declared-review');
  await accessible(ada, 'declared, a review', '[role=dialog]');
  await dialog.getByRole('button', { name: 'Accept', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  const { body } = await portal.api('dev', '/tags');
  expect(body.items.some((tag: { name: string }) => tag.name === 'FOOD')).toBe(
    true,
  );
});

test('change: the same version with other files drifts, a raised one takes its place', async ({
  browser,
}) => {
  await run('git', ['clone', '-q', `${git.url}/lunch/lunch.git`, clone]);
  await ada.goto(`${portal.url}/app-store/admin/declarations`);
  await type(
    `echo '["Noodle bar", "Pizza at the corner", "Soup kitchen", "Salad bar"]' > lunch/places.json
     git commit -qam "A salad bar" && git push -q`,
  );
  await list(rows =>
    expect(row(rows, 'app:default/lunch')).toContainText('Drifted', {
      timeout: 500,
    }),
  );
  await show(ada, 'declared-drifted', 'app/lunch', 'Drifted');

  await ada.goto(`${portal.url}/app-store/admin/declarations`);
  await type(
    `sed -i 's/^Version = .*/Version = "1.1.0"/' lunch/app.toml
     git commit -qam "Version 1.1.0" && git push -q`,
  );
  await list(rows =>
    expect(row(rows, 'app:default/lunch')).toContainText(
      /In sync[\s\S]*lunch 1\.1\.0/,
      { timeout: 500 },
    ),
  );
  const uma = await signedIn(browser, portal, 'uma');
  await expect(async () =>
    expect(await lunch(uma)).toContain('Salad bar'),
  ).toPass({ timeout: 60_000 });
  await uma.context().close();
  await list(rows =>
    expect(row(rows, 'appinstance:default/lunch')).toContainText('In sync', {
      timeout: 500,
    }),
  );
  // The instance that it replaced has ended.
  const { body } = await portal.api('dev', '/instances?scope=mine');
  expect(
    body.items.filter(
      (each: { appName: string; terminating: boolean }) =>
        each.appName === 'lunch' && !each.terminating,
    ),
  ).toEqual([expect.objectContaining({ appVersion: '1.1.0' })]);
});

test('the command says in a pipeline what a merge would do', async () => {
  const { body: store } = await portal.api('dev', '/store');
  const command = join(room, 'app-store');
  const offered = await fetch(new URL(store.commandUrl, portal.url));
  writeFileSync(command, Buffer.from(await offered.arrayBuffer()), {
    mode: 0o755,
  });
  const { body: made } = await portal.api('dev', '/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'pipeline', days: 1 }),
  });
  mkdirSync(join(room, 'home'));
  const diff = () =>
    run(command, ['diff', '-f', 'catalog-info.yaml'], {
      cwd: clone,
      env: {
        PATH: process.env.PATH,
        HOME: join(room, 'home'),
        APP_STORE_URL: portal.url,
        APP_STORE_TOKEN: made.secret ?? made.token,
      },
    }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      ({ code, stdout }) => ({ code, stdout }),
    );
  const same = await diff();
  await type(
    `sed -i 's/visibility: ALL_USERS/visibility: PUBLIC/' catalog-info.yaml`,
  );
  const differs = await diff();
  await type('git checkout -q catalog-info.yaml');
  expect(differs.stdout).toContain('visibility');
  // The tag is an admin's, whoever looks.
  expect([same, differs.code]).toEqual([
    expect.objectContaining({ code: 0 }),
    6,
  ]);
});

test('roll back: the version before is declared again', async ({ browser }) => {
  await type('git revert --no-edit HEAD && git push -q');
  await list(rows =>
    expect(row(rows, 'app:default/lunch')).toContainText(
      /Drifted[\s\S]*lunch 1\.0\.0/,
      { timeout: 500 },
    ),
  );
  const uma = await signedIn(browser, portal, 'uma');
  await expect(async () =>
    expect(await lunch(uma)).not.toContain('Salad bar'),
  ).toPass({ timeout: 60_000 });
  await uma.context().close();
  await show(ada, 'declared-rolled-back', 'appinstance/lunch', 'In sync');
});

test('retire: nothing is deleted until somebody says so', async () => {
  await ada.goto(`${portal.url}/app-store/admin/declarations`);
  const file = join(clone, 'catalog-info.yaml');
  const [first] = readFileSync(file, 'utf8').split('\n---\n');
  writeFileSync(file, `${first}\n`);
  await type('git commit -qam "We eat at home" && git push -q');
  await list(rows =>
    expect(rows.filter({ hasText: 'No longer declared' })).toHaveCount(5, {
      timeout: 500,
    }),
  );
  await pictures(ada, 'declared-retired');
  await accessible(ada, 'declared, retired');
  await ada.getByRole('button', { name: 'Keep: app:default/lunch' }).click();
  await ada
    .getByRole('dialog')
    .getByRole('button', { name: 'Keep', exact: true })
    .click();
  for (const ref of ['appalias:default/lunch', 'appinstance:default/lunch']) {
    await ada.getByRole('button', { name: `End: ${ref}` }).click();
    const dialog = ada.getByRole('dialog');
    await pictures(ada, 'declared-end');
    await dialog.getByRole('button', { name: 'End', exact: true }).click();
    await expect(dialog).toHaveCount(0);
  }
  const { body: apps } = await portal.api('dev', '/apps?name=lunch');
  expect(apps.items.length).toBeGreaterThan(0);
  const { body: aliases } = await portal.api('dev', '/aliases?scope=mine');
  expect(JSON.stringify(aliases.items)).not.toContain('"lunch"');
});
