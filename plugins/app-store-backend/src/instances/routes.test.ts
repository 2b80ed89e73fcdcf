import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import express from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { EventEmitter } from 'node:events';
import { notFound } from '../errors/StoreError';
import { EventStreams } from '../http/EventStreams';
import { instanceHandlers, type InstanceHandlerOptions } from './routes';

const UMA = 'user:default/uma';
const caller = {
  userEntityRef: UMA,
  roles: [],
  fullAccess: true,
  admin: false,
};

/** The streams of a store whose reads are answered when the test says so. */
async function serve() {
  const reads: Array<{
    id: string;
    answer(instance?: Partial<AppInstance>): void;
  }> = [];
  const events = new EventEmitter();
  const feed = {
    changed: (key: string) => events.emit('change', key),
    subscribe: (listener: (key: string) => void) => {
      events.on('change', listener);
      return () => events.off('change', listener);
    },
  };
  const streams = new EventStreams();
  const instances = {
    // Whoever looks again by themselves attempts nothing: not `get`, which is audited.
    find: (_: unknown, id: string) =>
      new Promise((resolve, reject) => {
        reads.push({
          id,
          answer: instance =>
            instance
              ? resolve({ id, owner: UMA, ...instance })
              : reject(notFound('instance', id)),
        });
      }),
    present: async (_: unknown, found: unknown[]) => found,
    get: async () => ({}),
    list: async () => ({ items: [{ id: 'i' }] }),
  };
  const handlers = instanceHandlers({
    instances,
    owners: { of: async () => UMA },
    callerOf: async () => caller,
    callerAgain: async () => caller,
    feed,
    streams,
  } as unknown as InstanceHandlerOptions);
  const app = express();
  app.get('/all', (request, response) =>
    handlers.watchInstances(request as never, response),
  );
  app.get('/:id', (request, response) =>
    handlers.watchInstance(request as never, response),
  );
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const next = async (n: number) => {
    while (reads.length <= n) await new Promise(done => setTimeout(done, 2));
    return reads[n];
  };
  return {
    feed,
    next,
    /** All that is told until the end. */
    async told(path: string, work: () => Promise<void>) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      await work();
      await new Promise(done => setTimeout(done, 50));
      streams.endAll();
      const text = await response.text();
      server.close();
      return [...text.matchAll(/event: (\S+)\ndata: (.*)\n/g)].map(
        ([, event, data]) => {
          const { revision, terminating } = JSON.parse(data);
          return [event, revision, ...(terminating ? ['ending'] : [])];
        },
      );
    },
  };
}

describe('streams of instances', () => {
  it('tell the newest state, however the reads overtake each other', async () => {
    const { feed, next, told } = await serve();
    expect(
      await told('/all', async () => {
        const first = await next(0);
        feed.changed('i');
        (await next(1)).answer({ revision: 2 });
        await new Promise(done => setTimeout(done, 20));
        feed.changed('i');
        const third = await next(2);
        first.answer({ revision: 1 });
        await new Promise(done => setTimeout(done, 20));
        third.answer({ revision: 3 });
      }),
    ).toEqual([
      ['instance', 2],
      ['instance', 3],
    ]);
  });

  const ending = {
    terminating: true,
    purgeAfter: '2026-01-08T00:00:00.000Z',
  };

  it('of all say once that one is terminated and kept, and tell it again when it is restored', async () => {
    const { feed, next, told } = await serve();
    expect(
      await told('/all', async () => {
        (await next(0)).answer({ revision: 1 });
        for (let n = 1; n <= 4; n++) {
          feed.changed('i');
          (await next(n)).answer({ revision: n, ...ending });
          await new Promise(done => setTimeout(done, 5));
        }
        feed.changed('i');
        (await next(5)).answer({ revision: 9 });
      }),
    ).toEqual([
      ['instance', 1],
      ['gone', undefined],
      ['instance', 9],
    ]);
  });

  it('of one tell its state to its end, and nothing of others', async () => {
    const { feed, next, told } = await serve();
    expect(
      await told('/i', async () => {
        (await next(0)).answer({ revision: 1 });
        feed.changed('k');
        feed.changed('i');
        const read = await next(1);
        expect(read.id).toBe('i');
        read.answer({ revision: 2, ...ending });
        await new Promise(done => setTimeout(done, 5));
        feed.changed('i');
        (await next(2)).answer();
      }),
    ).toEqual([
      ['instance', 1],
      ['instance', 2, 'ending'],
      ['gone', undefined],
    ]);
  });
});

describe('a log as text', () => {
  it.each([
    ['comes to its end though the backend ends', false, 'one\ntwo\n'],
    ['ends at once where it is followed and the backend ends', true, 'one\n'],
  ])('23: %s', async (_, follow, told) => {
    const log = new PassThrough();
    const streams = new EventStreams();
    const handlers = instanceHandlers({
      instances: { logs: async () => ({ text: log }) },
      callerOf: async () => caller,
      streams,
    } as unknown as InstanceHandlerOptions);
    const app = express();
    app.get('/:id', (request, response) => {
      Object.assign(request, { query: { follow } });
      return handlers.getInstanceLogs(request as never, response);
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      log.write('one\n');
      const response = await fetch(`http://127.0.0.1:${port}/i`, {
        headers: { accept: 'text/plain' },
      });
      const reader = response.body!.pipeThrough(new TextDecoderStream());
      let read = '';
      for await (const chunk of reader) {
        if (!read) {
          streams.endAll();
          if (!follow) log.end('two\n');
        }
        read += chunk;
      }
      expect(read).toBe(told);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
