/** Answers under way: when they are cut, and that nothing is left of those that never begin. */
import { TestDatabases } from '@backstage/backend-test-utils';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../__testUtils__/eventually';
import { GatewayBeforeApps } from '../__testUtils__/GatewayBeforeApps';
import { ok, TcpApp } from '../__testUtils__/TcpApp';
import { AppConnections } from '../upstream/AppConnections';
import { OpenConnections } from './OpenConnections';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';

describe('answers under way', () => {
  let gateway: GatewayBeforeApps;
  let app: TcpApp;
  let cookie: string;

  beforeEach(async () => {
    gateway = await GatewayBeforeApps.on(databases);
    cookie = await gateway.cookie();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await gateway?.stop();
    app?.stop();
  });

  describe('22: a switch of protocols that nobody asked for', () => {
    it.each(['GET', 'HEAD', 'POST', 'DELETE'])(
      'is a 502 to %s and leaves nothing',
      async method => {
        app = await TcpApp.start(({ socket }, head) => {
          socket.write(head.includes(' /first ') ? ok('x') : SWITCH);
        });
        await gateway.serve({ port: app.port });
        const added = jest.spyOn(OpenConnections.prototype, 'add');
        // The second GET comes over a connection that was used before.
        for (const path of ['/', '/first', '/']) {
          const answer = await Promise.race([
            gateway.ask({
              method,
              path,
              headers: { cookie },
              body: method === 'POST' ? 'x' : undefined,
            }),
            sleep(2000, { status: 'none' }, { ref: false }),
          ]);
          expect(answer.status).toBe(path === '/' ? 502 : 200);
        }
        const open = added.mock.contexts[0] as OpenConnections;
        await eventually(() =>
          expect({ sockets: app.open, entries: open.size }).toEqual({
            sockets: 0,
            entries: 0,
          }),
        );
      },
    );

    it('gives its turn on', async () => {
      app = await TcpApp.start(({ socket }) => {
        socket.write(SWITCH);
      });
      const apps = new AppConnections({ atOnce: 1 });
      const endpoint = { address: '127.0.0.1', port: app.port, podUid: 'p' };
      for (let n = 0; n < 3; n++)
        await expect(
          Promise.race([
            apps.send(endpoint, {
              method: 'HEAD',
              path: '/',
              headers: [],
              signal: new AbortController().signal,
            }),
            sleep(2000, undefined, { ref: false }),
          ]),
        ).rejects.toThrow('switched protocols');
      apps.close();
    });
  });

  describe('25: an event stream', () => {
    const stream = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';

    /** Follows the app's events. */
    async function follow() {
      app = await TcpApp.start(({ socket }) => {
        socket.write(`${stream}data: 0\n\n`);
      });
      await gateway.serve({ port: app.port });
      const outgoing = request({
        host: '127.0.0.1',
        port: gateway.port,
        agent: false,
        headers: { host: gateway.hostOf(), cookie },
      });
      outgoing.end();
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      const heard = { text: '', over: false };
      answer.setEncoding('utf8');
      answer.on('data', chunk => {
        heard.text += chunk;
      });
      answer.on('error', () => {});
      answer.on('close', () => {
        heard.over = true;
      });
      while (!heard.text) await sleep(10);
      return heard;
    }

    const CUT = { over: true, sockets: 0 };
    const seenOf = ({ over }: { over: boolean }) => ({
      over,
      sockets: app.open,
    });

    const say = (event: number) =>
      app.connections[0].socket.write(`data: ${event}\n\n`);

    it('goes on while its pod is not ready and is again', async () => {
      const heard = await follow();
      await gateway.serve({ endpoint: undefined, stage: 'starting' });
      say(1);
      await gateway.serve({ port: app.port });
      say(2);
      await eventually(() =>
        expect(heard.text).toBe('data: 0\n\ndata: 1\n\ndata: 2\n\n'),
      );
      expect(heard.over).toBe(false);
      expect(app.open).toBe(1);
    });

    it.each([
      ['at once', []],
      ['later', [{ endpoint: undefined }]],
    ])(
      'is cut where another pod took the place of its own, %s',
      async (_, between) => {
        const heard = await follow();
        for (const change of between) await gateway.serve(change);
        await gateway.serve({
          endpoint: {
            address: '127.0.0.1',
            port: app.port,
            podUid: 'another',
          },
        });
        await eventually(() => expect(seenOf(heard)).toEqual(CUT));
      },
    );

    it.each([
      ['is suspended', { status: 'SUSPENDED' as const }],
      ['ends', { terminating: true }],
    ])('is cut where its instance %s', async (_, change) => {
      const heard = await follow();
      await gateway.serve({ endpoint: undefined });
      await gateway.serve({ endpoint: undefined, ...change });
      await eventually(() => expect(seenOf(heard)).toEqual(CUT));
    });

    it('is cut where its instance is no more', async () => {
      const heard = await follow();
      await gateway.serve({ endpoint: undefined });
      await gateway.serve();
      await eventually(() => expect(seenOf(heard)).toEqual(CUT));
    });
  });
});
