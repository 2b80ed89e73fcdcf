/** A watch and its server, request by request. */
import { mockServices } from '@backstage/backend-test-utils';
import { KubeConfig } from '@kubernetes/client-node';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../../__testUtils__/until';
import { KubeApi } from './KubeApi';
import { Watch } from './Watch';

const object = (name: string, resourceVersion: string) => ({
  metadata: { name, resourceVersion },
});
const line = (type: string, what: object) =>
  `${JSON.stringify({ type, object: what })}\n`;

describe('15: Watch', () => {
  let server: Server;
  let api: KubeApi;
  let watch: Watch<any>;
  /** Lists, and from where each watch began. */
  let asked: string[];
  let told: string[];

  /** @param turns - what each watch brings, one after the other; the last one stays open */
  async function start(
    turns: Array<(response: ServerResponse) => void>,
    {
      items = [object('a', '9')],
      ...options
    }: { items?: object[] | null; quietMs?: number } = {},
  ) {
    asked = [];
    told = [];
    let turn = 0;
    server = createServer((request, response) => {
      const { searchParams } = new URL(request.url!, 'http://x');
      response.setHeader('content-type', 'application/json');
      if (!searchParams.has('watch')) {
        asked.push('list');
        response.end(
          JSON.stringify({
            metadata: { resourceVersion: '10' },
            items,
          }),
        );
        return;
      }
      asked.push(searchParams.get('resourceVersion')!);
      expect(searchParams.get('allowWatchBookmarks')).toBe('true');
      response.flushHeaders();
      turns[turn++]?.(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      {
        name: 'test',
        server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        skipTLSVerify: true,
      },
      { name: 'test' },
    );
    api = KubeApi.create(config);
    watch = new Watch({
      api,
      heartbeat: { onAnswer: () => () => {} },
      apiVersion: 'v1',
      kind: 'Service',
      namespace: 'apps',
      labelSelector: 'x',
      logger: mockServices.logger.mock(),
      sink: {
        begin: () => told.push('begin'),
        take: ({ metadata }) => told.push(metadata.name),
        remove: ({ metadata }) => told.push(`-${metadata.name}`),
        end: () => told.push('end'),
      },
      ...options,
    });
    watch.follow();
  }
  afterEach(() => {
    watch.stop();
    api.close();
    server.closeAllConnections();
    server.close();
  });
  const asks = (count: number) => until(async () => asked.length >= count);

  it('goes on from the last bookmark where it was cut, and lists nothing again', async () => {
    await start([
      response => {
        response.write(line('ADDED', object('b', '11')));
        response.write(line('DELETED', object('a', '12')));
        response.write(line('BOOKMARK', object('', '20')));
        setTimeout(() => response.destroy(), 50);
      },
    ]);
    await asks(3);
    expect(asked).toEqual(['list', '10', '20']);
    expect(told).toEqual(['begin', 'a', 'end', 'b', '-a']);
    await until(async () => watch.brokenAt === undefined);
  });

  it('follows a list of metadata that is empty, whose items a real API server calls null', async () => {
    await start([], { items: null });
    await asks(2);
    expect(asked).toEqual(['list', '10']);
    expect(told).toEqual(['begin', 'end']);
  });

  it('goes on where the server has ended it, as it does after some minutes', async () => {
    await start([response => response.end(line('ADDED', object('b', '11')))]);
    await asks(3);
    expect(asked).toEqual(['list', '10', '11']);
  });

  it('lists all again where the server has forgotten', async () => {
    await start([
      response =>
        response.end(
          line('ERROR', { code: 410, reason: 'Expired', message: 'too old' }),
        ),
    ]);
    await asks(4);
    expect(asked).toEqual(['list', '10', 'list', '10']);
    expect(told).toEqual(['begin', 'a', 'end', 'begin', 'a', 'end']);
  });

  it('begins anew where nothing comes for too long, not even a bookmark', async () => {
    await start(
      [response => void response.write(line('BOOKMARK', object('', '15')))],
      { quietMs: 200 },
    );
    await asks(3);
    expect(asked.slice(0, 3)).toEqual(['list', '10', '15']);
  });
});
