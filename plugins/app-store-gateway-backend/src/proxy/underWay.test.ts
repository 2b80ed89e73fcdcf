/** Answers under way: nothing is left of those that never begin. */
import { TestDatabases } from '@backstage/backend-test-utils';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayBeforeApps } from '../__testUtils__/GatewayBeforeApps';
import { ok, TcpApp } from '../__testUtils__/TcpApp';
import { AppConnections } from './AppConnections';
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
        await sleep(50);
        const open = added.mock.contexts[0] as OpenConnections;
        expect({ sockets: app.open, entries: open.size }).toEqual({
          sockets: 0,
          entries: 0,
        });
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
});
