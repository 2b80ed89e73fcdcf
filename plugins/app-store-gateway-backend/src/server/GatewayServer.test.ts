/** The gateway's listener over real sockets, before a real app; the store is answered for. */
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket, WebSocketServer } from 'ws';
import type { GatewayConfig } from '../config';
import { Admissions } from '../authorize/Admissions';
import { RouteTable, type StoreClient } from '../routing/RouteTable';
import { StoreStream } from '../__testUtils__/StoreStream';
import { migrated } from '../__testUtils__/databases';
import { Catalogue } from '../pages/catalogue/Catalogue';
import { Assertions } from '../sessions/Assertions';
import { HandOff } from '../sessions/HandOff';
import { SessionStore } from '../sessions/SessionStore';
import { GatewayServer } from './GatewayServer';

jest.setTimeout(60_000);

const ONE = '00000000-0000-4000-8000-000000000001';
const TWO = '00000000-0000-4000-8000-000000000002';
const NONE = '00000000-0000-4000-8000-00000000dead';
const HEALTH = { path: '/.app-store/health', host: '10.0.0.7:7008' };
const hostOf = (id: string) => `${id}.apps.localhost`;
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_17'] });
const ids = databases.eachSupportedId();
if (ids.length !== 2)
  throw new Error('the tests need a PostgreSQL: run them by npm test');

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

