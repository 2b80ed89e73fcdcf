import { KubeConfig } from '@kubernetes/client-node';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { KubeApi } from './KubeApi';
import { KubeError } from './KubeError';

const ANSWER = '{"kind":"Status"}';
const HEAD = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${ANSWER.length}\r\n\r\n`;

/** A server of bytes, since what is tested here no HTTP server does on request. */
async function clusterOf(
  onRequest: (socket: Socket, ofThisConnection: number) => void,
): Promise<{ api: KubeApi; server: Server; requests: () => number }> {
  let requests = 0;
  const server = createServer(socket => {
    let ofThisConnection = 0;
    socket.on('error', () => {});
    socket.on('data', () => {
      requests += 1;
      ofThisConnection += 1;
      onRequest(socket, ofThisConnection);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: 'test',
      server: `http://127.0.0.1:${port}`,
      skipTLSVerify: true,
    },
    { name: 'test' },
  );
  return { api: KubeApi.create(config), server, requests: () => requests };
}

describe('KubeApi', () => {
  let running: Awaited<ReturnType<typeof clusterOf>> | undefined;
  const start = async (onRequest: Parameters<typeof clusterOf>[0]) => {
    running = await clusterOf(onRequest);
    return running;
  };

  afterEach(() => {
    running?.api.close();
    running?.server.close();
    running = undefined;
  });

  /** Answers the first request of a connection, and closes it at the second, as a server does with an idle one. */
  const closesIdleConnections = (socket: Socket, ofThisConnection: number) => {
    if (ofThisConnection === 1) socket.write(HEAD + ANSWER);
    else socket.resetAndDestroy();
  };

  it('asks again on a new connection where the kept one was closed meanwhile', async () => {
    const { api, requests } = await start(closesIdleConnections);
    await api.json('/version');
    await expect(api.json('/version')).resolves.toEqual({ kind: 'Status' });
    expect(requests()).toBe(3);
  });

  it('does not send a POST twice', async () => {
    const { api, requests } = await start(closesIdleConnections);
    await api.json('/version');
    await expect(
      api.json('/api/v1/namespaces', { method: 'POST', body: {} }),
    ).rejects.toMatchObject({ name: 'KubeError', reason: 'Unreachable' });
    expect(requests()).toBe(2);
  });

  it('gives up a server that says nothing', async () => {
    const { api } = await start(() => {});
    await expect(api.json('/version', { timeoutMs: 100 })).rejects.toThrow(
      'the Kubernetes API cannot be reached: no answer within 100 ms',
    );
  });

  it('15: gives up what has waited, when it is told that nobody answers', async () => {
    const { api } = await start(() => {});
    const asked = api.json('/version');
    const [watch] = await Promise.allSettled([
      api.stream('/api/v1/pods', { signal: AbortSignal.timeout(300) }),
      asked.catch(() => {}),
      (async () => {
        await new Promise(resolve => setTimeout(resolve, 100));
        api.giveUp(5000);
        api.giveUp(50);
      })(),
    ]);
    await expect(asked).rejects.toMatchObject({
      message: expect.stringContaining('no answer within 50 ms'),
    });
    // A stream ends when its reader says so.
    expect((watch as PromiseRejectedResult).reason.name).toBe('AbortError');
  });

  it('gives up an answer that stops halfway', async () => {
    const { api } = await start(socket => {
      socket.write(HEAD + ANSWER.slice(0, 5));
    });
    await expect(
      api.json('/version', { timeoutMs: 100 }),
    ).rejects.toMatchObject({ name: 'KubeError', reason: 'Unreachable' });
  });

  it('says that the cluster cannot be reached where an answer is cut', async () => {
    const { api } = await start(socket => {
      socket.end(HEAD + ANSWER.slice(0, 5));
    });
    await expect(api.json('/version')).rejects.toBeInstanceOf(KubeError);
  });

  it('takes an answer that came while this process stood still', async () => {
    const { api } = await start(socket => {
      socket.write(HEAD);
      // The rest is in the socket when the limit has passed, and was not read yet.
      socket.write(ANSWER);
      const until = Date.now() + 300;
      while (Date.now() < until);
    });
    await expect(api.json('/version', { timeoutMs: 100 })).resolves.toEqual({
      kind: 'Status',
    });
  });
});
