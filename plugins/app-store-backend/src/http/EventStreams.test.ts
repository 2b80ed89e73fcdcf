import express from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { notFound, StoreError } from '../errors/StoreError';
import { EventStreams, type EventStream } from './EventStreams';

describe('EventStreams', () => {
  async function serve(
    streams: EventStreams,
    ask: () => void,
    more: (events: EventStream) => void = () => {},
  ) {
    const asked: number[] = [];
    const app = express();
    app.get('/', (request, response) => {
      const events = streams.open(request, response);
      streams.whileAllowed(response, async () => {
        asked.push(asked.length);
        ask();
      });
      events.send('hello', { to: 'you' });
      more(events);
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { server, asked, url: `http://127.0.0.1:${port}/` };
  }

  it('break off for whoever may no longer read them, and ask nobody who left', async () => {
    let answer = () => {};
    const { server, asked, url } = await serve(
      new EventStreams({ renewMs: 20 }),
      () => answer(),
    );
    try {
      const response = await fetch(url);
      const reader = response.body!.pipeThrough(new TextDecoderStream());
      let read = '';
      const reading = (async () => {
        for await (const chunk of reader) read += chunk;
      })();
      while (asked.length < 3) await new Promise(done => setTimeout(done, 5));
      // Nobody can be asked: that is no refusal.
      answer = () => {
        throw new StoreError({
          status: 503,
          code: 'ROLES_UNAVAILABLE',
          message: 'Away.',
          owner: 'platform',
          remedy: 'Wait.',
        });
      };
      while (asked.length < 6) await new Promise(done => setTimeout(done, 5));
      answer = () => {
        throw notFound('instance', 'i');
      };
      await expect(reading).rejects.toThrow();
      expect(read).toContain('event: hello\ndata: {"to":"you"}\n\n');
      const after = asked.length;
      await new Promise(done => setTimeout(done, 100));
      expect(asked.length).toBe(after);
    } finally {
      server.close();
    }
  });

  it('8: break off for somebody whom the store no longer knows', async () => {
    const { server, url } = await serve(
      new EventStreams({ renewMs: 20 }),
      () => {
        throw new StoreError({
          status: 401,
          code: 'PERSON_UNKNOWN',
          message: 'Gone.',
          owner: 'admin',
          remedy: 'Ask.',
        });
      },
    );
    try {
      const response = await fetch(url);
      await expect(response.text()).rejects.toThrow();
    } finally {
      server.close();
    }
  });

  it('hold up what comes faster than it is read, until the reader takes it or leaves', async () => {
    const streams = new EventStreams();
    let sent = 0;
    let over = false;
    const { server, url } = await serve(
      streams,
      () => {},
      async events => {
        events.onEnd(() => (over = true));
        while (!over) {
          events.send('line', 'x'.repeat(10_000));
          sent++;
          await events.drained();
          await new Promise(done => setImmediate(done));
        }
      },
    );
    try {
      const abort = new AbortController();
      const response = await fetch(url, { signal: abort.signal });
      // It is held up once all buffers on the way are full.
      let before = -1;
      while (before !== sent) {
        before = sent;
        await new Promise(done => setTimeout(done, 200));
      }
      expect(sent).toBeLessThan(5000);
      const reader = response.body!.getReader();
      while (sent === before) await reader.read();
      abort.abort();
      while (!over) await new Promise(done => setTimeout(done, 5));
    } finally {
      server.close();
    }
  });

  it('end when the backend does, and take nothing more', async () => {
    const streams = new EventStreams();
    let events: EventStream | undefined;
    const { server, url } = await serve(
      streams,
      () => {},
      opened => (events = opened),
    );
    try {
      const response = await fetch(url);
      streams.endAll();
      events!.send('late', {});
      const text = await response.text();
      expect(text).toContain('event: hello');
      expect(text).not.toContain('late');
    } finally {
      server.close();
    }
  });

  it('23: end at once where the backend is ending already', async () => {
    const streams = new EventStreams();
    streams.endAll();
    const { server, url } = await serve(streams, () => {});
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain(': open');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
