/** The pages of the store: the main path of each, and a refusal said in words, as the people whom it concerns. */
import { expect, test, type Page } from '@playwright/test';
import { furnish, send, until, type Furniture } from './furnish';
import { signedIn } from './people';
import { accessible } from './violations';
import { pictures } from './pictures';
import { Portal } from './portal';

test.describe.configure({ mode: 'serial' });

const portal = new Portal();
let made: Furniture;
let ada: Page;
let dev: Page;
let uma: Page;
let vic: Page;

const at = (path: string) => `${portal.url}/app-store${path}`;
const pick = async (page: Page, label: RegExp, option: string | RegExp) => {
  await page.getByRole('button', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
};
const menu = async (page: Page, of: string, item: string) => {
  await page
    .getByRole('button', { name: `More for ${of}` })
    .first()
    .click();
  await page.getByRole('menuitem', { name: item }).click();
  // The menu is a dialog to screen readers until it is gone.
  await expect(page.getByRole('menuitem')).toHaveCount(0);
};

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000);
  await portal.start({
    APP_CONFIG_appStore_notices: JSON.stringify([
      { severity: 'warning', title: 'Maintenance on Sunday' },
      { severity: 'info', title: 'New runtimes', content: 'See the *list*.' },
      ...['success', 'severe', 'error', 'blocked'].map(severity => ({
        severity,
        title: `A notice that is ${severity}`,
      })),
    ]),
    APP_CONFIG_appStore_branding_title: JSON.stringify('Acme Apps'),
    APP_CONFIG_appStore_branding_color: JSON.stringify('#b5179e'),
  });
  made = await furnish(portal);
  ada = await signedIn(browser, portal, 'ada');
  dev = await signedIn(browser, portal, 'dev');
  uma = await signedIn(browser, portal, 'uma');
  vic = await signedIn(browser, portal, 'vic');
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
});

test("the store's own name and notices", async () => {
  await uma.goto(at(''));
  await expect(uma).toHaveTitle('Acme Apps');
  const notices = uma.getByRole('region', { name: 'Notices' });
  await expect(notices).toContainText('Warning: Maintenance on Sunday');
  await expect(notices.locator('em')).toHaveText('list');
  await expect(notices).toContainText('Blocked: A notice that is blocked');
  await pictures(uma, 'store-notices');
  await uma.goto(at('/instances'));
  await expect(notices).toBeVisible();
  await expect(uma).toHaveTitle('My instances · Acme Apps');
});

test('the store: pinned, liked, ordered, and ways past the page of details', async () => {
  await uma.goto(at(''));
  const apps = uma.getByRole('list', { name: 'Apps', exact: true });
  await expect(
    uma.getByRole('list', { name: 'Pinned apps' }).getByRole('heading'),
  ).toHaveText(['Notes']);
  await uma.getByRole('button', { name: 'Liked' }).click();
  await expect(apps.getByRole('heading')).toHaveText(['Notes']);
  await expect(uma).toHaveURL(/liked=yes/);
  await uma.getByRole('button', { name: 'Liked' }).click();
  await pick(uma, /Sort by/, 'Title');
  await expect(apps.getByRole('heading').first()).toHaveText('Asking');
  // A managed app leads to what runs of it.
  await apps.getByRole('link', { name: 'Team Board', exact: true }).click();
  await uma.waitForURL(/\/\/team\.apps\.localhost/);
});

