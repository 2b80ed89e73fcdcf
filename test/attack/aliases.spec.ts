/** An alias that leads to another app than before (4). */
import { signedIn } from '../e2e/people';
import { expect, test } from './fixtures';

/** Leaves in a browser whatever a page can leave, and says what it finds there. */
const app = (name: string) => `
const http = require('node:http');
http.createServer((request, response) => {
  const send = (type, body, headers = {}) => { response.writeHead(200, { 'content-type': type, ...headers }); response.end(body); };
  if (request.url === '/app.js') return send('text/javascript', 'document.title = ${JSON.stringify(
    name,
  )}', { 'cache-control': 'public, max-age=31536000, immutable' });
  if (request.url === '/sw.js') return send('text/javascript', 'self.addEventListener("fetch", e => e.respondWith(new Response("taken over")))');
  if (request.url === '/seen') return send('application/json', JSON.stringify({ app: ${JSON.stringify(
    name,
  )}, cookie: request.headers.cookie || '', user: request.headers['x-app-store-user'] || '' }), { 'cache-control': 'no-store' });
  if (request.url === '/leave') return send('text/html', '<p>left</p>', { 'set-cookie': ['sid=${name}; Path=/; HttpOnly', 'deep=${name}; Path=/leave; HttpOnly'] });
  send('text/html', '<!doctype html><title>?</title><script src="/app.js"></script>', { 'cache-control': 'no-store' });
}).listen(Number(process.env.PORT));
`;

const bundleOf = (name: string) => ({
  name,
  runtime: null,
  tables: '[Runtime]\nAppMode = "node"\nModule = "app.js"',
  files: { 'app.js': app(name) },
});

test('4: a moved alias brings nothing of the former app along', async ({
  world,
  browser,
}) => {
  const instances = [];
  for (const name of ['former', 'present'])
    instances.push(
      await world.run('dev', await world.import('dev', bundleOf(name)), {
        visibility: 'ALL_USERS',
      }),
    );
  const [former, present] = instances;
  await world.api('dev', 'POST', '/aliases', {
    name: 'moved',
    instanceId: former.id,
    primary: true,
  });
  const at = (path: string) =>
    `http://moved.apps.localhost:${world.portal.gatewayPort}${path}`;
  await world.eventually(
    () => world.visit('moved'),
    answer => answer.status === 302,
  );
  const page = await signedIn(browser, world.portal, 'uma');
  await page.goto(at('/'));
  await expect(page).toHaveTitle('former');
  await page.goto(at('/leave'));
  const worker = await page.evaluate(async () => {
    localStorage.setItem('former', 'secret');
    document.cookie = 'script=former; path=/';
    await (await caches.open('former')).put('/x', new Response('former'));
    return navigator.serviceWorker
      .register('/sw.js')
      .then(() => 'registered')
      .catch(String);
  });
  expect(worker).toContain('403');

  await world.api('dev', 'PUT', '/aliases/moved/assignment', {
    instanceId: present.id,
    primary: true,
  });
  await world.eventually(
    () => world.visit(present.id),
    answer => String(answer.headers.location).includes('//moved.'),
  );
  // The session was the former app's; whoever is signed in to the portal gets another one without a question.
  const old = await page.evaluate(async () => (await fetch('/seen')).status);
  expect(old).toBe(401);
  await page.goto(at('/'));
  await expect(page).toHaveTitle('present');
  // Also what the former app set for another path.
  const kept = await page.context().cookies(at('/leave'));
  expect(kept.filter(({ value }) => value === 'former')).toEqual([]);
  const found = () =>
    page.evaluate(async () => ({
      stored: { ...localStorage },
      caches: await caches.keys(),
      cookie: document.cookie,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      seen: await (await fetch('/seen')).json(),
    }));
  expect(await found()).toEqual({
    stored: {},
    caches: [],
    cookie: '',
    workers: 0,
    seen: { app: 'present', cookie: '', user: 'user:default/uma' },
  });
  // What the present app leaves is its own and stays.
  await page.evaluate(() => localStorage.setItem('present', 'kept'));
  await page.goto(at('/'));
  expect((await found()).stored).toEqual({ present: 'kept' });
  await page.context().close();
});

test('4: the name of a deleted alias is its last owner’s until an admin frees it', async ({
  world,
}) => {
  const make = (person: string) =>
    world.api(person, 'POST', '/aliases', { name: 'rests' });
  const drop = (person: string) =>
    world.api(person, 'DELETE', '/aliases/rests');
  expect((await make('dev')).status).toBe(201);
  expect((await make('uma')).body.code).toBe('ALIAS_EXISTS');
  await drop('dev');
  const refused = await make('uma');
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'ALIAS_NAME_RESTS', owner: 'you' },
  });
  expect(refused.body.detail).toContain('only its former owner');
  expect(refused.body.remedy).toContain('app-store admin alias free rests');
  // Admins free it first, and are told so, too.
  expect((await make('ada')).body.code).toBe('ALIAS_NAME_RESTS');
  // The last owner takes it again.
  expect((await make('dev')).status).toBe(201);
  await drop('dev');
  const typed = await world.cli('uma', ['alias', 'create', 'rests']);
  expect(typed.code).not.toBe(0);
  expect(typed.err).toContain('was deleted a short time ago');
  expect(typed.err).toContain('app-store admin alias free rests');
  for (const person of ['uma', 'dev', 'vic'])
    expect(
      (await world.api(person, 'POST', '/aliases/rests/free')).status,
    ).toBe(403);
  expect(
    (await world.cli('dev', ['admin', 'alias', 'free', 'rests'])).code,
  ).not.toBe(0);
  expect(
    (await world.cli('ada', ['admin', 'alias', 'free', 'rests'])).out,
  ).toContain('Anybody can use the name rests now.');
  expect((await make('uma')).status).toBe(201);
  expect(
    (await world.api('ada', 'POST', '/aliases/rests/free')).body.code,
  ).toBe('ALIAS_NAME_FREE');
});
