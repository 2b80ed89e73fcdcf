/**
 * The portal in production: started by `npm run production` with PostgreSQL and an
 * OpenID Connect issuer, signed in to in a browser. There is no cluster; the store
 * does not need one to say who may do what.
 */
import {
  expect,
  test,
  type Browser,
  type Page,
  type Request,
} from '@playwright/test';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { Issuer } from './Issuer';

import { pictures } from './pictures';
import { ProductionPortal } from './ProductionPortal';

test.describe.configure({ mode: 'serial' });

const SUBJECTS = {
  ada: '0b1f2c3d-1111-4222-8333-444455556666',
  uma: 'auth0|5f7c8ec7c33c6c004bbafe82',
  vic: 'Vic',
};
let portal: ProductionPortal;
let issuer: Issuer;
let ada: Page;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  portal = await ProductionPortal.create();
  issuer = await Issuer.start(portal.url);
  await issuer.put('ada', {
    sub: SUBJECTS.ada,
    name: 'Ada Admin',
    roles: ['admin', 'staff', 'default-roles-Example Inc'],
  });
  await issuer.put('uma', {
    sub: SUBJECTS.uma,
    name: 'Uma User',
    roles: ['staff'],
  });
  await issuer.put('vic', {
    sub: SUBJECTS.vic,
    name: 'Victor Visitor',
    roles: [],
  });
  await portal.start({
    OIDC_METADATA_URL: `${issuer.url}/.well-known/openid-configuration`,
    OIDC_CLIENT_ID: issuer.client.id,
    OIDC_CLIENT_SECRET: issuer.client.secret,
    OIDC_TITLE: 'Example Inc.',
    AUTH_SESSION_SECRET: randomBytes(32).toString('hex'),
    FULL_ACCESS_ROLE: 'staff',
  });
});

test.afterAll(async () => {
  await portal?.stop();
  await issuer?.stop();
});

const isMe = (request: Request) =>
  request.url() === `${portal.url}/api/app-store/v1/me`;

/** What the page learns of its person after a step, and the token with which it asked. */
async function meAfter(page: Page, step: () => Promise<unknown>) {
  // A page asks more than once: an answer to the page before is not the one that is meant.
  const since = Date.now();
  const asked = page.waitForResponse(
    response =>
      isMe(response.request()) &&
      response.request().timing().startTime >= since,
  );
  await step();
  const response = await asked;
  return {
    me: await response.json(),
    authorization: await response.request().headerValue('authorization'),
  };
}

async function enter(page: Page, login: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in with Example Inc.' }).click();
  await page.getByLabel('Login').fill(login);
  await page.getByRole('button', { name: 'Enter' }).click();
}

async function signIn(browser: Browser, login: string, path = '/app-store') {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${portal.url}${path}`);
  return { page, ...(await meAfter(page, () => enter(page, login))) };
}

async function call(authorization: string | null, path: string, body?: object) {
  const response = await fetch(`${portal.url}/api/app-store/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: authorization!,
      'content-type': 'application/json',
    },
    body: body && JSON.stringify(body),
  });
  return response.json();
}

async function bundleOf(name: string): Promise<Buffer> {
  const zip = new ZipFile();
  zip.addBuffer(
    Buffer.from(
      `[App]\nName = "${name}"\nVersion = "1.0.0"\nTitle = "${name}"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n`,
    ),
    'app.toml',
  );
  zip.addBuffer(
    Buffer.from(
      "require('http').createServer((q,s)=>s.end('ok')).listen(process.env.PORT)",
    ),
    'server.js',
  );
  zip.end();
  return buffer(zip.outputStream as Readable);
}

test('shows the way in through the issuer, and no other', async ({
  browser,
}) => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(portal.url);
  await expect(
    page.getByRole('button', { name: 'Sign in with Example Inc.' }),
  ).toBeVisible();
  await expect(page.getByRole('button')).toHaveCount(1);
  await pictures(page, 'sign-in-oidc');
  const demo = await fetch(`${portal.url}/api/auth/demo/refresh`, {
    headers: { 'x-demo-person': 'user:default/ada' },
  });
  expect(demo.status).toBe(404);
  await page.context().close();
});

test('an admin, a user with full access and a visitor are what their roles make them', async ({
  browser,
}) => {
  const admin = await signIn(browser, 'ada', '/app-store/instances');
  ada = admin.page;
  expect(admin.me).toMatchObject({
    userEntityRef: `user:oidc/${SUBJECTS.ada}`,
    displayName: 'Ada Admin',
    kind: 'full-access',
    admin: true,
    roles: [
      'role:oidc/admin',
      'role:oidc/staff',
      expect.stringMatching(/^role:oidc\/default-roles-exampl-x[0-9a-f]{40}$/),
    ],
  });
  // The way in leads to where somebody wanted to go.
  await expect(ada).toHaveURL(`${portal.url}/app-store/instances`);
  await expect(
    ada.getByRole('heading', { name: 'My instances', level: 2 }),
  ).toBeVisible();

  const user = await signIn(browser, 'uma');
  expect(user.me).toMatchObject({
    displayName: 'Uma User',
    kind: 'full-access',
    admin: false,
  });
  expect(user.me.userEntityRef).toMatch(/^user:oidc\/auth0-5f7c\S+$/);
  await user.page.context().close();

  const visitor = await signIn(browser, 'vic');
  expect(visitor.me).toMatchObject({
    displayName: 'Victor Visitor',
    kind: 'visitor',
    admin: false,
    roles: [],
  });
  await visitor.page.context().close();
});