test('an app is run with parameters, a profile and visibility', async () => {
  await uma.goto(at(`/apps/${made.apps.Asking}`));
  // What has to be said is asked before it starts.
  await uma.getByRole('button', { name: 'Run', exact: true }).click();
  const dialog = uma.getByRole('dialog');
  await expect(uma).toHaveURL(/dialog=run/);
  await dialog.getByRole('button', { name: 'Run' }).click();
  await expect(dialog.getByRole('alert')).toHaveText('Team is required.');
  await dialog.getByLabel('Team').fill('sales');
  await dialog.getByLabel('Limit').fill('many');
  await expect(dialog.getByRole('alert')).toHaveText('Limit must be a number.');
  await dialog.getByLabel('Limit').fill('20');
  await pick(uma, /Size/, 'large');
  await pick(uma, /Launch profile/, 'Small: 512Mi memory');
  await dialog.getByRole('button', { name: 'Run' }).click();
  await uma.waitForURL(url => url.hostname.endsWith('.apps.localhost'));
  const id = new URL(uma.url()).hostname.split('.')[0];
  await uma.goto(at(`/instances/${id}`));
  await expect(uma.getByText('TEAM = sales')).toBeVisible();
  await expect(uma.getByText('SIZE = large')).toBeVisible();
  await expect(uma.getByText('small', { exact: true })).toBeVisible();
  await send(portal, 'uma', 'DELETE', `/instances/${id}`);
});

test("an app's page: likes, versions, what can be done, and who may not", async () => {
  await uma.goto(at(`/apps/${made.apps.Hello}`));
  await uma.getByRole('button', { name: 'Like (0 likes)' }).click();
  await expect(
    uma.getByRole('button', { name: 'Liked (1 like)' }),
  ).toBeVisible();
  // What runs is led to; another one is begun beside it.
  await expect(
    uma.getByRole('link', { name: 'Open', exact: true }),
  ).toHaveAttribute('href', /apps\.localhost/);
  await expect(uma.getByRole('button', { name: 'Run another' })).toBeVisible();
  await uma.getByRole('tab', { name: 'All instances' }).click();
  await expect(uma).toHaveURL(/tab=all/);
  await expect(uma.getByRole('button', { name: /^Options/ })).toHaveCount(0);
  // Not runnable here: said with who can fix it; its owner looks again.
  await dev.goto(at(`/apps/${made.apps.nginx}`));
  await expect(
    dev.getByRole('button', { name: 'Run', exact: true }),
  ).toBeDisabled();
  const why = dev.getByRole('region', { name: 'Preconditions' });
  await expect(why).toContainText('An admin can fix this.');
  await why.getByRole('button', { name: 'Check again' }).click();
  await expect(why.getByRole('status')).toContainText('Checked');
});

