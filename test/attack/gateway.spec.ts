/** What apps and their visitors can do to each other by way of the gateway. */
import type { Page } from '@playwright/test';
import { connect } from 'node:net';
import { signedIn } from '../e2e/people';
import type { World } from '../spec/World';
import { plantCookies } from './cookies';
import { expect, test } from './fixtures';

/** HTTP/1.1 from Python's standard library: a body that nobody reads stays where the next request begins. */
const CARELESS = `
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def answer(self):
        body = (self.path + ' for ' + str(self.headers.get('x-app-store-user'))).encode()
        self.send_response(200)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = do_PUT = do_DELETE = answer

ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Handler).serve_forever()
`;

/** Closes a kept connection as soon as it may, sends hints, answers WebSockets late. */
const HASTY = `
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/hints') response.writeEarlyHints({ link: '</x.css>; rel=preload; as=style' });
  response.end('ok');
});
server.keepAliveTimeout = 5;
server.keepAliveTimeoutBuffer = 0;
server.listen(Number(process.env.PORT));
`;

/** Serves what a neighbour would like people to open. */
const EVIL = `
require('node:http').createServer((request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>Evil</title><h1>Look here</h1>');
}).listen(Number(process.env.PORT));
`;

/** Answers how many connections it has; all else waits for ever. */
const COUNTING = `
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/hang') return;
  if (request.url !== '/open') return response.end('ok');
  server.getConnections((error, n) => response.end(String(n)));
});
// Notices that the other side has ended.
server.on('upgrade', (request, socket) => socket.on('end', () => socket.end()).resume());
server.listen(Number(process.env.PORT));
`;

const shared = { visibility: 'ALL_USERS' };

/** An app of one file of its own. */
const node = (name: string, source: string) => ({
  name,
  runtime: null,
  tables: '[Runtime]\nAppMode = "node"\nModule = "app.js"\n',
  files: { 'app.js': source },
});

async function evilPage(
  world: World,
  page: Page,
): Promise<{
  evil: string;
  address: (instanceId: string, path?: string) => string;
}> {
  const app = await world.import('dev', node('evil', EVIL));
  const { id } = await world.run('dev', app, shared);
  const address = (instanceId: string, path = '/') =>
    `http://${instanceId}.apps.localhost:${world.portal.gatewayPort}${path}`;
  await page.goto(address(id));
  await expect(page.getByRole('heading', { name: 'Look here' })).toBeVisible();
  return { evil: id, address };
}

test('1: a body that an app leaves unread is never the next request', async ({
  world,
}) => {
  const app = await world.import('dev', {
    name: 'careless',
    runtime: null,
    tables: '[Runtime]\nAppMode = "python"\nModule = "careless"\nPort = 8080\n',
    files: { 'careless.py': CARELESS },
  });
  const { id } = await world.run('dev', app, shared);
  const [dev, uma] = await Promise.all([
    world.enter('dev', id),
    world.enter('uma', id),
  ]);
  const wrong: string[] = [];
  for (let n = 0; n < 30; n++) {
    const method = ['POST', 'PUT', 'DELETE', 'GET'][n % 4];
    const raw =
      'GET /smuggled HTTP/1.1\r\nHost: x\r\nX-App-Store-User: user:default/ada\r\n\r\n';
    const [, { body }] = await Promise.all([
      dev('/sends', { method, raw }),
      uma(`/reads-${n}`),
    ]);
    if (body !== `/reads-${n} for user:default/uma`) wrong.push(body);
    const after = (await uma(`/again-${n}`)).body;
    if (after !== `/again-${n} for user:default/uma`) wrong.push(after);
  }
  expect(wrong).toEqual([]);
});

test('9: a session cookie that a neighbour plants lets nobody work in another’s name', async ({
  world,
  browser,
}) => {
  const app = await world.import('dev', { name: 'shared' });
  const { id } = await world.run('dev', app, shared);
  const page = await signedIn(browser, world.portal, 'uma');
  const { evil, address } = await evilPage(world, page);
  const user = async (path: string) => {
    await page.goto(address(id, path));
    const body = page.locator('body');
    await expect(body).toContainText('"user":"user:default/');
    return JSON.parse(await body.innerText()).user;
  };
  expect(await user('/x/1')).toBe('user:default/uma');

  // A session of dev's own at the same host, as dev gets it.
  const mallory = await signedIn(browser, world.portal, 'dev');
  await mallory.goto(address(id, '/x'));
  await expect(mallory.locator('body')).toContainText('user:default/dev');
  const [{ value }] = await mallory
    .context()
    .cookies(address(id))
    .then(cookies => cookies.filter(each => each.name === 'app-store-session'));
  await mallory.context().close();
  await page.goto(address(evil));
  await plantCookies(page, [
    `app-store-session=${value}; domain=apps.localhost; path=/x`,
  ]);
  const sent = await page.context().cookies(address(id, '/x'));
  expect(sent.map(each => each.value)).toContain(value);
  expect(await user('/x/2')).toBe('user:default/uma');
  expect(await user('/x/3')).toBe('user:default/uma');
  await page.context().close();
});

