/** Sessions and keys (11, 24), and the way into an app (30). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { signedIn } from '../e2e/people';
import type { World } from '../spec/World';
import { plantCookies } from './cookies';
import { expect, test } from './fixtures';

/** Holds a socket open, and says who is there. */
const APP = `
const { createHash } = require('node:crypto');
const http = require('node:http');
const server = http.createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end('<!doctype html><title>' + (request.headers['x-app-store-user'] || 'nobody') + '</title>');
});
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  socket.on('error', () => {});
});
server.listen(Number(process.env.PORT));
`;

async function running(world: World, name: string): Promise<AppInstance> {
  const app = await world.import('dev', {
    name,
    runtime: null,
    tables: '[Runtime]\nAppMode = "node"\nModule = "app.js"',
    files: { 'app.js': APP },
  });
  const instance = await world.run('dev', app, { visibility: 'ALL_USERS' });
  await world.eventually(
    () => world.visit(instance.id),
    answer => answer.status === 302,
  );
  return instance;
}

/** Everything that the gateway's database holds, as bytes, with what is not in its main file yet. */
function databaseOf(world: World): string {
  const directory = join(world.portal.data, 'db');
  return readdirSync(directory)
    .filter(file => file.startsWith('app-store-gateway.'))
    .map(file => readFileSync(join(directory, file), 'latin1'))
    .join('\n');
}

test('11: no key of the gateway is in the database in clear', async ({
  world,
}) => {
  const instance = await running(world, 'eleven');
  // Somebody is inside, so that every key was needed.
  const open = await world.enter('uma', instance.id);
  expect((await open()).body).toContain('user:default/uma');
  const all = databaseOf(world);
  // What it holds is not printed where this fails.
  expect({
    sealed: ['state', 'assertions'].map(name =>
      new RegExp(`${name}:[0-9a-f]{16}`).test(all),
    ),
    clear: all.includes('PRIVATE KEY'),
  }).toEqual({ sealed: [true, true], clear: false });
});

test('24: a sign-out closes the sockets of the person, and no others', async ({
  world,
  browser,
}) => {
  const instance = await running(world, 'twentyfour');
  const inside = async (person: 'uma' | 'ada') => {
    const page = await signedIn(browser, world.portal, person);
    await page.goto(instance.url);
    await expect(page).toHaveTitle(`user:default/${person}`);
    await page.evaluate(
      () =>
        new Promise<void>(resolve => {
          const socket = new WebSocket(`ws://${window.location.host}/`);
          socket.onopen = () => resolve();
          socket.onclose = () => {
            document.title = 'closed';
          };
        }),
    );
    return page;
  };
  const uma = await inside('uma');
  const ada = await inside('ada');
  await fetch(`${world.portal.url}/api/app-store-gateway/v1/sign-out`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await world.portal.token('uma')}` },
  });
  await expect(uma).toHaveTitle('closed', { timeout: 5000 });
  await sleep(300);
  await expect(ada).toHaveTitle('user:default/ada');
  await uma.context().close();
  await ada.context().close();
});

test('30: what the portal gave to another person signs nobody in', async ({
  world,
  browser,
}) => {
  const instance = await running(world, 'thirty');
  const passOf = async (person: string) => {
    const answer = await fetch(
      `${world.portal.url}/api/app-store-gateway/v1/passes`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await world.portal.token(person)}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ url: instance.url }),
      },
    );
    return (await answer.json()).url;
  };
  // The attacker (ada) sends the victim to the app with a pass of her own.
  const victim = await signedIn(browser, world.portal, 'uma');
  await victim.goto(await passOf('ada'));
  await expect(victim).toHaveTitle('user:default/uma');
  // And one who is signed in nowhere ends at the choice of people, not inside.
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(await passOf('ada'));
  await expect(
    stranger.getByRole('button', { name: 'Sign in as Uma User' }),
  ).toBeVisible();
  // An app cannot plant the cookie of a pass for the portal's host.
  await plantCookies(
    victim,
    ['localhost', '.localhost', 'apps.localhost'].map(
      domain => `app-store-pass=planted; domain=${domain}; path=/`,
    ),
  );
  const sent = await victim
    .context()
    .cookies(`${world.portal.url}/api/app-store-gateway/v1/enter`);
  expect(sent.filter(({ value }) => value === 'planted')).toEqual([]);
  await victim.context().close();
  await stranger.context().close();
});

test('30: a click in the portal leads in without loading the portal once more', async ({
  world,
  browser,
}) => {
  const instance = await running(world, 'click');
  const page = await signedIn(browser, world.portal, 'uma');
  await page.goto(`${world.portal.url}/app-store/instances/${instance.id}`);
  const documents: string[] = [];
  page.context().on('request', request => {
    if (request.isNavigationRequest())
      documents.push(new URL(request.url()).pathname);
  });
  await page.getByRole('link', { name: /^Open/ }).first().click();
  await expect(page).toHaveTitle('user:default/uma');
  expect(documents).toEqual([
    '/.app-store/begin',
    '/api/app-store-gateway/v1/enter',
    '/.app-store/enter',
    '/',
  ]);
  // An address that was typed goes the way by the portal's page.
  documents.length = 0;
  const other = await (await browser.newContext()).newPage();
  await other.goto(instance.url);
  expect(new URL(other.url()).pathname).toBe('/app-store-enter');
  await other.context().close();
  await page.context().close();
});