test('a role that is taken away at the issuer is gone with the next refresh, for access tokens too', async () => {
  const before = await meAfter(ada, () => ada.reload());
  expect(before.me.admin).toBe(true);
  const { token } = await call(before.authorization, '/tokens', {
    name: 'a machine',
  });
  expect(await call(`Bearer ${token}`, '/me')).toMatchObject({ admin: true });

  await issuer.put('ada', {
    sub: SUBJECTS.ada,
    name: 'Ada Formerly',
    roles: ['staff'],
  });
  const after = await meAfter(ada, () => ada.reload());
  expect(after.me).toMatchObject({
    userEntityRef: before.me.userEntityRef,
    displayName: 'Ada Formerly',
    kind: 'full-access',
    admin: false,
    roles: ['role:oidc/staff'],
  });
  expect(await call(`Bearer ${token}`, '/me')).toMatchObject({ admin: false });
});

test('whoever gets the user name of somebody who left is somebody else', async ({
  browser,
}) => {
  const before = await signIn(browser, 'uma');
  await before.page.context().close();
  await issuer.put('uma', {
    sub: 'another',
    name: 'Uma Two',
    roles: ['staff'],
  });
  const after = await signIn(browser, 'uma');
  expect(after.me.userEntityRef).toBe('user:oidc/another');
  expect(after.me.userEntityRef).not.toBe(before.me.userEntityRef);
  await after.page.context().close();
});

test('a claim that is no list of names lets nobody in, and says who can change that', async ({
  browser,
}) => {
  await issuer.put('vic', {
    sub: SUBJECTS.vic,
    name: 'Victor Visitor',
    roles: 'admin' as unknown as string[],
  });
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${portal.url}/app-store`);
  await enter(page, 'vic');
  await expect(page.getByRole('alert')).toContainText('realm_access.roles');
  await expect(page.getByRole('alert')).toContainText('ROLES_CLAIM_INVALID');
  await expect(page).toHaveURL(`${portal.url}/app-store`);
  // And back again with a claim that is as it should be.
  await issuer.put('vic', {
    sub: SUBJECTS.vic,
    name: 'Victor Visitor',
    roles: ['guest'],
  });
  const { me } = await meAfter(page, () =>
    page.getByRole('button', { name: 'Sign in with Example Inc.' }).click(),
  );
  expect(me).toMatchObject({ roles: ['role:oidc/guest'] });
  await page.context().close();
});

test('signing out ends the session of the portal', async () => {
  await ada.goto(`${portal.url}/settings`);
  await ada.getByTestId('user-settings-menu').click();
  await ada.getByTestId('sign-out').click();
  const button = ada.getByRole('button', { name: 'Sign in with Example Inc.' });
  await expect(button).toBeVisible();
  const refresh = await ada.evaluate(async () => {
    const response = await fetch('/api/auth/oidc/refresh?env=production', {
      headers: { 'x-requested-with': 'XMLHttpRequest' },
    });
    return response.status;
  });
  expect(refresh).toBe(401);
  // Whoever signed out is not signed in again by opening the portal.
  await ada.reload();
  await expect(button).toBeVisible();
});

test('23: SIGTERM ends it within ten seconds, however much is open, and what is under way comes to its end', async ({
  browser,
}) => {
  // A page with its streams and its WebSocket, and the event bus of the portal's own parts.
  const { page, authorization } = await signIn(browser, 'uma');
  await page.goto(`${portal.url}/app-store/instances`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const bundle = await bundleOf('arrives-late');
  const importing = request(`${portal.url}/api/app-store/v1/apps`, {
    method: 'POST',
    headers: {
      authorization: authorization!,
      'content-type': 'application/zip',
      'content-length': String(bundle.length),
    },
  });
  const answered = once(importing, 'response');
  importing.write(bundle.subarray(0, bundle.length / 2));
  await sleep(1000);
  const began = performance.now();
  const ended = portal.end();
  await sleep(2000);
  importing.end(bundle.subarray(bundle.length / 2));
  const [answer] = await answered;
  expect(JSON.parse(await text(answer))).toMatchObject({
    app: { name: 'arrives-late' },
  });
  expect(answer.statusCode).toBe(201);
  expect(await ended).toBe(0);
  expect(performance.now() - began).toBeLessThan(6000);
  await page.context().close();
});

test('23: what is missing is said at once, with the variables', async () => {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['tools/portal.mjs', 'production'], {
    cwd: resolve(__dirname, '../..'),
    env: { PATH, HOME, PORTAL_URL: portal.url, POSTGRES_HOST: 'database' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  const output = (await said).join('');
  for (const [variable, key] of [
    ['APPS_URL', 'appStore.gateway.baseUrl'],
    ['POSTGRES_USER', 'backend.database.connection.user'],
    ['POSTGRES_PASSWORD', 'backend.database.connection.password'],
    ['AUTH_SESSION_SECRET', 'auth.session.secret'],
    ['OIDC_METADATA_URL', 'auth.providers.oidc.production.metadataUrl'],
    ['OIDC_CLIENT_ID', 'auth.providers.oidc.production.clientId'],
    ['OIDC_CLIENT_SECRET', 'auth.providers.oidc.production.clientSecret'],
  ])
    expect(output).toMatch(new RegExp(`${variable} +for ${key}`));
  expect(output).not.toContain('PORTAL_URL ');
});
