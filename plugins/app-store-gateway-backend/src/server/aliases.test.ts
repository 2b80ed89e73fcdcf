/** What an alias leaves in browsers when it leads to another instance, over real sockets. */
import { TestDatabases } from '@backstage/backend-test-utils';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import {
  cookieOf,
  GatewayUnderTest,
  NAVIGATION,
  UMA,
} from '../__testUtils__/GatewayUnderTest';
import { migrated } from '../__testUtils__/databases';

jest.setTimeout(60_000);

const ONE = '00000000-0000-4000-8000-000000000001';
const TWO = '00000000-0000-4000-8000-000000000002';
const ALIAS = 'shop.apps.localhost';
const FORMER_AUTHOR = 'user:default/dev';
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_17'] });

describe.each(databases.eachSupportedId())('aliases on %s', id => {
  let app: Server;
  let gateway: GatewayUnderTest;
  let everybody = false;

  const leadTo = (instanceId: string | undefined, moved = true) =>
    gateway.tell('alias', {
      name: 'shop',
      instanceId,
      primary: Boolean(instanceId),
      moved,
    });

  beforeAll(async () => {
    app = createServer((request, response) => {
      response.setHeader(
        'set-cookie',
        request.url === '/deep/page'
          ? ['deep=1; HttpOnly', 'far=1; Path=/far/away', 'odd name=1; Path=/x']
          : 'sid=present; Path=/',
      );
      response.end(JSON.stringify({ cookie: request.headers.cookie ?? '' }));
    });
    new WebSocketServer({ server: app }).on('connection', (socket, request) =>
      socket.send(request.headers.cookie ?? ''),
    );
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    const { port } = app.address() as { port: number };
    const knex = await migrated(databases, id);
    gateway = new GatewayUnderTest({ knex });
    gateway.allowed = (_, user) =>
      everybody || user === UMA || user === FORMER_AUTHOR;
    const route = (instance: string): GatewayRoute => ({
      id: instance,
      visibility: 'PRIVATE',
      status: 'DEPLOYED',
      terminating: false,
      stage: 'ready',
      endpoint: { address: '127.0.0.1', port, podUid: instance },
      title: 'An app',
      routingMode: 'DOMAIN',
      revision: '1',
    });
    await gateway.start([route(ONE), route(TWO)]);
  });

  beforeEach(async () => {
    everybody = false;
    await gateway.tell('access', {});
  });

  afterAll(async () => {
    await gateway.stop();
    app.closeAllConnections();
    app.close();
  });

  /** Signs in as a browser does; returns all its cookies. */
  async function signIn(
    host: string,
    path = '/',
    person = UMA,
  ): Promise<string> {
    const { begin, entered } = await gateway.signIn(host, {
      path,
      user: person,
    });
    const marks = (begin.headers['set-cookie'] ?? []).filter(cookie =>
      cookie.startsWith('app-store-mark='),
    );
    return [
      cookieOf(entered, 'app-store-session'),
      ...marks.map(m => m.split(';')[0]),
    ].join('; ');
  }

  it('4: a session of the former instance is none of the next', async () => {
    await leadTo(ONE, false);
    const cookie = await signIn(ALIAS);
    expect((await gateway.call(ALIAS, '/', { cookie })).status).toBe(200);
    await leadTo(TWO);
    expect((await gateway.call(ALIAS, '/', { cookie })).status).toBe(401);
    // Whoever follows a link is signed in anew without being asked.
    const again = await gateway.call(ALIAS, '/', { ...NAVIGATION, cookie });
    expect(again.status).toBe(302);
    expect(again.headers.location).toContain('/app-store-enter?state=');
    await leadTo(ONE);
    expect((await gateway.call(ALIAS, '/', { cookie })).status).toBe(200);
  });

  it('4: a session that the release before made at an alias is none, at the host of an instance it stays', async () => {
    await leadTo(undefined);
    const old = async (host: string) =>
      `app-store-session=${await gateway.sessions.create(host, UMA, 60_000)}`;
    const own = `${ONE}.apps.localhost`;
    expect(
      (await gateway.call(own, '/', { cookie: await old(own) })).status,
    ).toBe(200);
    await leadTo(ONE);
    expect(
      (await gateway.call(ALIAS, '/', { cookie: await old(ALIAS) })).status,
    ).toBe(401);
  });

  it('4: no script of a service worker is served under an alias', async () => {
    everybody = true;
    await gateway.tell('access', {});
    await leadTo(ONE, false);
    const askedFor: Array<Record<string, string>> = [
      { 'service-worker': 'script' },
      { 'sec-fetch-dest': 'serviceworker' },
    ];
    for (const headers of askedFor) {
      const refused = await gateway.call(ALIAS, '/sw.js', {
        ...headers,
        accept: '*/*',
      });
      expect([refused.status, JSON.parse(refused.body).code]).toEqual([
        403,
        'SERVICE_WORKER_REFUSED',
      ]);
      // The storage of the only app that was ever here stays.
      expect(refused.headers).not.toHaveProperty('clear-site-data');
    }
    // One that is there is asked for now and then: that rids the browser of it, wherever the alias leads.
    for (const instance of [TWO, undefined]) {
      await leadTo(instance);
      const asked = await gateway.call(ALIAS, '/sw.js', {
        'service-worker': 'script',
      });
      expect(asked.status).toBe(403);
      expect(asked.headers['clear-site-data']).toBe('"cache", "storage"');
    }
    // An instance's own host leads to nothing else.
    expect(
      (
        await gateway.call(`${ONE}.apps.localhost`, '/sw.js', {
          'service-worker': 'script',
        })
      ).status,
    ).toBe(200);
  });

  it('4: the first navigation after a move clears the site, once for each browser', async () => {
    await leadTo(ONE);
    const before = await signIn(ALIAS);
    await leadTo(TWO);
    const stale = `${before}; sid=former; other=1`;
    const begin = await gateway.call(ALIAS, '/a/b', {
      ...NAVIGATION,
      cookie: stale,
    });
    expect(begin.headers['clear-site-data']).toBe('"cache", "storage"');
    const set = begin.headers['set-cookie']!;
    for (const path of ['/', '/a', '/a/', '/a/b'])
      expect(set).toContain(`sid=; Path=${path}; Max-Age=0`);
    expect(set.filter(c => c.startsWith('app-store-session='))).toEqual([]);
    // Nonce and mark are of this answer and stay.
    const mark = cookieOf(begin, 'app-store-mark');
    const marked = await gateway.call(ALIAS, '/', {
      ...NAVIGATION,
      cookie: `${mark}; other=1`,
    });
    expect(marked.headers).not.toHaveProperty('clear-site-data');
    // A browser without any cookie may have storage all the same.
    expect(
      (await gateway.call(ALIAS, '/', NAVIGATION)).headers['clear-site-data'],
    ).toBe('"cache", "storage"');
    // The mark is of this instance, and nothing else will do.
    await leadTo(ONE);
    for (const cookie of [mark, `app-store-mark=${ONE}`])
      expect(
        (await gateway.call(ALIAS, '/', { ...NAVIGATION, cookie })).headers[
          'clear-site-data'
        ],
      ).toBe('"cache", "storage"');
  });

  it("4: somebody else's mark, put in place by a page of the former app, does not hold the clearing off", async () => {
    await leadTo(TWO);
    const markOf = async (cookie: string) => {
      const first = await gateway.call(ALIAS, '/', { ...NAVIGATION, cookie });
      expect(first.headers['clear-site-data']).toBe('"cache", "storage"');
      return cookieOf(first, 'app-store-mark');
    };
    const of = async (person: string) =>
      (await signIn(ALIAS, '/', person)).split('; ')[0];
    const planted = await markOf(await of(FORMER_AUTHOR));
    const uma = await of(UMA);
    const own = await markOf(`${uma}; ${planted}`);
    const visit = async (cookie: string) =>
      (await gateway.call(ALIAS, '/', { ...NAVIGATION, cookie })).headers;
    expect(await visit(`${uma}; ${own}`)).not.toHaveProperty('clear-site-data');
    // When the session has ended, what the present app keeps stays.
    expect(await visit(own)).not.toHaveProperty('clear-site-data');
    expect(await visit(`${uma}; ${own.slice(0, -1)}_`)).toHaveProperty(
      'clear-site-data',
    );
  });

  it('4: the next app gets no cookie of the former one, also where nobody signs in', async () => {
    everybody = true;
    await gateway.tell('access', {});
    await leadTo(TWO);
    const cookie = 'sid=former; odd';
    const cookieSeen = async (headers: Record<string, string>) => {
      const answer = await gateway.call(ALIAS, '/', headers);
      return { seen: JSON.parse(answer.body).cookie, answer };
    };
    const { seen, answer } = await cookieSeen({ ...NAVIGATION, cookie });
    expect(seen).toBe('');
    expect(answer.headers['clear-site-data']).toBe('"cache", "storage"');
    const set = answer.headers['set-cookie']!;
    // What the app itself sets comes last and stays.
    expect(set.filter(c => c.startsWith('sid='))).toEqual([
      'sid=; Path=/; Max-Age=0',
      'sid=present; Path=/',
    ]);
    // A page of the former app that is still open.
    const open = await cookieSeen({ 'sec-fetch-mode': 'cors', cookie });
    expect(open.seen).toBe('');
    expect(open.answer.headers).not.toHaveProperty('clear-site-data');
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, {
      headers: { host: ALIAS, cookie, 'sec-fetch-mode': 'websocket' },
    });
    expect(String((await once(socket, 'message'))[0])).toBe('');
    socket.close();
    // A program has its cookies from this app, or from nowhere.
    expect((await cookieSeen({ cookie })).seen).toBe(cookie);
    const mark = cookieOf(answer, 'app-store-mark');
    expect(
      (await cookieSeen({ ...NAVIGATION, cookie: `sid=present; ${mark}` }))
        .seen,
    ).toBe('sid=present');
  });

  it('4: cookies below a path, which the browser does not show at first, expire as well', async () => {
    everybody = true;
    await gateway.tell('access', {});
    await leadTo(ONE);
    await gateway.call(ALIAS, '/deep/page');
    // The same at the host of an instance is nobody else's.
    await gateway.call(`${TWO}.apps.localhost`, '/deep/page');
    await leadTo(TWO);
    let set: string[] = [];
    for (let i = 0; i < 50 && !set.some(c => c.startsWith('far=')); i++) {
      await sleep(20);
      set = (await gateway.call(ALIAS, '/', NAVIGATION)).headers['set-cookie']!;
    }
    expect(set).toContain('far=; Path=/far/away; Max-Age=0');
    expect(set).toContain('deep=; Path=/deep; Max-Age=0');
    expect(set.filter(c => c.startsWith('odd'))).toEqual([]);
  });

  it('4: an alias that led nowhere else clears nothing', async () => {
    everybody = true;
    await gateway.tell('access', {});
    await leadTo(ONE, false);
    const { headers, body } = await gateway.call(ALIAS, '/', {
      ...NAVIGATION,
      cookie: 'sid=present',
    });
    expect(headers).not.toHaveProperty('clear-site-data');
    expect(headers['set-cookie']).toEqual(['sid=present; Path=/']);
    expect(JSON.parse(body).cookie).toBe('sid=present');
  });

  it('never leads to another host by a path', async () => {
    await leadTo(ONE);
    const cookie = await signIn(ALIAS);
    for (const path of [
      '//evil.example',
      '/%09/evil.example',
      '/%5Cevil.example',
      'https://evil.example/',
    ])
      expect(
        (
          await gateway.call(ALIAS, `/.app-store/begin?path=${path}`, {
            ...NAVIGATION,
            cookie,
          })
        ).headers.location,
      ).toMatch(/^\/(?![/\\\t])/);
  });
});
