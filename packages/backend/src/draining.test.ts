/** The end of a server over real sockets, and of a backend that stands on it. */
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { createBackend } from '@backstage/backend-defaults';
import { rootLifecycleServiceFactory } from '@backstage/backend-defaults/rootLifecycle';
import {
  mockServices,
  ServiceFactoryTester,
} from '@backstage/backend-test-utils';
import express, { Router } from 'express';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { drainAtShutdown } from './draining';
import { hostCheckedRouter } from './hostCheck';

/** Longer than any test has. */
const AMPLE_MS = 60_000;
const SHORT_MS = 500;

/** The root's lifecycle as Backstage ends it. */
type RootLifecycle = typeof coreServices.rootLifecycle.T & {
  beforeShutdown(): Promise<void>;
  shutdown(): Promise<void>;
};

describe('drainAtShutdown', () => {
  let server: Server;
  let lifecycle: RootLifecycle;
  let finish: (() => void) | undefined;
  let port: number;

  beforeEach(async () => {
    finish = undefined;
    const bus = Router();
    // As the event bus does: the answer begins, and ends with an event.
    bus.get('/bus/v1/subscriptions/:id/events', (_, response) => {
      response.writeHead(202);
      response.flushHeaders();
    });
    const app = express();
    app.use('/api/events', bus);
    app.get('/work', (_, response) => {
      finish = () => response.end('done');
    });
    server = createServer(app);
    server.on('upgrade', (_, socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    );
    lifecycle = (await ServiceFactoryTester.from(
      rootLifecycleServiceFactory,
    ).getSubject()) as RootLifecycle;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => server.closeAllConnections());

  const drain = (graceMs = AMPLE_MS) =>
    drainAtShutdown({
      server,
      lifecycle,
      logger: mockServices.logger.mock(),
      graceMs,
    });
  const get = (path: string) => {
    const outgoing = request({ host: '127.0.0.1', port, path });
    // Where a test fails, its requests are cut.
    outgoing.on('error', () => {});
    outgoing.end();
    return outgoing;
  };
  const upgrade = () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    );
    return { begun: once(socket, 'data'), cut: text(socket).catch(() => '') };
  };
  const waitFor = () => get('/api/events/bus/v1/subscriptions/x/events');
  /** Ends all as Backstage does; returns how long that took. */
  const closed = async () => {
    const began = performance.now();
    await lifecycle.beforeShutdown();
    const over = once(server, 'close');
    await lifecycle.shutdown();
    server.close();
    await over;
    return performance.now() - began;
  };

  it('23: has requests that are under way come to their end before anything else ends', async () => {
    drain();
    const outgoing = get('/work');
    while (!finish) await once(server, 'request');
    let drained = false;
    const before = lifecycle.beforeShutdown().then(() => (drained = true));
    await sleep(100);
    expect(drained).toBe(false);
    // What comes meanwhile is served, and its connection is not used again.
    const last = finish;
    const late = get('/work');
    const answered = once(late, 'response');
    while (finish === last) await once(server, 'request');
    last();
    finish();
    const [answer] = await once(outgoing, 'response');
    expect(await text(answer)).toBe('done');
    const [lateAnswer] = await answered;
    expect(await text(lateAnswer)).toBe('done');
    expect(lateAnswer.headers.connection).toBe('close');
    await before;
    await closed();
  });

  it('23: waits neither for the event bus nor for WebSockets, nor for those that come back', async () => {
    drain();
    const [response] = await once(waitFor(), 'response');
    const cut = text(response).catch(() => '');
    const socket = upgrade();
    await socket.begun;
    const work = get('/work');
    const answered = once(work, 'response');
    answered.catch(() => {});
    while (!finish) await once(server, 'request');
    const over = closed();
    await Promise.all([cut, socket.cut]);
    const socketAgain = upgrade();
    socketAgain.begun.catch(() => {});
    const [back] = await once(waitFor(), 'response');
    const cutAgain = text(back).catch(() => '');
    await socketAgain.cut;
    finish();
    await answered;
    expect(await over).toBeLessThan(AMPLE_MS);
    await cutAgain;
  });

  it('23: is not held up by a connection that asks for nothing', async () => {
    drain();
    const silent = connect(port, '127.0.0.1');
    await once(server, 'connection');
    const over = once(silent, 'close');
    expect(await closed()).toBeLessThan(AMPLE_MS);
    await over;
  });

  it('23: gives up what does not come to its end', async () => {
    drain(SHORT_MS);
    const outgoing = get('/work');
    const cut = once(outgoing, 'error');
    await once(server, 'request');
    expect(await closed()).toBeGreaterThanOrEqual(SHORT_MS);
    await cut;
  });
});

jest.setTimeout(60_000);

describe('a backend that ends', () => {
  it('23: closes what its plugins stand on when requests that are under way are over', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    let store = 'open';
    let begun = () => {};
    const begins = new Promise<void>(resolve => (begun = resolve));
    const backend = createBackend();
    backend.add(hostCheckedRouter);
    backend.add(mockServices.rootLogger.factory());
    backend.add(mockServices.auth.factory());
    backend.add(mockServices.httpAuth.factory());
    backend.add(
      mockServices.rootConfig.factory({
        data: {
          backend: {
            baseUrl: `http://localhost:${port}`,
            listen: { host: '127.0.0.1', port },
          },
        },
      }),
    );
    backend.add(
      createBackendPlugin({
        pluginId: 'slow',
        register(reg) {
          reg.registerInit({
            deps: {
              httpRouter: coreServices.httpRouter,
              lifecycle: coreServices.lifecycle,
            },
            async init({ httpRouter, lifecycle }) {
              lifecycle.addShutdownHook(() => {
                store = 'closed';
              });
              httpRouter.addAuthPolicy({
                path: '/',
                allow: 'unauthenticated',
              });
              const router = Router();
              router.get('/', async (_, response) => {
                begun();
                await sleep(1000);
                response.send(store);
              });
              httpRouter.use(router);
            },
          });
        },
      }),
    );
    await backend.start();
    const answer = fetch(`http://127.0.0.1:${port}/api/slow/`);
    await begins;
    const ended = backend.stop();
    expect(await (await answer).text()).toBe('open');
    await ended;
    expect(store).toBe('closed');
  });
});
