import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { EgressProxy } from './egress';
import { HOST_ALIAS } from './PodNetwork';

describe('EgressProxy', () => {
  const room = mkdtempSync(join(tmpdir(), 'egress-'));
  const socketPath = join(room, 's');
  let upstream: Server;
  let port: number;
  let proxy: EgressProxy;
  let arrived: () => void;

  beforeAll(async () => {
    upstream = createServer(async (incoming, response) => {
      if (incoming.url === '/slow') {
        arrived();
        await sleep(150);
      }
      response.end('here');
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    port = (upstream.address() as { port: number }).port;
    proxy = EgressProxy.create({ hostPorts: () => [port] });
    await proxy.listen(socketPath);
  });

  afterAll(async () => {
    await proxy.close();
    upstream.closeAllConnections();
    upstream.close();
    rmSync(room, { recursive: true, force: true });
  });

  const ask = (path: string) =>
    request({ socketPath, path: `http://${HOST_ALIAS}:${port}${path}` }).end();

  it('outlives a pod that leaves before its answer comes', async () => {
    const reached = new Promise<void>(resolve => {
      arrived = resolve;
    });
    const leaving = ask('/slow');
    leaving.on('error', () => {});
    await reached;
    leaving.destroy();
    await sleep(300);

    const [answer] = await once(ask('/'), 'response');
    expect(await text(answer)).toBe('here');
  });

  it('sends no request over a connection that another pod has used', async () => {
    const over = new Set<unknown>();
    upstream.on('request', ({ socket }) => over.add(socket));
    for (let pod = 0; pod < 3; pod++) {
      const [answer] = await once(ask('/'), 'response');
      await text(answer);
    }
    expect(over.size).toBe(3);
  });
});
