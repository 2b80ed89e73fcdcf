/** Sessions in containers, whatever becomes of their clients. */
import { once } from 'node:events';
import { parse } from 'yaml';
import WebSocket from 'ws';
import {
  isReady,
  OwnCluster,
  processesWith,
} from '../../__testUtils__/clusters';
import type { Json } from '../../types';

describe('exec', () => {
  const own = OwnCluster.use();
  const pods = '/api/v1/namespaces/default/pods';
  beforeAll(async () => {
    await own.client.call('POST', pods, {
      metadata: { name: 'box' },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          { name: 'main', image: 'local/node:24', command: ['sleep', '3000'] },
        ],
      },
    });
    await own.client.until('ready', async () =>
      isReady((await own.client.call('GET', `${pods}/box`)).body),
    );
  });

  function open(
    query: string,
    options: { protocols?: string[]; pod?: string; token?: string } = {},
  ): WebSocket {
    const { protocols = ['v5.channel.k8s.io'], pod = 'box' } = options;
    const config = parse(own.cluster.kubeconfig);
    const token = options.token ?? config.users[0].user.token;
    return new WebSocket(
      `${own.address.replace('https', 'wss')}${pods}/${pod}/exec?${query}`,
      protocols,
      {
        ca: Buffer.from(
          config.clusters[0].cluster['certificate-authority-data'],
          'base64',
        ),
        headers: token ? { authorization: `Bearer ${token}` } : {},
      },
    );
  }

  /** What comes on each channel until the end. */
  async function all(socket: WebSocket): Promise<Record<number, string>> {
    const found: Record<number, string> = {};
    socket.on('message', (data: Buffer) => {
      found[data[0]] = (found[data[0]] ?? '') + data.subarray(1).toString();
    });
    await once(socket, 'close');
    return found;
  }

  /** The status of a refusal, and its message. */
  function refusal(socket: WebSocket): Promise<[number, string]> {
    return new Promise(resolve => {
      socket.on('error', () => {});
      socket.on('unexpected-response', (_, answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk));
        answer.on('end', () => {
          const body: Json = JSON.parse(text);
          resolve([answer.statusCode!, body.message]);
        });
      });
    });
  }

  const command = (...words: string[]) =>
    words.map(word => `command=${encodeURIComponent(word)}`).join('&');

  it('ends the command and all that it started when the client leaves', async () => {
    const marker = `4000.${process.pid}`;
    const socket = open(
      `stdout=true&${command('sh', '-c', `sleep ${marker} & sleep ${marker}`)}`,
    );
    await once(socket, 'open');
    await own.client.until(
      'both',
      async () => processesWith(`sleep ${marker}`) >= 2,
    );
    socket.terminate();
    await own.client.until(
      'none',
      async () => processesWith(`sleep ${marker}`) === 0,
    );
    expect(
      (await own.client.call('GET', `${pods}/box`)).body.status
        .containerStatuses[0].restartCount,
    ).toBe(0);
  });

  it('hears that its input has no more, and says the exit code last', async () => {
    const socket = open(
      `stdin=true&stdout=true&stderr=true&${command(
        'sh',
        '-c',
        'cat; echo over >&2; exit 4',
      )}`,
    );
    await once(socket, 'open');
    socket.send(Buffer.from([0, ...Buffer.from('hello')]));
    socket.send(Buffer.from([255, 0]));
    const found = await all(socket);
    expect([found[1], found[2]]).toEqual(['hello', 'over\n']);
    expect(JSON.parse(found[3])).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '4' }] },
    });
  });

  it('goes on for others while a terminal is not read, and takes only sizes that are some', async () => {
    const socket = open(
      `stdin=true&stdout=true&tty=true&${command('sleep', '3')}`,
    );
    await once(socket, 'open');
    const ended = all(socket);
    for (const size of [
      '{"Width":"80","Height":"24"}',
      '{"Width":100,"Height":40}',
    ])
      socket.send(Buffer.from([4, ...Buffer.from(size)]));
    socket.send(Buffer.from([0, ...Buffer.alloc(64 * 1024, 'x')]));
    const began = Date.now();
    while (Date.now() - began < 1500)
      expect((await own.client.call('GET', `${pods}/box`)).status).toBe(200);
    expect(JSON.parse((await ended)[3]).status).toBe('Success');
  });

  it('forgets what a probe prints without end', async () => {
    await own.client.call('POST', pods, {
      metadata: { name: 'loud' },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'main',
            image: 'local/node:24',
            command: ['sleep', '3000'],
            readinessProbe: { timeoutSeconds: 1, exec: { command: ['yes'] } },
          },
        ],
      },
    });
    const events = '/api/v1/namespaces/default/events';
    const unhealthy = await own.client.until('unhealthy', async () =>
      (
        await own.client.call('GET', events)
      ).body.items.find(
        ({ involvedObject, reason }: Json) =>
          involvedObject.name === 'loud' && reason === 'Unhealthy',
      ),
    );
    expect(unhealthy.message.length).toBeLessThan(1100);
    await own.client.call('DELETE', `${pods}/loud`);
  });

  it.each([
    [
      'another pod',
      { pod: 'none' },
      'stdout=true',
      404,
      'pods "none" not found',
    ],
    [
      'no command',
      {},
      'stdout=true',
      400,
      'you must specify at least one command for the container',
    ],
    [
      'no stream',
      {},
      'command=true',
      400,
      'you must specify at least 1 of stdin, stdout, stderr',
    ],
    [
      'another container',
      {},
      'stdout=true&command=true&container=none',
      400,
      'container none is not valid for pod box',
    ],
  ])('refuses %s', async (_, options, query, status, message) => {
    const asked = options.hasOwnProperty('pod')
      ? `${query}&command=true`
      : query;
    expect(await refusal(open(asked, options))).toEqual([status, message]);
  });

  it('refuses whom it does not know, and a protocol that it does not', async () => {
    const [status, message] = await refusal(
      open('stdout=true&command=true', { token: '' }),
    );
    expect([status, message]).toEqual([
      403,
      expect.stringContaining('cannot get resource "pods/exec"'),
    ]);
    expect(
      await refusal(open('stdout=true&command=true', { protocols: ['other'] })),
    ).toEqual([400, expect.stringContaining('unable to negotiate protocol')]);
  });
});