test('10: cookies that a neighbour fills a browser with are gone after one answer', async ({
  world,
  browser,
}) => {
  const app = await world.import('dev', { name: 'bombed' });
  const { id } = await world.run('dev', app, shared);
  const page = await signedIn(browser, world.portal, 'uma');
  const { address } = await evilPage(world, page);
  const bombs = Array.from(
    { length: 20 },
    (_, n) =>
      `bomb-${n}=${'x'.repeat(
        3000,
      )}; domain=apps.localhost; path=/; max-age=99999`,
  );
  expect(await plantCookies(page, bombs)).toContain('bomb-19=');
  const refused = await page.goto(address(id));
  expect(refused!.status()).toBe(431);
  await page.getByRole('link', { name: 'Try again' }).click();
  await expect(page.locator('body')).toContainText('user:default/uma');
  await page.context().close();
});

test('10: a neighbour neither shows an app in a frame nor keeps a hold of the portal', async ({
  world,
  browser,
}) => {
  const app = await world.import('dev', { name: 'framed' });
  const open = await world.import('dev', {
    name: 'open-to-frames',
    runtime: 'FrameAncestors = ["*"]',
  });
  const { id } = await world.run('dev', app, shared);
  const wide = await world.run('dev', open, shared);
  const page = await signedIn(browser, world.portal, 'uma');
  const { evil, address } = await evilPage(world, page);
  for (const each of [id, wide.id]) {
    await page.goto(address(each));
    await expect(page.locator('body')).toContainText('user:default/uma');
  }
  await page.goto(address(evil));
  const framed = async (url: string) => {
    await page.evaluate(
      src =>
        new Promise<void>(resolve => {
          const frame = document.createElement('iframe');
          frame.src = src;
          frame.onload = () => resolve();
          document.body.append(frame);
        }),
      url,
    );
    return page.frames().at(-1)!.url();
  };
  expect(await framed(address(id))).toBe('chrome-error://chromewebdata/');
  expect(await framed(address(wide.id))).toBe(address(wide.id));

  const [portal] = await Promise.all([
    page.context().waitForEvent('page'),
    page.evaluate(url => {
      (window as { held?: Window | null }).held = window.open(url);
    }, `${world.portal.url}/app-store`),
  ]);
  await expect(
    portal
      .getByRole('heading', { name: 'App Store', level: 1 })
      .or(portal.getByText('Choose an app'))
      .first(),
  ).toBeVisible();
  // Closed is what a page is told of a window that it has no hold of.
  expect(
    await page.evaluate(
      () => (window as { held?: Window | null }).held!.closed,
    ),
  ).toBe(true);
  expect(portal.isClosed()).toBe(false);
  await page.context().close();
});

test('25: an app that closes kept connections, or sends hints first, never gives a 502', async ({
  world,
}) => {
  const app = await world.import('dev', node('hasty', HASTY));
  const { id } = await world.run('dev', app, shared);
  const uma = await world.enter('uma', id);
  const statuses = new Set<number>();
  for (let n = 0; n < 150; n++) {
    statuses.add((await uma(n % 3 ? '/' : '/hints')).status);
    if (n % 5 === 0)
      statuses.add((await uma('/', { method: 'POST', raw: 'x' })).status);
    // About as long as the app keeps a connection.
    await new Promise(resolve => setTimeout(resolve, 3 + (n % 5)));
  }
  expect([...statuses]).toEqual([200]);
});

test('22: whoever leaves while they are being let in leaves nothing behind', async ({
  world,
}) => {
  const app = await world.import('dev', node('counting', COUNTING));
  const { id } = await world.run('dev', app, shared);
  const enter = await world.enter('uma', id);
  const open = async () => Number((await enter('/open')).body);
  /** Sends the head of a request and goes away. */
  const leave = (lines: string[], ms: number) =>
    new Promise<void>(resolve => {
      const socket = connect(world.portal.gatewayPort, '127.0.0.1', () => {
        socket.write(
          `GET /hang HTTP/1.1\r\nHost: ${enter.host}\r\nCookie: ${
            enter.cookie
          }\r\nOrigin: http://${enter.host}\r\n${lines.join('')}\r\n`,
        );
        setTimeout(() => {
          socket.destroy();
          resolve();
        }, ms);
      });
      socket.on('error', () => undefined);
    });
  const upgrade = [
    'Connection: Upgrade\r\n',
    'Upgrade: websocket\r\n',
    'Sec-WebSocket-Version: 13\r\n',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
  ];
  for (const lines of [[], upgrade])
    await Promise.all(
      // Some before they are let in, some while the app holds them up.
      Array.from({ length: 20 }, (_, i) => leave(lines, i * 10)),
    );
  // The one that asks.
  await expect.poll(open).toBe(1);
});
