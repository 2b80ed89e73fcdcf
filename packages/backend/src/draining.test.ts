/** The end of a server over real sockets. */
import { mockServices } from '@backstage/backend-test-utils';
import type { RootLifecycleService } from '@backstage/backend-plugin-api';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { drainAtShutdown } from './draining';

describe('drainAtShutdown', () => {
  let server: Server;
  let end: () => void;
  let finish: (() => void) | undefined;
  let port: number;

  beforeEach(async () => {
    server = createServer((incoming, response) => {
      if (incoming.url === '/work') {
        finish = () => response.end('done');
        return;
      }
      // As the event bus does: the answer begins, and ends with an event.
      response.writeHead(202);
      response.flushHeaders();
    });
    server.on('upgrade', (_, socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    );
    drainAtShutdown({
      server,
      lifecycle: {
        addBeforeShutdownHook: (hook: () => void) => {
          end = hook;
        },
      } as unknown as RootLifecycleService,
      logger: mockServices.logger.mock(),
      graceMs: 300,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => server.closeAllConnections());

  const get = (path: string) => {
    const outgoing = request({ host: '127.0.0.1', port, path });
    outgoing.end();
    return outgoing;
  };
  const closed = () => {
    end();
    return new Promise(resolve => server.close(resolve));
  };

  it('23: has requests that are under way come to their end', async () => {
    const outgoing = get('/work');
    while (!finish) await once(server, 'request');
    const over = closed();
    finish();
    const [response] = await once(outgoing, 'response');
    expect(await text(response)).toBe('done');
    await over;
  });

  it('23: waits neither for the event bus nor for WebSockets', async () => {
    const waiting = get('/api/events/bus/v1/subscriptions/x/events');
    const [response] = await once(waiting, 'response');
    const cut = once(response, 'error');
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    );
    await once(socket, 'data');
    response.resume();
    await closed();
    await cut;
  });

  it('23: gives up what does not come to its end', async () => {
    const outgoing = get('/work');
    const cut = once(outgoing, 'error');
    await once(server, 'request');
    await closed();
    await cut;
  });
});
