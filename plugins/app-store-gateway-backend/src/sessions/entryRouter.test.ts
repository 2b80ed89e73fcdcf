/** Opening an app from a page of the portal, without the page being loaded a second time. */
import {
  mockCredentials,
  mockErrorHandler,
  mockServices,
  TestDatabases,
} from '@backstage/backend-test-utils';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import express from 'express';
import type { Knex } from 'knex';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import request from 'supertest';
import {
  cookieOf,
  GatewayUnderTest,
  NAVIGATION,
  UMA,
} from '../__testUtils__/GatewayUnderTest';
import { migrated } from '../__testUtils__/databases';
import { createEntryRouter } from './entryRouter';

jest.setTimeout(60_000);

const ONE = '00000000-0000-4000-8000-000000000001';
const TWO = '00000000-0000-4000-8000-000000000002';
const hostOf = (id: string) => `${id}.apps.localhost`;
const addressOf = (id: string) => `http://${hostOf(id)}:1/`;
const MALLORY = 'user:default/mallory';
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_17'] });

describe.each(databases.eachSupportedId())('opening an app on %s', id => {
  let app: Server;
  let gateway: GatewayUnderTest;
  let knex: Knex;

  const portal = (portalUrl = gateway.config.portalUrl) =>
    express()
      .use(
        createEntryRouter({
          httpAuth: mockServices.httpAuth(),
          sessions: gateway.sessions,
          handOff: gateway.handOff,
          portalUrl,
        }),
      )
      .use(mockErrorHandler());

  const passFor = async (person: string, address: string, cookie = '') => {
    const answer = await request(portal())
      .post('/v1/passes')
      .set('authorization', mockCredentials.user.header(person))
      .set('cookie', cookie)
      .send({ url: address })
      .expect(200);
    return {
      begin: new URL(answer.body.url),
      set: answer.get('set-cookie')?.[0] ?? '',
      cookie: answer.get('set-cookie')?.[0].split(';')[0] ?? '',
    };
  };
  const go = (url: URL, cookie = '') =>
    gateway.call(url.hostname, url.pathname + url.search, {
      ...NAVIGATION,
      ...(cookie ? { cookie } : {}),
    });
  /** The browser that the app's host sends back to the portal. */
  const back = async (begun: { headers: { location?: string } }, cookie = '') =>
    new URL(
      (
        await request(portal())
          .get(
            new URL(begun.headers.location!).pathname.replace(
              '/api/app-store-gateway',
              '',
            ) + new URL(begun.headers.location!).search,
          )
          .set('cookie', cookie)
          .expect(303)
      ).headers.location,
    );

  beforeAll(async () => {
    app = createServer((incoming, response) =>
      response.end(String(incoming.headers['x-app-store-user'])),
    );
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    const { port } = app.address() as { port: number };
    knex = await migrated(databases, id);
    gateway = new GatewayUnderTest({ knex });
    const route = (instance: string): GatewayRoute => ({
      id: instance,
      visibility: 'ALL_USERS',
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

  afterAll(async () => {
    await gateway.stop();
    app.closeAllConnections();
    app.close();
  });

  it('30: leads in by redirects alone, bound to nonce, host and person, once', async () => {
    const { begin, set, cookie } = await passFor(UMA, `${addressOf(ONE)}p?q=1`);
    expect(begin.href).toMatch(
      new RegExp(`^http://${hostOf(ONE)}:1/.app-store/begin\\?pass=`),
    );
    expect(set).toMatch(/^app-store-pass=[\w-]{43}; Max-Age=30; Path=\/;/);
    expect(set).toMatch(/HttpOnly; SameSite=Lax/);
    const begun = await go(begin);
    expect(begun.status).toBe(302);
    const nonce = cookieOf(begun, 'app-store-nonce');
    expect(begun.headers.location).toMatch(
      /^http:\/\/localhost:7007\/api\/app-store-gateway\/v1\/enter\?state=/,
    );
    const enter = await back(begun, cookie);
    expect(enter.pathname).toBe('/.app-store/enter');
    // The ticket is as it ever was: of the browser that has the nonce.
    const entered = await go(enter, nonce);
    expect([entered.status, entered.headers.location]).toEqual([302, '/p?q=1']);
    const session = cookieOf(entered, 'app-store-session');
    expect(
      (await gateway.call(hostOf(ONE), '/', { cookie: session })).body,
    ).toBe(UMA);
    expect((await go(enter, nonce)).status).toBe(400);
    // The pass is spent, too: the portal's page asks who is there.
    expect((await back(begun, cookie)).pathname).toBe('/app-store-enter');
    // Who is in already goes on at once.
    const again = await passFor(UMA, addressOf(ONE), cookie);
    expect((await go(again.begin, session)).headers.location).toBe('/');
  });

  it("30: another person's pass signs nobody in", async () => {
    // Mallory sends the victim on with a pass of her own.
    const mallory = await passFor(MALLORY, addressOf(ONE));
    const own = await passFor(UMA, addressOf(TWO));
    for (const cookie of ['', own.cookie, 'app-store-pass=guessed']) {
      const begun = await go(mallory.begin);
      const way = await back(begun, cookie);
      expect(way.pathname).toBe('/app-store-enter');
      expect(way.search).not.toContain('ticket');
    }
    // She goes the first half herself, and sends the victim back to the portal with her state.
    const hers = await passFor(MALLORY, addressOf(ONE));
    const begun = await go(hers.begin);
    expect((await back(begun, own.cookie)).pathname).toBe('/app-store-enter');
    // All of it but the last step: the nonce is in her browser.
    const third = await passFor(MALLORY, addressOf(ONE));
    const enter = await back(await go(third.begin), third.cookie);
    expect((await go(enter)).status).toBe(400);
  });

  it('30: a pass is of one host, of seconds, and no ticket', async () => {
    const { begin, cookie } = await passFor(UMA, addressOf(ONE));
    const elsewhere = new URL(begin.href.replace(ONE, TWO));
    expect((await back(await go(elsewhere), cookie)).pathname).toBe(
      '/app-store-enter',
    );
    const late = await passFor(UMA, addressOf(ONE));
    await knex('tickets').update({ expires_at: Date.now() - 1 });
    expect((await back(await go(late.begin), late.cookie)).pathname).toBe(
      '/app-store-enter',
    );
    const third = await passFor(UMA, addressOf(ONE));
    const asTicket = new URL(third.begin);
    asTicket.pathname = '/.app-store/enter';
    asTicket.searchParams.set('ticket', third.begin.searchParams.get('pass')!);
    expect(
      (await go(asTicket, third.cookie.replace('pass', 'nonce'))).status,
    ).toBe(400);
    // A sign-out ends what is under way.
    const fourth = await passFor(UMA, addressOf(ONE));
    await gateway.sessions.revokeAll(UMA);
    expect((await back(await go(fourth.begin), fourth.cookie)).pathname).toBe(
      '/app-store-enter',
    );
  });

  it('30: is for signed-in people and addresses of apps', async () => {
    const post = (address: string) =>
      request(portal())
        .post('/v1/passes')
        .set('authorization', mockCredentials.user.header(UMA))
        .send({ url: address });
    for (const address of [
      'http://evil.example/',
      'http://apps.localhost:1/',
      `http://${hostOf(ONE)}:2/`,
      `https://${hostOf(ONE)}:1/`,
      `http://${hostOf(ONE)}.evil.example:1/`,
      `http://evil.example@${hostOf(ONE)}.evil.example/`,
      'data:text/html,x',
      '/',
    ])
      expect([address, (await post(address)).status]).toEqual([address, 400]);
    await request(portal())
      .post('/v1/passes')
      .set('authorization', mockCredentials.none.header())
      .send({ url: addressOf(ONE) })
      .expect(401);
    await request(portal())
      .post('/v1/passes')
      .set('authorization', mockCredentials.service.header())
      .send({ url: addressOf(ONE) })
      .expect(403);
    expect(
      (await request(portal()).get('/v1/enter?state=x&pass=y').expect(303))
        .headers.location,
    ).toBe('http://localhost:7007/app-store-enter?state=x');
    expect(
      (await request(portal()).get('/v1/enter').expect(303)).headers.location,
    ).toBe('http://localhost:7007/app-store');
  });

  it("30: where a neighbour can set the portal's cookies there are no passes, and with https none that it can set", async () => {
    const ask = (url: string) =>
      request(portal(new URL(url)))
        .post('/v1/passes')
        .set('authorization', mockCredentials.user.header(UMA))
        .send({ url: addressOf(ONE) })
        .expect(200);
    const plain = await ask('http://portal.example.com');
    expect(plain.body).toEqual({ url: addressOf(ONE) });
    expect(plain.headers).not.toHaveProperty('set-cookie');
    const secure = await ask('https://portal.example.com');
    expect(secure.get('set-cookie')![0]).toMatch(
      /^__Host-app-store-pass=[\w-]{43}; Max-Age=30; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/,
    );
  });
});
