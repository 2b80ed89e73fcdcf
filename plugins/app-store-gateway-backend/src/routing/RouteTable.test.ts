import { mockServices } from '@backstage/backend-test-utils';
import { setTimeout as sleep } from 'node:timers/promises';
import { TableHash } from '@ai-app-store/backstage-plugin-app-store-common';
import { eventually } from '../__testUtils__/eventually';
import { RouteTable } from './RouteTable';

const SNAPSHOT = 'event: snapshot\ndata: {"routes":[],"aliases":[]}\n\n';

/** A store whose streams a test writes, and a table that follows it. */
function store(random = 1) {
  const streams: Array<{
    at: number;
    signal?: AbortSignal | null;
    headers?: Record<string, string>;
    write(text: string): void;
    end(): void;
  }> = [];
  const answer = { now: true };
  const logger = mockServices.logger.mock();
  const table = new RouteTable({
    store: {
      async fetch(_, { signal, headers } = {}) {
        let controller: ReadableStreamDefaultController<Uint8Array>;
        const body = new ReadableStream<Uint8Array>({
          start: each => {
            controller = each;
          },
        });
        streams.push({
          at: performance.now(),
          signal,
          headers: headers as Record<string, string>,
          write: text => controller.enqueue(new TextEncoder().encode(text)),
          end: () => controller.close(),
        });
        if (!answer.now)
          await new Promise((_resolve, reject) => {
            signal!.addEventListener('abort', () => reject(signal!.reason));
          });
        return new Response(body);
      },
    },
    logger,
    times: {
      idleMs: 200,
      firstPauseMs: 20,
      lastPauseMs: 80,
      random: () => random,
    },
  });
  const followed = table.follow();
  const stop = async () => {
    table.stop();
    await followed;
  };
  const until = (count: number) =>
    eventually(() => expect(streams.length).toBeGreaterThanOrEqual(count));
  return { table, streams, answer, logger, stop, until };
}

describe('following the routes of the store', () => {
  it('22: begins anew where nothing is heard any more', async () => {
    const { table, streams, logger, stop, until } = store();
    streams[0].write(SNAPSHOT);
    await until(2);
    expect(table.loaded).toBe(true);
    expect(streams[0].signal!.aborted).toBe(true);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('nothing was heard of it'),
    );
    await stop();
  });

  it('22: begins anew where the store takes the question and never answers', async () => {
    const { streams, answer, stop, until } = store();
    answer.now = false;
    streams[0].end();
    await until(3);
    expect(streams[1].signal!.aborted).toBe(true);
    await stop();
  });

  it('22: stays where there is a sign of life', async () => {
    const { streams, stop } = store();
    streams[0].write(SNAPSHOT);
    for (let n = 0; n < 12; n++) {
      await sleep(50);
      streams[0].write(': alive\n\n');
    }
    expect(streams).toHaveLength(1);
    await stop();
  });

  it('22: pauses before it comes back, longer each time, also where each stream ends at once', async () => {
    const { streams, stop, until } = store();
    for (let n = 0; n < 6; n++) {
      await until(n + 1);
      streams[n].write(SNAPSHOT);
      streams[n].end();
    }
    await until(6);
    const [, ...gaps] = streams.map((each, n) =>
      n ? each.at - streams[n - 1].at : 0,
    );
    // 20, 40, 80, 80, 80 at least.
    expect(gaps.reduce((sum, gap) => sum + gap)).toBeGreaterThan(290);
    await stop();
  });

  it('22: does not come back at the same moment as other gateways', async () => {
    const waits: string[] = [];
    for (const random of [0, 1]) {
      const { streams, logger, stop, until } = store(random);
      streams[0].write(SNAPSHOT);
      await sleep(20);
      streams[0].end();
      await until(2);
      waits.push(String(logger.warn.mock.calls[0][0]).match(/\d+ ms/)![0]);
      await stop();
    }
    expect(waits).toEqual(['10 ms', '20 ms']);
  });
});

describe('coming back to the store', () => {
  const route = (id: string, title: string) => ({ id, title });
  const frame = (event: string, data: unknown, id: number) =>
    `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
  const hashOf = (...routes: Array<{ id: string }>) => {
    const hash = new TableHash();
    routes.forEach(each => hash.set(`route/${each.id}`, each));
    return { hash: String(hash) };
  };
  const settle = () => sleep(20);

  it('says where it has come to, and goes on from there', async () => {
    const { table, streams, stop, until } = store();
    expect(streams[0].headers).toEqual({});
    streams[0].write(
      frame('snapshot', { routes: [route('a', '1')], aliases: [] }, 7),
    );
    streams[0].write(frame('route', route('b', '2'), 9));
    await settle();
    streams[0].end();
    await until(2);
    expect(streams[1].headers).toEqual({ 'last-event-id': '9' });
    streams[1].write(frame('route', route('a', '3'), 12));
    await eventually(() => expect(table.get('a')).toEqual(route('a', '3')));
    expect(table.get('b')).toEqual(route('b', '2'));
    await stop();
  });

  it('stays where its table is the one of the store', async () => {
    const { streams, stop } = store();
    streams[0].write(
      frame('snapshot', { routes: [route('a', '1')], aliases: [] }, 1),
    );
    for (let n = 0; n < 5; n++)
      streams[0].write(frame('hash', hashOf(route('a', '1')), 1));
    await settle();
    expect(streams).toHaveLength(1);
    await stop();
  });

  it('asks for all where it is another one, and is not misled by a moment', async () => {
    const { table, streams, logger, stop, until } = store();
    const [here, there] = [route('a', '1'), route('a', 'another')];
    streams[0].write(frame('snapshot', { routes: [here], aliases: [] }, 1));
    streams[0].write(frame('hash', hashOf(there), 1));
    streams[0].write(frame('hash', hashOf(here), 1));
    streams[0].write(frame('hash', hashOf(there), 1));
    await settle();
    expect(streams).toHaveLength(1);
    streams[0].write(frame('hash', hashOf(there), 1));
    await until(2);
    expect(streams[1].headers).toEqual({});
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('its table is not the one'),
    );
    streams[1].write(frame('snapshot', { routes: [there], aliases: [] }, 5));
    await eventually(() => expect(table.get('a')).toEqual(there));
    await stop();
  });
});
