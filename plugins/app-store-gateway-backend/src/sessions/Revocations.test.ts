/** Two gateways on one database, with real sockets: what ends at one ends at the other. */
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { GatewayUnderTest, UMA } from '../__testUtils__/GatewayUnderTest';
import { migrated } from '../__testUtils__/databases';
import { endSessions, Revocations } from './Revocations';

jest.setTimeout(60_000);

const ONE = '00000000-0000-4000-8000-000000000001';
const HOST = `${ONE}.apps.localhost`;
const VIC = 'user:default/vic';
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_17'] });

describe.each(databases.eachSupportedId())('two gateways on %s', id => {
  let app: Server;
  let knex: Knex;
  let gateways: [GatewayUnderTest, GatewayUnderTest];
  const route: GatewayRoute = {
    id: ONE,
    visibility: 'PRIVATE',
    status: 'DEPLOYED',
    terminating: false,
    stage: 'ready',
    title: 'An app',
    routingMode: 'DOMAIN',
    revision: '1',
  };

  beforeAll(async () => {
    app = createServer((_, response) => response.end('ok'));
    new WebSocketServer({ server: app }).on('connection', socket =>
      socket.send('hello'),
    );
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    const { port } = app.address() as { port: number };
    route.endpoint = { address: '127.0.0.1', port, podUid: 'one' };
    knex = await migrated(databases, id);
    gateways = [new GatewayUnderTest({ knex }), new GatewayUnderTest({ knex })];
    for (const gateway of gateways) await gateway.start([route]);
  });

  afterAll(async () => {
    for (const gateway of gateways) await gateway.stop();
    app.closeAllConnections();
    app.close();
  });

  async function open(gateway: GatewayUnderTest, cookie: string) {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, {
      headers: { host: HOST, cookie },
    });
    await once(socket, 'message');
    const closed = once(socket, 'close').then(() => 'closed');
    return {
      within: (ms: number) =>
        Promise.race([closed, sleep(ms).then(() => 'open')]),
      close: () => socket.terminate(),
    };
  }

  const signIn = async (user: string) =>
    `app-store-session=${await gateways[0].sessions.create(
      HOST,
      user,
      60_000,
      ONE,
    )}`;

  it('24: a sign-out at one closes the sockets at the other, and its requests are nobody’s', async () => {
    const cookie = await signIn(UMA);
    const others = await signIn(VIC);
    // Each has looked the session up, and remembers it.
    for (const gateway of gateways)
      expect((await gateway.call(HOST, '/', { cookie })).status).toBe(200);
    const sockets = [];
    for (const gateway of gateways) sockets.push(await open(gateway, cookie));
    const kept = await open(gateways[1], others);
    await gateways[0].sessions.revokeAll(UMA);
    for (const socket of sockets)
      expect(await socket.within(5000)).toBe('closed');
    expect((await gateways[1].call(HOST, '/', { cookie })).status).toBe(401);
    expect(await kept.within(50)).toBe('open');
    kept.close();
  });

  it('24: a lost right closes the sockets at each', async () => {
    const cookie = await signIn(UMA);
    const sockets = [];
    for (const gateway of gateways) sockets.push(await open(gateway, cookie));
    for (const gateway of gateways) {
      gateway.allowed = () => false;
      await gateway.tell('access', {});
    }
    for (const socket of sockets)
      expect(await socket.within(5000)).toBe('closed');
    for (const gateway of gateways) {
      gateway.allowed = (_, user) => Boolean(user);
      await gateway.tell('access', {});
    }
  });

  it('24: a session that is gone from the database is found out without being told', async () => {
    const cookie = await signIn(UMA);
    const socket = await open(gateways[1], cookie);
    await knex('sessions').delete();
    // What looks each minute looks at such a moment, too.
    await gateways[1].tell('access', {});
    expect(await socket.within(5000)).toBe('closed');
  });

  it('24: a ticket that is under way when somebody signs out opens nothing', async () => {
    const [{ sessions }] = gateways;
    const ticket = await sessions.createTicket({
      host: HOST,
      nonceHash: 'n',
      userEntityRef: UMA,
      path: '/',
    });
    await sessions.revokeAll(UMA);
    expect(await knex('tickets').where({ user_ref: UMA })).toEqual([]);
    expect(
      await sessions.redeem({ ticket, host: HOST, nonces: [] }),
    ).toBeUndefined();
  });

  it('24: what was ended between the start and the first look is not missed', async () => {
    const told: Array<string[] | undefined> = [];
    const log = new Revocations({
      knex,
      forget: hashes => told.push(hashes),
      logger: mockServices.logger.mock(),
    });
    await signIn(UMA);
    await gateways[0].sessions.revokeAll(UMA);
    await log.poll();
    expect(told).toEqual([undefined]);
    await log.poll();
    expect(told).toHaveLength(1);
  });

  it('24: every ended session is read once, in whatever order transactions end', async () => {
    const told: Array<string[] | undefined> = [];
    const log = new Revocations({
      knex,
      forget: hashes => told.push(hashes),
      logger: mockServices.logger.mock(),
    });
    await log.poll();
    told.length = 0;
    const people = Array.from({ length: 8 }, (_, i) => `user:default/p${i}`);
    for (const person of people)
      for (let i = 0; i < 3; i++)
        await gateways[0].sessions.create(HOST, person, 60_000, ONE);
    const polling = (async () => {
      for (let i = 0; i < 20; i++) await log.poll();
    })();
    const ended = await Promise.all(
      people.map(user_ref => endSessions(knex, { user_ref })),
    );
    await polling;
    await log.poll();
    expect(told.flat().sort()).toEqual(ended.flat().sort());
    expect(told.flat()).toHaveLength(24);
    // Nothing happened, nothing is told.
    const before = told.length;
    await log.poll();
    expect(told).toHaveLength(before);
  });

  it('24: who missed some is told that any may have ended', async () => {
    const told: Array<string[] | undefined> = [];
    const log = new Revocations({
      knex,
      forget: hashes => told.push(hashes),
      logger: mockServices.logger.mock(),
    });
    await log.poll();
    told.length = 0;
    await signIn(UMA);
    await gateways[0].sessions.revokeAll(UMA);
    await knex('revocations').update({ revoked_at: 0 });
    await log.sweep();
    await log.poll();
    expect(told).toEqual([undefined]);
    // A database of an hour ago.
    await knex('positions').update({ value: 0 });
    await log.poll();
    expect(told).toEqual([undefined, undefined]);
  });
});
