import express from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { EventStreams } from './EventStreams';

describe('EventStreams', () => {
  async function serve(streams: EventStreams, allowed: () => boolean) {
    const asked: number[] = [];
    const app = express();
    app.get('/', (request, response) => {
      const events = streams.open(request, response);
      streams.whileAllowed(response, async () => {
        asked.push(asked.length);
        if (!allowed()) throw new Error('no longer');
      });
      events.send('hello', { to: 'you' });
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { server, asked, url: `http://127.0.0.1:${port}/` };
  }

  it('end for whoever may no longer read them, and ask nobody who left', async () => {
    let allowed = true;
    const { server, asked, url } = await serve(
      new EventStreams({ renewMs: 20 }),
      () => allowed,
    );
    try {
      const reading = fetch(url).then(response => response.text());
      while (asked.length < 3) await new Promise(done => setTimeout(done, 5));
      allowed = false;
      expect(await reading).toContain('event: hello\ndata: {"to":"you"}\n\n');
      const after = asked.length;
      await new Promise(done => setTimeout(done, 100));
      expect(asked.length).toBe(after);
    } finally {
      server.close();
    }
  });

  it('end when the backend does', async () => {
    const streams = new EventStreams();
    const { server, url } = await serve(streams, () => true);
    try {
      const response = await fetch(url);
      streams.endAll();
      expect(await response.text()).toContain('event: hello');
    } finally {
      server.close();
    }
  });
});
