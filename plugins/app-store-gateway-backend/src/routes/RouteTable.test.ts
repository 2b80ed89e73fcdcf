import { mockServices } from '@backstage/backend-test-utils';
import { setTimeout as sleep } from 'node:timers/promises';
import { RouteTable } from './RouteTable';

const SNAPSHOT = 'event: snapshot\ndata: {"routes":[],"aliases":[]}\n\n';

/** A store whose streams a test writes, and a table that follows it. */
function store(random = 1) {
  const streams: Array<{
    at: number;
    signal?: AbortSignal | null;
    write(text: string): void;
    end(): void;
  }> = [];
  const answer = { now: true };
  const logger = mockServices.logger.mock();
  const table = new RouteTable({
    store: {
      async fetch(_, { signal } = {}) {
        let controller: ReadableStreamDefaultController<Uint8Array>;
        const body = new ReadableStream<Uint8Array>({
          start: each => {
            controller = each;
          },
        });
        streams.push({
          at: performance.now(),
          signal,
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
  const until = async (count: number) => {
    for (let i = 0; i < 300 && streams.length < count; i++) await sleep(10);
    expect(streams.length).toBeGreaterThanOrEqual(count);
  };
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