describe.each(ids)('GatewayServer on %s', id => {
  let app: Server;
  let appPort: number;
  let gateway: GatewayServer;
  let port: number;
  let statusBeforeRoutes = 0;
  let healthBeforeRoutes = 0;
  let sessions: SessionStore;
  let handOff: HandOff;
  /** The store tells something, and it was heard. */
  let push: (event: string, data: unknown) => Promise<void>;
  let allowed: (instanceId: string, user: string | undefined) => boolean;
  let storeUnavailable = false;
  let publicStore: (path: string) => Response = () =>
    new Response('{}', { status: 401 });
  let seen: IncomingMessage[] = [];

  const route = (
    change: Partial<GatewayRoute> & { id: string },
  ): GatewayRoute => ({
    visibility: 'PRIVATE',
    status: 'DEPLOYED',
    terminating: false,
    stage: 'ready',
    endpoint: {
      address: '127.0.0.1',
      port: appPort,
      podUid: `pod-${change.id}`,
    },
    title: 'An app',
    routingMode: 'DOMAIN',
    revision: '1',
    ...change,
  });

  const call = (options: {
    id?: string;
    host?: string;
    path?: string;
    method?: string;
    headers?: Record<string, string>;
    body?: string | Buffer;
  }): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          host: '127.0.0.1',
          port,
          path: options.path ?? '/',
          method: options.method ?? 'GET',
          agent: false,
          headers: {
            host: options.host ?? hostOf(options.id ?? ONE),
            ...options.headers,
          },
        },
        response => {
          text(response).then(
            body =>
              resolve({
                status: response.statusCode!,
                headers: response.headers,
                body,
              }),
            reject,
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(options.body);
    });

  const cookieFor = async (instanceId: string, user: string) =>
    `app-store-session=${await sessions.create(
      hostOf(instanceId),
      user,
      60_000,
    )}`;

  beforeAll(async () => {
    app = createServer(async (request, response) => {
      seen.push(request);
      if (request.url === '/events') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: one\n\n');
        return;
      }
      const body = await text(request);
      response.writeHead(200, {
        'set-cookie': [
          'mine=1; Domain=apps.localhost; Path=/',
          'app-store-session=stolen',
        ],
        'x-app': 'yes',
      });
      response.end(
        JSON.stringify({
          url: request.url,
          headers: request.headers,
          length: body.length,
        }),
      );
    });
    new WebSocketServer({ server: app, path: '/socket' }).on(
      'connection',
      (socket, request) => {
        socket.send(`hello ${request.headers['x-app-store-user'] ?? 'nobody'}`);
        socket.on('message', data => socket.send(`echo ${data}`));
      },
    );
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    appPort = (app.address() as { port: number }).port;

    const knex = await migrated(databases, id);
    sessions = new SessionStore(knex);
    const config: GatewayConfig = {
      appsUrl: new URL('http://apps.localhost:1'),
      portalUrl: new URL('http://localhost:7007'),
      listen: { host: '127.0.0.1', port: 0 },
      sessionMs: 60_000,
      secure: false,
      loopbackPods: true,
    };
    const stream = new StoreStream();
    const store = {
      async fetch(path: string, init: RequestInit = {}) {
        if (path === '/routes') return stream.response();
        if (storeUnavailable) throw new Error('away');
        const { instanceId, userEntityRef } = JSON.parse(String(init.body));
        return new Response(
          JSON.stringify({
            found: true,
            allowed: allowed(instanceId, userEntityRef),
            known: userEntityRef !== 'user:default/gone',
            displayName: 'Uma Ünlü',
          }),
        );
      },
      async fetchPublic(path: string) {
        return publicStore(path);
      },
    } as unknown as StoreClient;
    const logger = mockServices.logger.mock();
    const routes = new RouteTable({ store, logger });
    push = (event, data) => stream.tell(routes, event, data);
    handOff = await HandOff.create({
      sessions,
      portalUrl: config.portalUrl,
      appsUrl: config.appsUrl,
      routes,
    });
    gateway = new GatewayServer({
      firstBytes: { note: () => {} },
      config,
      routes,
      admissions: new Admissions({ store, routes }),
      sessions,
      handOff,
      assertions: await Assertions.create(sessions),
      catalogue: new Catalogue({ store, portalUrl: config.portalUrl }),
      logger,
    });
    port = await gateway.listen();
    statusBeforeRoutes = (await call({ id: ONE })).status;
    healthBeforeRoutes = (await call(HEALTH)).status;
    routes.follow().catch(() => {});
    allowed = (_, user) => user === 'user:default/uma';
    await push('snapshot', {
      routes: [route({ id: ONE }), route({ id: TWO })],
      aliases: [],
    });
  });

  beforeEach(() => {
    seen = [];
    storeUnavailable = false;
  });

  afterAll(async () => {
    await gateway.close(0);
    app.closeAllConnections();
    app.close();
  });

  it('asks to come again until it knows the routes', () => {
    expect(statusBeforeRoutes).toBe(503);
    expect(healthBeforeRoutes).toBe(503);
  });

  it('says to load balancers, which know no host name, that it is well', async () => {
    expect(await call(HEALTH)).toMatchObject({
      status: 200,
      body: '{"status":"ok"}',
    });
    expect((await call({ ...HEALTH, id: ONE, host: undefined })).status).toBe(
      200,
    );
  });

  it('answers by host: foreign ones 421, unknown ones 404 before any sign-in', async () => {
    expect((await call({ host: 'evil.example' })).status).toBe(421);
    expect((await call({ host: 'apps.localhost.evil.example' })).status).toBe(
      421,
    );
    expect(
      (await call({ id: NONE, headers: { accept: 'text/html' } })).status,
    ).toBe(404);
    expect((await call({ host: 'apps.localhost' })).status).toBe(404);
    expect((await call({ id: ONE, path: '//' })).status).toBe(400);
    const raw = await new Promise<string>(resolve => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(
          `GET / HTTP/1.1\r\nHost: ${hostOf(ONE)}\r\nHost: ${hostOf(
            TWO,
          )}\r\nConnection: close\r\n\r\n`,
        ),
      );
      text(socket).then(resolve);
    });
    expect(raw).toMatch(/^HTTP\/1.1 400/);
    expect(seen).toHaveLength(0);
  });

  it('signs in by way of the portal: bound to browser, host and once', async () => {
    const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };
    expect(
      (await call({ headers: { accept: 'application/json' } })).status,
    ).toBe(401);
    const begin = await call({ path: '/deep/link?x=1', headers: navigation });
    expect(begin.status).toBe(302);
    const location = new URL(begin.headers.location!);
    expect(location.origin + location.pathname).toBe(
      'http://localhost:7007/app-store-enter',
    );
    const [nonceCookie] = begin.headers['set-cookie']!;
    expect(nonceCookie).toMatch(/^app-store-nonce=.*HttpOnly; SameSite=Lax/);
    expect(nonceCookie).not.toMatch(/Domain/i);
    const nonce = nonceCookie.split(';')[0];
    const state = location.searchParams.get('state')!;

    const ticketOf = async () =>
      new URL((await handOff.exchange(state, 'user:default/uma')).url);
    await expect(
      handOff.exchange(`${state.slice(0, -3)}abc`, 'user:default/uma'),
    ).rejects.toThrow();
    // Another browser, another host: refused, and the ticket is spent.
    const first = await ticketOf();
    expect(first.host).toBe(`${hostOf(ONE)}:1`);
    expect(
      (
        await call({
          path: first.pathname + first.search,
          headers: { accept: 'text/html' },
        })
      ).status,
    ).toBe(400);
    expect(
      (
        await call({
          path: first.pathname + first.search,
          headers: { cookie: nonce },
        })
      ).status,
    ).toBe(400);
    const second = await ticketOf();
    expect(
      (
        await call({
          id: TWO,
          path: second.pathname + second.search,
          headers: { cookie: nonce },
        })
      ).status,
    ).toBe(400);
    const third = await ticketOf();
    const entered = await call({
      path: third.pathname + third.search,
      headers: { cookie: nonce },
    });
    expect(entered.status).toBe(302);
    expect(entered.headers.location).toBe('/deep/link?x=1');
    const session = entered.headers['set-cookie']![0].split(';')[0];
    const inside = await call({
      path: '/deep/link?x=1',
      headers: { cookie: `${session}; theirs=1` },
    });
    expect(inside.status).toBe(200);
    const told = JSON.parse(inside.body);
    expect(told.url).toBe('/deep/link?x=1');
    expect(told.headers.cookie).toBe('theirs=1');
    expect(told.headers['x-app-store-user']).toBe('user:default/uma');
    expect(decodeURIComponent(told.headers['x-app-store-user-name'])).toBe(
      'Uma Ünlü',
    );
    expect(told.headers['x-app-store-assertion']).toMatch(
      /^[\w-]+\.[\w-]+\.[\w-]+$/,
    );
    // The session is this host's only.
    expect((await call({ id: TWO, headers: { cookie: session } })).status).toBe(
      401,
    );
  });

  it("is not misled by a neighbour's cookie of the same name", async () => {
    const own = await cookieFor(ONE, 'user:default/uma');
    const theirs = await cookieFor(TWO, 'user:default/mallory');
    const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };
    for (const cookie of [
      `app-store-session=bogus; ${theirs}; other=1; ${own}`,
      `${own}; app-store-session=bogus`,
    ])
      expect((await call({ headers: { ...navigation, cookie } })).status).toBe(
        200,
      );

    const begin = await call({
      headers: { ...navigation, cookie: 'app-store-nonce=bogus' },
    });
    const nonce = begin.headers['set-cookie']![0].split(';')[0];
    const state = new URL(begin.headers.location!).searchParams.get('state')!;
    const ticket = new URL(
      (await handOff.exchange(state, 'user:default/uma')).url,
    );
    const entered = await call({
      path: ticket.pathname + ticket.search,
      headers: { ...navigation, cookie: `app-store-nonce=bogus; ${nonce}` },
    });
    expect(entered.status).toBe(302);
    expect(entered.headers['set-cookie']![0]).toMatch(/^app-store-session=/);
  });

  it('lets nobody forge an identity, nor set cookies for the neighbours', async () => {
    const cookie = await cookieFor(ONE, 'user:default/uma');
    const answer = await call({
      headers: {
        cookie,
        'x-app-store-user': 'user:default/ada',
        x_app_store_user: 'user:default/ada',
        'x-forwarded-for': '1.2.3.4',
        connection: 'cookie, host, x-app-store-user',
      },
    });
    const { headers } = JSON.parse(answer.body);
    expect(headers['x-app-store-user']).toBe('user:default/uma');
    expect(headers).not.toHaveProperty('x_app_store_user');
    expect(headers['x-forwarded-for']).not.toContain('1.2.3.4');
    expect(headers.host).toBe(hostOf(ONE));
    expect(answer.headers['set-cookie']).toEqual(['mine=1; Path=/']);
  });

  it('refuses who is signed in and not admitted, and what another page asks for', async () => {
    const stranger = await cookieFor(ONE, 'user:default/vic');
    const page = await call({
      headers: { cookie: stranger, accept: 'text/html' },
    });
    expect(page.status).toBe(403);
    expect(page.body).toContain('not shared with you');
    expect(page.headers['content-security-policy']).toContain(
      "default-src 'none'",
    );
    const cookie = await cookieFor(ONE, 'user:default/uma');
    expect(
      (
        await call({
          method: 'POST',
          headers: { cookie, origin: `http://${hostOf(TWO)}` },
        })
      ).status,
    ).toBe(403);
    expect(
      (await call({ method: 'POST', headers: { cookie, origin: 'null' } }))
        .status,
    ).toBe(403);
    expect(
      (
        await call({
          method: 'POST',
          headers: { cookie, origin: `http://${hostOf(ONE)}` },
        })
      ).status,
    ).toBe(200);
  });

  it('passes uploads and streams as they come', async () => {
    const cookie = await cookieFor(ONE, 'user:default/uma');
    const upload = await call({
      method: 'POST',
      headers: { cookie, expect: '100-continue' },
      body: Buffer.alloc(5_000_000),
    });
    expect(JSON.parse(upload.body).length).toBe(5_000_000);
    const first = await new Promise<string>((resolve, reject) => {
      const outgoing = httpRequest(
        {
          host: '127.0.0.1',
          port,
          path: '/events',
          headers: { host: hostOf(ONE), cookie },
        },
        response => {
          response.once('data', chunk => {
            resolve(String(chunk));
            outgoing.destroy();
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end();
    });
    expect(first).toBe('data: one\n\n');
  });

  const socketTo = (path: string, headers: Record<string, string>) =>
    new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      headers: { host: hostOf(ONE), ...headers },
    });
  const closing = (socket: WebSocket) =>
    new Promise<void>(resolve => socket.once('close', () => resolve()));

  it('opens sockets for those admitted, and closes them when the right ends', async () => {
    const cookie = await cookieFor(ONE, 'user:default/uma');
    const refused = socketTo('/socket', {});
    const [error] = (await once(refused, 'error')) as [Error];
    expect(error.message).toContain('401');
    const foreign = socketTo('/socket', {
      cookie,
      origin: `http://${hostOf(TWO)}`,
    });
    expect(((await once(foreign, 'error')) as [Error])[0].message).toContain(
      '403',
    );

    const socket = socketTo('/socket', {
      cookie,
      origin: `http://${hostOf(ONE)}`,
    });
    expect(String((await once(socket, 'message'))[0])).toBe(
      'hello user:default/uma',
    );
    socket.send('x');
    expect(String((await once(socket, 'message'))[0])).toBe('echo x');
    const closed = closing(socket);
    await sessions.revokeAll('user:default/uma');
    await closed;

    const again = socketTo('/socket', {
      cookie: await cookieFor(ONE, 'user:default/uma'),
    });
    await once(again, 'message');
    const shut = closing(again);
    const before = allowed;
    allowed = () => false;
    await push('route', route({ id: ONE, revision: '2' }));
    await shut;
    allowed = before;
    await push('route', route({ id: ONE, revision: '3' }));
  });

  it('asks anew who may be in when tags or policies changed', async () => {
    const cookie = await cookieFor(ONE, 'user:default/uma');
    const socket = socketTo('/socket', { cookie });
    await once(socket, 'message');
    const page = () => call({ id: ONE, headers: { cookie } });
    expect((await page()).status).toBe(200);
    const shut = closing(socket);
    const before = allowed;
    allowed = () => false;
    // What was decided a moment ago is remembered until it is said that it may be otherwise.
    expect((await page()).status).toBe(200);
    await push('access', {});
    await shut;
    expect((await page()).status).toBe(403);
    allowed = before;
    await push('access', {});
    expect((await page()).status).toBe(200);
  });

  it('does not let bytes through to an app that does not switch protocols', async () => {
    const cookie = await cookieFor(ONE, 'user:default/uma');
    const answer = await new Promise<string>(resolve => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          `GET /plain HTTP/1.1\r\nHost: ${hostOf(
            ONE,
          )}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
        );
        setTimeout(
          () =>
            socket.write(
              `GET /smuggled HTTP/1.1\r\nHost: ${hostOf(
                ONE,
              )}\r\nx-app-store-user: user:default/ada\r\n\r\n`,
            ),
          100,
        );
      });
      socket.on('error', () => {});
      text(socket).then(resolve, () => resolve(''));
    });
    expect(answer).toMatch(/^HTTP\/1.1 (200|400)/);
    expect(seen.map(request => request.url)).not.toContain('/smuggled');
    const other = await new Promise<string>(resolve => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(
          `GET / HTTP/1.1\r\nHost: ${hostOf(
            ONE,
          )}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n`,
        ),
      );
      text(socket).then(resolve);
    });
    expect(other).toMatch(/^HTTP\/1.1 400/);
  });

  it('has an answer of its own for each state, for people and for programs', async () => {
    const cookie = await cookieFor(ONE, 'user:default/uma');
    const states: Array<[Partial<GatewayRoute>, number, string]> = [
      [
        { status: 'PENDING', stage: 'dependencies', endpoint: undefined },
        503,
        'STARTING',
      ],
      [{ status: 'SUSPENDED', endpoint: undefined }, 503, 'SUSPENDED'],
      [
        {
          status: 'FAILED',
          endpoint: undefined,
          problem: {
            code: 'APP_EXITED',
            message: 'The app ended with exit code 3.',
            owner: 'author',
            remedy: 'Look.',
          },
        },
        502,
        'APP_EXITED',
      ],
      [{ terminating: true }, 410, 'GONE'],
      [
        { endpoint: { address: '127.0.0.1', port: 1, podUid: 'x' } },
        502,
        'UNREACHABLE',
      ],
    ];
    for (const [change, status, code] of states) {
      await push('route', route({ id: ONE, revision: '3', ...change }));
      const machine = await call({
        headers: { cookie, accept: 'application/json' },
      });
      expect({
        status: machine.status,
        code: JSON.parse(machine.body).code,
      }).toEqual({ status, code });
      const human = await call({ headers: { cookie, accept: 'text/html' } });
      expect(human.status).toBe(status);
      expect(human.body).toContain('<h1>');
    }
    await push('route', route({ id: ONE, revision: '3' }));
    await push('gone', { id: TWO });
    expect((await call({ id: TWO })).status).toBe(404);
    await push('route', route({ id: TWO }));
  });

  it('leads to the one address of an instance: its primary alias, or the host of its id', async () => {
    const at = (label: string) => `${label}.apps.localhost`;
    await push('alias', { name: 'first', instanceId: ONE, primary: false });
    await push('alias', { name: 'second', instanceId: ONE, primary: true });
    await push('alias', { name: 'idle', primary: false });
    for (const host of [at('first'), hostOf(ONE)]) {
      const answer = await call({ host, path: '/a/b?c=d' });
      expect([answer.status, answer.headers.location]).toEqual([
        302,
        'http://second.apps.localhost:1/a/b?c=d',
      ]);
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
    const cookie = `app-store-session=${await sessions.create(
      at('second'),
      'user:default/uma',
      60_000,
      ONE,
    )}`;
    expect(
      (await call({ host: at('second'), headers: { cookie } })).status,
    ).toBe(200);
    // A session of one host is none at another.
    expect((await call({ id: TWO, headers: { cookie } })).status).toBe(401);
    const nowhere = await call({ host: at('idle') });
    expect([nowhere.status, JSON.parse(nowhere.body).code]).toEqual([
      404,
      'ALIAS_UNASSIGNED',
    ]);
    // Promoted, moved, gone: from the next request on.
    await push('alias', { name: 'second', instanceId: ONE, primary: false });
    await push('alias', { name: 'first', instanceId: ONE, primary: true });
    expect((await call({ host: at('second') })).headers.location).toBe(
      'http://first.apps.localhost:1/',
    );
    await push('alias', { name: 'first', instanceId: TWO, primary: true });
    expect((await call({ host: at('second') })).headers.location).toBe(
      `http://${hostOf(ONE)}:1/`,
    );
    expect((await call({ id: TWO })).headers.location).toBe(
      'http://first.apps.localhost:1/',
    );
    await push('alias-gone', { name: 'first' });
    await push('alias-gone', { name: 'second' });
    expect((await call({ host: at('first') })).status).toBe(404);
    expect((await call({ id: TWO })).status).toBe(401);
  });

  it('leads an upgrade to the address, too', async () => {
    await push('alias', { name: 'first', instanceId: ONE, primary: true });
    const raw = await new Promise<string>(resolve => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(
          `GET /socket HTTP/1.1\r\nHost: ${hostOf(
            ONE,
          )}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n`,
        ),
      );
      text(socket).then(resolve);
    });
    expect(raw).toMatch(/^HTTP\/1.1 302/);
    expect(raw).toContain('location: http://first.apps.localhost:1/socket');
    await push('alias-gone', { name: 'first' });
  });

  it('shows the public catalogue where the store has one, and 404 otherwise', async () => {
    const accept = { accept: 'text/html' };
    const domain = (path: string) =>
      call({ host: 'apps.localhost', path, headers: accept });
    expect((await domain('/')).status).toBe(404);
    const shown = {
      id: ONE,
      title: 'Sales <b>bold</b>',
      description: 'd',
      version: '1',
      longDescription: 'Sells *everything*<script>',
      screenshots: [],
      lifecycle: 'ON_DEMAND',
    };
    const asked: string[] = [];
    publicStore = path => {
      asked.push(path);
      if (path === '/store')
        return Response.json({ branding: { title: 'Our apps' } });
      if (path === `/apps/${ONE}`) return Response.json(shown);
      if (path.startsWith('/apps?'))
        return Response.json({ items: [shown], nextCursor: 'n' });
      return new Response('{}', { status: 404 });
    };
    const list = await domain('/?search=%22%3Cx%3E');
    expect(list.status).toBe(200);
    expect(list.body).toContain('Our apps');
    expect(list.body).toContain('Sales &#60;b&#62;bold');
    expect(list.body).not.toContain('<x>');
    expect(list.headers['content-security-policy']).toContain(
      "default-src 'none'",
    );
    expect(asked).toContain(
      '/apps?newest=true&orderBy=title&limit=60&search=%22%3Cx%3E',
    );
    const page = (await domain(`/apps/${ONE}`)).body;
    expect(page).toContain('Sign in to run it');
    expect(page).toMatch(/aria-label="About"><p.*everything/);
    expect(page).not.toContain('<script>');
    expect((await domain(`/apps/${TWO}`)).status).toBe(404);
    expect((await domain('/anything')).status).toBe(404);
    expect((await domain(`/apps/${ONE}/icon`)).status).toBe(404);
    publicStore = () => new Response('', { status: 503 });
    expect((await domain('/')).status).toBe(503);
  });

  it('8: ends the session of somebody whom the store no longer knows', async () => {
    const cookie = await cookieFor(ONE, 'user:default/gone');
    const accept = { accept: 'text/html' };
    const told = await call({ headers: { cookie, ...accept } });
    expect(told.status).toBe(401);
    expect(told.body).toContain('no longer knows you');
    expect(seen).toHaveLength(0);
    // The session is over: the same cookie is nobody's from now on.
    expect(
      (
        await call({
          headers: { cookie, 'sec-fetch-mode': 'navigate', ...accept },
        })
      ).status,
    ).toBe(302);
  });

  it('serves on while the store is away, for those it was told of', async () => {
    const cookie = await cookieFor(ONE, 'user:default/uma');
    expect((await call({ headers: { cookie } })).status).toBe(200);
    storeUnavailable = true;
    expect((await call({ headers: { cookie } })).status).toBe(200);
    const stranger = await cookieFor(ONE, 'user:default/new');
    expect((await call({ headers: { cookie: stranger } })).status).toBe(503);
    // The last that was heard: what they were told no longer holds.
    await push('access', {});
    expect((await call({ headers: { cookie } })).status).toBe(503);
    storeUnavailable = false;
    expect((await call({ headers: { cookie } })).status).toBe(200);
  });
});