test('a change made from what is out of date is refused, and repeated from what is true', async () => {
  await dev.goto(at(`/apps/${made.apps.Hello}`));
  await dev.getByRole('button', { name: 'Options of Hello 1.0.0' }).click();
  await send(portal, 'ada', 'PATCH', `/apps/${made.apps.Hello}`, {
    tags: ['VERIFIED'],
  });
  const dialog = dev.getByRole('dialog');
  await pick(dev, /Who can see it/, 'Public');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText(
    'was changed by somebody else meanwhile',
  );
  await dialog.getByRole('button', { name: 'Reload' }).click();
  await expect(dialog.getByLabel('Verified')).toBeChecked();
  // Somebody else's tag stays: it cannot be assigned, nor taken off.
  await expect(dialog.getByLabel('Verified')).toBeDisabled();
  await dialog.getByText('Collaboration', { exact: true }).click();
  await expect(
    dialog.getByLabel('lines for app.toml', { exact: true }),
  ).toContainText('COLLABORATION');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await menu(dev, 'Hello 1.0.0', 'Transfer');
  await dialog.getByLabel('New owner').fill('vic');
  await expect(dialog.getByText('Means user:default/vic')).toBeVisible();
  await dialog.getByRole('button', { name: 'Offer', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText(/full access/);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});

test('an app is offered, withdrawn, declined and accepted', async () => {
  const offer = async () => {
    await dev.goto(at(`/apps/${made.apps.Asking}?dialog=transfer`));
    const dialog = dev.getByRole('dialog');
    await dialog.getByLabel('New owner').fill('uma');
    await dialog.getByRole('button', { name: 'Offer', exact: true }).click();
    await expect(dev.getByText('Offered to Uma User until')).toBeVisible();
  };
  const offered = uma.getByRole('region', { name: 'Offered to you' });
  await offer();
  await ada.goto(at('/admin/apps?search=asking'));
  await expect(ada.getByText('Offered to Uma User until')).toBeVisible();
  await dev
    .getByRole('button', { name: 'Withdraw the offer of Asking 1.0.0' })
    .click();
  await expect(dev.getByText('Offered to Uma User until')).toHaveCount(0);
  await uma.goto(at('/my-apps'));
  await expect(uma.getByRole('heading', { name: 'My apps' })).toBeVisible();
  await expect(offered).toHaveCount(0);

  await offer();
  await uma.reload();
  await offered.getByRole('button', { name: 'Decline Asking 1.0.0' }).click();
  await expect(offered).toHaveCount(0);

  await offer();
  await uma.reload();
  await accessible(uma, 'offered');
  await pictures(uma, 'my-apps-offered');
  await offered.getByRole('button', { name: 'Accept Asking 1.0.0' }).click();
  const asked = uma.getByRole('dialog');
  await expect(asked).toContainText(
    'You become the owner of com.example.asking 1.0.0.',
  );
  await accessible(uma, 'accepting an offer');
  await asked.getByRole('button', { name: 'Accept' }).click();
  await expect(uma.getByRole('table', { name: 'My apps' })).toContainText(
    'Asking',
  );
});

test('my instances: extend, share, terminate and restore', async () => {
  await uma.goto(at('/instances'));
  const list = uma.getByRole('list', { name: 'My instances' });
  await pick(uma, /Status/, 'Suspended');
  await expect(uma.getByText('No matching instances')).toBeVisible();
  await uma.getByRole('button', { name: 'Show all instances' }).click();
  await menu(uma, 'Notes', 'Extend');
  await expect(uma.getByText(/Notes runs until/)).toBeVisible();
  await expect(list).toContainText(/Notes.*will be suspended in 1[12] h/);
  await menu(uma, 'Notes', 'Who can open it');
  await uma.getByText('Public: everybody, without signing in').click();
  await expect(uma.getByText('Everybody who has the address')).toBeVisible();
  await uma.getByRole('button', { name: 'Save' }).click();
  await expect(list).toContainText(/Notes.*public/);
  await list.getByRole('button', { name: /^Terminate Notes/ }).click();
  await uma.getByRole('button', { name: 'Terminate', exact: true }).click();
  const ended = uma.getByRole('list', { name: 'Recently terminated' });
  await expect(ended.getByRole('listitem')).toHaveCount(2);
  await uma.getByRole('button', { name: 'Undo' }).click();
  await expect(list).toContainText(/Notes.*Suspended/);
  await expect(ended.getByRole('listitem')).toHaveCount(1);
  // Its page says so, and takes it back, too.
  await ended.getByRole('link', { name: /^Notes/ }).click();
  await expect(
    uma.getByText('Terminated. Its volume is still kept'),
  ).toBeVisible();
  await uma.getByRole('button', { name: 'Restore Notes' }).click();
  await expect(uma.getByRole('button', { name: 'Resume Notes' })).toBeVisible();
  await uma.goto(at('/instances'));
  await expect(ended).toHaveCount(0);
  await expect(list.getByRole('button', { name: /^Resume Notes/ })).toHaveCount(
    2,
  );
  await send(portal, 'uma', 'POST', `/instances/${made.notes}/resume`);
  await until(portal, 'uma', made.notes, 'DEPLOYED');
});

test('an instance: what the cluster says, and its aliases', async () => {
  await uma.goto(at(`/instances/${made.hello}?tab=status`));
  await expect(
    uma.getByRole('tabpanel').getByText('Running', { exact: true }),
  ).toBeVisible();
  await uma.getByRole('tab', { name: 'Aliases' }).click();
  await expect(uma).toHaveURL(/tab=aliases/);
  const table = uma.getByRole('table', { name: 'Aliases of this instance' });
  await expect(table).toContainText('umas-hello');
  await uma.getByRole('button', { name: 'Create an alias' }).click();
  await uma.getByLabel('Name').fill('Not a name');
  await expect(uma.getByRole('dialog').getByRole('alert')).toContainText(
    'lower case letters',
  );
  await uma.getByLabel('Name').fill('team');
  await uma.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(uma.getByRole('dialog').getByRole('alert')).toContainText(
    /team/,
  );
  await uma.getByLabel('Name').fill('second');
  await uma.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(table.getByRole('row')).toHaveCount(3);
  await menu(uma, 'second', 'Make primary');
  await expect(
    uma.getByText(/\/\/second\.apps\.localhost/).first(),
  ).toBeVisible();
  await expect(table).toContainText('Primary');
  // Neither an admin nor the app's owner opens what is private.
  await ada.goto(at(`/instances/${made.whoami}`));
  await expect(
    ada.getByRole('button', {
      name: /Open Who am I: It is private\. Only its owner/,
    }),
  ).toBeVisible();
  await ada.getByRole('button', { name: 'More for Who am I' }).click();
  await ada.getByRole('menuitem', { name: 'Disable auto-suspend' }).click();
  await expect(
    ada.getByText('will not be suspended automatically'),
  ).toBeVisible();
});

test('aliases: moved, their history, undone, deleted', async () => {
  await uma.goto(at('/aliases'));
  const table = uma.getByRole('table', { name: 'Aliases' });
  const row = table.getByRole('row', { name: /spare/ });
  await expect(row).toContainText('No instance');
  await uma.getByRole('button', { name: 'Assign spare' }).click();
  await pick(uma, /Points to/, /^Hello 1\.0\.0/);
  await uma.getByRole('button', { name: 'Save' }).click();
  await expect(row.getByRole('link', { name: 'Hello' })).toBeVisible();
  await uma.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toContainText('No instance');
  await menu(uma, 'spare', 'History');
  const history = uma.getByRole('list', { name: 'History of spare' });
  await expect(history).toContainText('Assigned to');
  await expect(history).toContainText('Created by Uma User');
  await uma.getByRole('button', { name: 'Close' }).last().click();
  await menu(uma, 'spare', 'Delete');
  await uma.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(row).toHaveCount(0);
  // An admin still sees where it led, by its name.
  await ada.goto(at('/admin/aliases?search=spare'));
  await ada.getByRole('button', { name: /deleted alias spare/ }).click();
  const past = ada.getByRole('list', { name: 'History of spare' });
  await expect(past).toContainText('Deleted by Uma User');
  await expect(past).toContainText('Assigned to');
  await expect(past).toContainText(
    'only the former owner of the alias can use the name',
  );
  await ada.getByRole('button', { name: 'Release the name now' }).click();
  await expect(past).toContainText('Name released by Ada Admin');
  await expect(past).not.toContainText('only the former owner');
  await ada.getByRole('button', { name: 'Close' }).last().click();
});

test('secrets: made, shown for a while, replaced, kept while needed', async () => {
  await uma.goto(at('/secrets'));
  const table = uma.getByRole('table', { name: 'Secrets' });
  await expect(table).toContainText('mail-gateway');
  await expect(table).not.toContainText('licence');
  // What is for all is an admin's to change.
  await expect(
    uma.getByRole('button', { name: 'Replace mail-gateway' }),
  ).toHaveCount(0);
  await uma.getByRole('button', { name: 'Create a secret' }).click();
  const dialog = uma.getByRole('dialog');
  await dialog.getByLabel('Name').fill('token');
  await dialog.getByLabel('Key 1', { exact: true }).fill('value');
  await dialog
    .getByLabel('Value of value', { exact: true })
    .fill('a value that no page shows');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(table).toContainText('token');
  await menu(uma, 'token', 'Reveal');
  await expect(dialog.getByText('audit log records')).toBeVisible();
  await dialog.getByRole('button', { name: 'Reveal' }).click();
  await expect(dialog.getByText('a value that no page shows')).toBeVisible();
  await dialog.getByRole('button', { name: 'Hide' }).click();
  expect(await uma.content()).not.toContain('a value that no page shows');
  expect(uma.url()).not.toContain('value');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await menu(uma, 'token', 'Lines for app.toml');
  await expect(dialog).toContainText('SecretKey = "value"');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await uma.getByRole('button', { name: 'Replace token' }).click();
  await expect(dialog).toContainText('replaces all keys');
  await dialog.getByRole('button', { name: 'Remove value' }).click();
  await expect(dialog).toContainText('Will be deleted: value');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  // An app needs it: it stays, and who needs it is said.
  await dev.goto(at('/secrets'));
  await menu(dev, 'greeting', 'Delete');
  await expect(dev.getByRole('dialog')).toContainText('Who am I 1.0.0 needs');
  await expect(
    dev.getByRole('button', { name: 'Delete', exact: true }),
  ).toBeDisabled();
  await dev.getByRole('button', { name: 'Cancel' }).click();
  // What runs keeps the old value, and says so.
  await send(portal, 'dev', 'PUT', '/secrets/greeting', {
    data: { message: 'another one' },
  });
  await dev.goto(at('/instances'));
  await expect(dev.getByText('Uses an old value of greeting')).toBeVisible();
});

test('tags: an admin makes, changes and deletes them; others put them on apps', async () => {
  await uma.goto(at('/tags'));
  await expect(uma.getByRole('table', { name: 'Badges' })).toContainText(
    'store-admins',
  );
  await expect(uma.getByRole('button', { name: 'Create a tag' })).toHaveCount(
    0,
  );
  await expect(uma.getByRole('button', { name: 'Edit Verified' })).toHaveCount(
    0,
  );
  await ada.goto(at('/tags'));
  await ada.getByRole('button', { name: 'Create a tag' }).click();
  await ada.getByLabel('Name').fill('BETA');
  await ada.getByLabel('Title').fill('Beta');
  await ada.getByLabel('Visitor roles').fill('group:default/design-guests');
  await ada.getByRole('button', { name: 'Create', exact: true }).click();
  const opened = ada.getByRole('table', { name: 'Authorization tags' });
  await expect(opened).toContainText('Beta');
  await ada.getByRole('button', { name: 'Edit Beta' }).click();
  await expect(ada).toHaveURL(/tag=BETA/);
  await ada.getByLabel('Title').fill('Preview');
  await ada.getByRole('button', { name: 'Save' }).click();
  await expect(opened).toContainText('Preview');
  await ada.getByRole('button', { name: 'Delete Preview' }).click();
  await ada.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(opened).not.toContainText('Preview');
});

test('admin: everything, whomever it belongs to, and the audit of it', async () => {
  await ada.getByRole('link', { name: 'Admin' }).click();
  const main = ada.getByRole('main');
  await expect(ada.getByRole('table', { name: 'All apps' })).toContainText(
    'Devika Developer',
  );
  await main.getByRole('link', { name: 'Instances' }).click();
  const list = ada.getByRole('list', { name: 'All instances' });
  await expect(list).toContainText('Victor Visitor');
  await pick(ada, /Status/, 'Running');
  await expect(ada).toHaveURL(/status=DEPLOYED/);
  await main.getByRole('link', { name: 'Secrets' }).click();
  await pick(ada, /Available to/, 'One app');
  await expect(ada.getByRole('table', { name: 'Secrets' })).toContainText(
    'App com.example.hello',
  );
  await main.getByRole('link', { name: 'Aliases' }).click();
  await expect(ada.getByRole('table', { name: 'Aliases' })).toContainText(
    'team',
  );
  await main.getByRole('link', { name: 'Audit' }).click();
  await ada.getByLabel('Who', { exact: true }).fill('uma');
  await ada.getByLabel('Action').fill('secret:reveal');
  await ada.getByRole('button', { name: 'Filter' }).click();
  await expect(ada).toHaveURL(/actor=uma/);
  const audit = ada.getByRole('table', { name: 'Audit' });
  await expect(audit.getByRole('row')).toHaveCount(2);
  await audit.getByRole('button', { name: /^Detail/ }).click();
  await expect(ada.getByRole('dialog')).toContainText('3.5 own secret');
  expect(await ada.content()).not.toContain('a value that no page shows');
});

test('admin: policies, and why somebody may not do something', async () => {
  await ada.goto(at('/admin/policies'));
  await expect(ada.getByText('Access policies are disabled')).toBeVisible();
  await ada.getByRole('button', { name: 'Edit support-reads-logs' }).click();
  const editor = ada.getByLabel('Policies in JSON');
  const text = await editor.inputValue();
  await editor.fill('{');
  await expect(
    ada.getByRole('button', { name: 'Import', exact: true }),
  ).toBeDisabled();
  await editor.fill(text.replace('"*"', '"nonsense"'));
  await ada.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(ada.getByRole('dialog').getByRole('alert')).toBeVisible();
  await editor.fill(text.replace('"allow"', '"deny"'));
  await ada.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(
    ada.getByRole('table', { name: 'Access policies' }),
  ).toContainText('deny role:group:default/support');
  await ada.goto(
    at(
      `/admin/policies?tab=why&kind=instance&action=open&person=ada&resource=${made.notes}`,
    ),
  );
  await send(portal, 'uma', 'PATCH', `/instances/${made.notes}`, {
    visibility: 'PRIVATE',
  });
  await ada.getByRole('button', { name: 'Check' }).click();
  const answer = ada.getByRole('status').filter({ hasText: 'Not allowed' });
  await expect(answer).toContainText(
    'Not allowed for Ada Admin: instance:open',
  );
  await expect(answer).toContainText('Its owner can do it.');
});

test('a machine token is shown once, and revoked', async () => {
  await uma.goto(at('/access'));
  await uma.getByRole('button', { name: 'Create a machine token' }).click();
  await uma.getByLabel('Name').fill('Pipeline');
  await uma.getByRole('button', { name: 'Create', exact: true }).click();
  const shown = uma.getByLabel('token', { exact: true });
  await expect(shown).toHaveText(/^aas_[\w-]{40,}$/);
  const token = (await shown.textContent())!.trim();
  const me = () =>
    fetch(`${portal.url}/api/app-store/v1/me`, {
      headers: { authorization: `Bearer ${token}` },
    });
  expect((await (await me()).json()).userEntityRef).toBe('user:default/uma');
  await uma.reload();
  await expect(uma.getByText('nightly build')).toBeVisible();
  expect(await uma.content()).not.toContain(token);
  await uma.getByRole('button', { name: 'Revoke Pipeline' }).click();
  await uma.getByRole('button', { name: 'Revoke', exact: true }).click();
  await expect(
    uma.getByRole('table', { name: 'Access tokens' }),
  ).not.toContainText('Pipeline');
  expect((await me()).status).toBe(401);
});

test('who may not see a page is told so kindly, and has no way to it', async () => {
  await vic.goto(at(''));
  const navigation = vic.getByRole('navigation').first();
  for (const [path, name, words] of [
    ['/my-apps', 'My apps', 'Visitors can run apps'],
    ['/secrets', 'Secrets', 'Visitors have no secrets'],
    ['/tags', 'Tags', 'for people with full access'],
    ['/aliases', 'Aliases', 'for people with full access'],
    ['/admin/audit', 'Admin', 'for admins of the store'],
  ]) {
    await expect(navigation.getByRole('link', { name })).toHaveCount(0);
    await vic.goto(at(path));
    await expect(vic.getByText(words)).toBeVisible();
    await expect(
      vic.getByRole('link', { name: 'Go to the store' }),
    ).toBeVisible();
  }
  await vic.goto(at(`/instances/${made.hello}`));
  await expect(
    vic.getByRole('heading', { name: 'Instance not found' }),
  ).toBeVisible();
  await uma.goto(at('/admin'));
  await expect(uma.getByText('for admins of the store')).toBeVisible();
});

test('whoever is not signed in is asked to sign in first, wherever they come', async ({
  browser,
}) => {
  const stranger = await (await browser.newContext()).newPage();
  for (const path of ['', '/secrets', '/admin/audit']) {
    await stranger.goto(at(path));
    await expect(
      stranger.getByRole('button', { name: 'Sign in as Uma User' }),
    ).toBeVisible();
    await expect(stranger.getByRole('main')).not.toContainText('Acme Apps');
  }
  await stranger.context().close();
});
