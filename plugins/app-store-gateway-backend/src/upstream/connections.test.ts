/** Connections to apps: none is used again where an app may not have read all of what came before. */
import { TestDatabases } from '@backstage/backend-test-utils';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { UMA } from '../__testUtils__/GatewayUnderTest';
import { GatewayBeforeApps, ONE } from '../__testUtils__/GatewayBeforeApps';
import { eventually } from '../__testUtils__/eventually';
import { ok, TcpApp } from '../__testUtils__/TcpApp';
import { AppConnections } from './AppConnections';
import { OpenConnections } from '../server/OpenConnections';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

describe('connections to apps', () => {
  let gateway: GatewayBeforeApps;
  let app: TcpApp;
  let cookie: string;

  beforeEach(async () => {
    gateway = await GatewayBeforeApps.on(databases);
    cookie = await gateway.cookie();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await gateway?.stop();
    app?.stop();
  });

  /** An app that never reads a body: what it has not read is its next request. */
  const careless = () =>
    TcpApp.start(({ socket }, head) => {
      const path = head.split(' ')[1];
      const user = /x-app-store-user: (.*)/.exec(head)?.[1];
      socket.write(ok(`${path} for ${user}`));
    });

  describe('1: a body that an app leaves unread is never the next request', () => {
    const smuggled =
      'GET /smuggled HTTP/1.1\r\nHost: x\r\nx-app-store-user: user:default/ada\r\n\r\n';

    it.each([
      ['POST', { 'content-length': String(smuggled.length) }],
      ['POST', { 'transfer-encoding': 'chunked' }],
      ['GET', { 'content-length': String(smuggled.length) }],
      ['DELETE', { 'content-length': String(smuggled.length) }],
      ['OPTIONS', { 'content-length': String(smuggled.length) }],
      [
        'PUT',
        { 'content-length': String(smuggled.length), expect: '100-continue' },
      ],
    ])('of %s with %j', async (method, headers) => {
      app = await careless();
      await gateway.serve({ port: app.port });
      for (let n = 0; n < 6; n++) {
        const sent = await gateway.ask({
          method,
          path: `/sends-${n}`,
          headers: { cookie, ...headers } as Record<string, string>,
          body: smuggled,
        });
        expect(sent.body).toBe(`/sends-${n} for ${UMA}`);
        const { body } = await gateway.ask({
          path: `/reads-${n}`,
          headers: { cookie },
        });
        expect(body).toBe(`/reads-${n} for ${UMA}`);
      }
      const shared = app.connections.filter(
        ({ heads }) =>
          heads.length > 1 && heads.some(head => head.includes('/sends-')),
      );
      // What the app took for a request came after the one that brought it, and nothing else did.
      expect(
        shared.flatMap(({ heads }) =>
          heads.filter(head => head.includes('/reads-')),
        ),
      ).toEqual([]);
    });

    it('of a sender who leaves in the middle of it', async () => {
      app = await careless();
      await gateway.serve({ port: app.port });
      const socket = await gateway.connect();
      socket.write(
        `POST /half HTTP/1.1\r\nHost: ${gateway.hostOf()}\r\nCookie: ${cookie}\r\nContent-Length: 5000\r\n\r\n${smuggled}`,
      );
      while (!app.connections.length) await sleep(10);
      socket.destroy();
      await eventually(() => expect(app.open).toBe(0));
      const { body } = await gateway.ask({
        path: '/reads',
        headers: { cookie },
      });
      expect(body).toBe(`/reads for ${UMA}`);
    });

    it('where the app refuses to read on', async () => {
      app = await TcpApp.start(({ socket }, head) => {
        const path = head.split(' ')[1];
        socket.write(
          path === '/bad'
            ? 'HTTP/1.1 431 Too Large\r\nContent-Length: 0\r\n\r\n'
            : ok(path),
        );
      });
      await gateway.serve({ port: app.port });
      for (let n = 0; n < 3; n++) {
        await gateway.ask({ path: '/bad', headers: { cookie } });
        await gateway.ask({ path: '/good', headers: { cookie } });
      }
      for (const { heads } of app.connections)
        expect(heads.at(0)!.includes('/bad') && heads.length > 1).toBe(false);
    });

    it('and requests without one share a connection', async () => {
      app = await careless();
      await gateway.serve({ port: app.port });
      for (let n = 0; n < 20; n++)
        await gateway.ask({ path: `/${n}`, headers: { cookie } });
      expect(app.connections).toHaveLength(1);
    });
  });

  it('1: answers before all of a body came reach the sender, and the sender’s next request works', async () => {
    app = await TcpApp.start(({ socket }, head) => {
      socket.write(ok(head.split(' ')[1]));
    });
    await gateway.serve({ port: app.port });
    const socket = await gateway.connect();
    let answers = '';
    socket.setEncoding('utf8').on('data', chunk => {
      answers += chunk;
    });
    socket.write(
      `POST /early HTTP/1.1\r\nHost: ${gateway.hostOf()}\r\nCookie: ${cookie}\r\nContent-Length: 10\r\n\r\n12345`,
    );
    await eventually(() => expect(answers).toContain('/early'));
    socket.write('67890');
    socket.write(
      `GET /next HTTP/1.1\r\nHost: ${gateway.hostOf()}\r\nCookie: ${cookie}\r\n\r\n`,
    );
    await eventually(() => expect(answers).toContain('/next'));
    socket.destroy();
    expect(answers).toMatch(/\/early[^]*200 OK[^]*\/next/);
  });

  it('1: a reused address never leads to another pod’s connections', async () => {
    app = await careless();
    await gateway.serve({ port: app.port });
    await gateway.ask({ path: '/a', headers: { cookie } });
    expect(app.open).toBe(1);
    await gateway.serve({
      endpoint: { address: '127.0.0.1', port: app.port, podUid: 'another' },
    });
    await gateway.ask({ path: '/b', headers: { cookie } });
    expect(app.connections).toHaveLength(2);
    expect(app.open).toBe(1);
  });

  it('22: requests and upgrades that are aborted during admission leave no entry and no connection', async () => {
    app = await TcpApp.start(() => {});
    await gateway.serve({ port: app.port });
    const added = jest.spyOn(OpenConnections.prototype, 'add');
    let admit = () => {};
    const waiting = new Promise<void>(resolve => {
      admit = resolve;
    });
    gateway.allowed = async () => {
      await waiting;
      return true;
    };
    const head = (extra: string) =>
      `GET / HTTP/1.1\r\nHost: ${gateway.hostOf()}\r\nCookie: ${cookie}\r\n${extra}\r\n`;
    const upgrade = head(
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
    );
    for (let n = 0; n < 20; n++) {
      const socket = await gateway.connect();
      socket.write([head(''), upgrade, head('') + head('')][n % 3]);
      await sleep(10);
      if (n % 2) socket.destroy();
      else socket.resetAndDestroy();
    }
    await sleep(50);
    admit();
    // What is left of them would be there by then.
    await sleep(300);
    const open = added.mock.contexts[0] as OpenConnections | undefined;
    await eventually(() =>
      expect({ sockets: app.open, entries: open?.size ?? 0 }).toEqual({
        sockets: 0,
        entries: 0,
      }),
    );
  });

  it('22: nor do those that are aborted while the app has not answered', async () => {
    app = await TcpApp.start(() => {});
    await gateway.serve({ port: app.port });
    const added = jest.spyOn(OpenConnections.prototype, 'add');
    const head = (extra: string) =>
      `GET / HTTP/1.1\r\nHost: ${gateway.hostOf()}\r\nCookie: ${cookie}\r\n${extra}\r\n`;
    const upgrade = head(
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
    );
    for (const bytes of [head(''), upgrade, head('') + head('')])
      for (const end of ['destroy', 'resetAndDestroy'] as const) {
        const before = app.connections.length;
        const socket = await gateway.connect();
        socket.write(bytes);
        while (app.connections.length === before) await sleep(10);
        await sleep(20);
        socket[end]();
      }
    const open = added.mock.contexts[0] as OpenConnections | undefined;
    await eventually(() =>
      expect({ sockets: app.open, entries: open?.size }).toEqual({
        sockets: 0,
        entries: 0,
      }),
    );
  });

  it('22: more requests at once than one app may have wait for their turn', async () => {
    const held: Array<() => void> = [];
    app = await TcpApp.start(({ socket }, head) => {
      held.push(() => socket.write(ok(head.split(' ')[1])));
    });
    const apps = new AppConnections({ atOnce: 3 });
    const endpoint = { address: '127.0.0.1', port: app.port, podUid: 'p' };
    const ask = async (n: number, signal = new AbortController().signal) => {
      const { body } = await apps.send(endpoint, {
        method: n % 2 ? 'GET' : 'POST',
        path: `/${n}`,
        headers: [],
        signal,
      });
      return text(body);
    };
    const answers = Promise.all([0, 1, 2, 3, 4, 5].map(n => ask(n)));
    const impatient = new AbortController();
    const left = ask(6, impatient.signal);
    for (const each of [answers, left]) each.catch(() => {});
    await eventually(() => expect(held.length).toBeGreaterThanOrEqual(3));
    // A fourth would be there by then.
    await sleep(50);
    expect(held).toHaveLength(3);
    impatient.abort();
    await expect(left).rejects.toThrow('no turn');
    for (let n = 0; n < 6; n++) {
      await eventually(() => expect(held.length).toBeGreaterThan(n));
      held[n]();
    }
    expect((await answers).sort()).toEqual(
      [0, 1, 2, 3, 4, 5].map(n => `/${n}`),
    );
    apps.close();
  });

  it('22: many requests over few connections add no listeners', async () => {
    app = await TcpApp.start(({ socket }, head) => {
      socket.write(ok('x'.repeat(head.length)));
    });
    await gateway.serve({ port: app.port });
    const warned: string[] = [];
    const listen = (warning: Error) => warned.push(warning.message);
    process.on('warning', listen);
    const socket = await gateway.connect();
    let read = '';
    socket.setEncoding('latin1').on('data', chunk => {
      read += String(chunk);
    });
    for (let n = 0; n < 150; n++) {
      socket.write(
        n % 3
          ? `GET /${n} HTTP/1.1\r\nHost: ${gateway.hostOf()}\r\nCookie: ${cookie}\r\n\r\n`
          : `POST /${n} HTTP/1.1\r\nHost: ${gateway.hostOf()}\r\nCookie: ${cookie}\r\nContent-Length: 2\r\n\r\nxy`,
      );
      if (n % 30 === 0) await sleep(20);
    }
    // Whole, however it was cut into pieces.
    const answers = () => read.split('200 OK').length - 1;
    await eventually(() => expect(answers()).toBeGreaterThanOrEqual(150));
    process.off('warning', listen);
    socket.destroy();
    expect({ answers: answers(), warned }).toEqual({
      answers: 150,
      warned: [],
    });
  });

  describe('25: a connection that the app closes just then', () => {
    /** Closes each connection when its second request has come, without an answer. */
    const closing = () =>
      TcpApp.start((connection, head) => {
        if (connection.heads.length > 1) connection.socket.destroy();
        else connection.socket.write(ok(head.split(' ')[1]));
      });

    it.each(['GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE'])(
      'gives no 502 to %s',
      async method => {
        app = await closing();
        await gateway.serve({ port: app.port });
        for (let n = 0; n < 10; n++) {
          const { status } = await gateway.ask({
            method,
            headers: { cookie },
            body: method === 'POST' ? 'x' : undefined,
          });
          expect(status).toBe(200);
        }
      },
    );

    it('gives no 502 where it ends before anything was sent', async () => {
      app = await TcpApp.start(({ socket }, head) => {
        socket.write(ok(head.split(' ')[1]));
      });
      const apps = new AppConnections();
      const endpoint = { address: '127.0.0.1', port: app.port, podUid: 'p' };
      const { signal } = new AbortController();
      const ask = () =>
        apps.send(endpoint, { method: 'GET', path: '/', headers: [], signal });
      for (let n = 0; n < 10; n++) {
        await text((await ask()).body);
        await sleep(5);
        app.connections.at(-1)!.socket.end();
        await text((await ask()).body);
        await sleep(5);
      }
      expect(app.open).toBe(1);
      apps.close();
    });

    it('does not have an app asked twice that ends on a first request', async () => {
      app = await TcpApp.start(({ socket }) => {
        socket.destroy();
      });
      await gateway.serve({ port: app.port });
      const { status } = await gateway.ask({ headers: { cookie } });
      expect({ status, asked: app.connections.length }).toEqual({
        status: 502,
        asked: 1,
      });
    });

    it('has nothing sent twice that may change something', async () => {
      const seen: string[] = [];
      app = await TcpApp.start((connection, head) => {
        seen.push(head.split(' ')[0]);
        if (head.startsWith('POST')) connection.socket.destroy();
        else connection.socket.write(ok('x'));
      });
      await gateway.serve({ port: app.port });
      await gateway.ask({ headers: { cookie } });
      const { status } = await gateway.ask({
        method: 'POST',
        headers: { cookie },
      });
      expect({ status, seen }).toEqual({ status: 502, seen: ['GET', 'POST'] });
    });
  });

  describe('25: informational answers', () => {
    const HINTS = 'Link: </x.css>; rel=preload\r\n';
    it.each([
      ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
      ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
      ['103', `HTTP/1.1 103 Early Hints\r\n${HINTS}\r\n`],
      ['103 twice', `HTTP/1.1 103 Early Hints\r\n${HINTS}\r\n`.repeat(2)],
    ])('%s never become a 502', async (_, early) => {
      app = await TcpApp.start(({ socket }, head) => {
        socket.write(early);
        setTimeout(() => socket.write(ok(head.split(' ')[1])), 20);
      });
      await gateway.serve({ port: app.port });
      for (const method of ['GET', 'GET', 'POST'])
        expect(
          await gateway.ask({ method, path: '/p', headers: { cookie } }),
        ).toMatchObject({ status: 200, body: '/p' });
    });

    it.each([
      ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
      ['103', `HTTP/1.1 103 Early Hints\r\n${HINTS}\r\n`],
    ])('%s before an upgrade', async (_, early) => {
      app = await TcpApp.start(({ socket }, head) => {
        const key = /sec-websocket-key: (.*)/i.exec(head)![1];
        const accept = createHash('sha1')
          .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
          .digest('base64');
        socket.write(early);
        setTimeout(
          () =>
            socket.write(
              `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n\x81\x02hi`,
              'latin1',
            ),
          20,
        );
      });
      await gateway.serve({ port: app.port });
      const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, {
        headers: { host: gateway.hostOf(ONE), cookie },
      });
      const [message] = await once(socket, 'message');
      expect(String(message)).toBe('hi');
      socket.terminate();
    });
  });

  it('25: an upgrade that is refused leaves no connection', async () => {
    app = await TcpApp.start(({ socket }) => {
      socket.write(ok('no'));
    });
    await gateway.serve({ port: app.port });
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, {
      headers: { host: gateway.hostOf(), cookie },
    });
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('200');
    await eventually(() => expect(app.open).toBe(0));
  });

  describe('23: at the end of the process', () => {
    /** So much does not fit into the buffers on the way. */
    const LONG = 16 * 1024 * 1024;
    /** Longer than any test has. */
    const AMPLE_MS = 90_000;
    const SHORT_MS = 500;

    const stopped = async (graceMs = AMPLE_MS) => {
      const began = performance.now();
      await gateway.stop(graceMs);
      return performance.now() - began;
    };

    it('answers under way come to their end, and nothing new is taken', async () => {
      app = await TcpApp.start(({ socket }) => {
        setTimeout(() => socket.write(ok('late')), 500);
      });
      await gateway.serve({ port: app.port });
      const asked = gateway.ask({ headers: { cookie } });
      while (!app.connections.length) await sleep(10);
      const over = stopped();
      await expect(gateway.connect()).rejects.toThrow('ECONNREFUSED');
      const { status, body, headers } = await asked;
      expect([status, body, headers.connection]).toEqual([
        200,
        'late',
        'close',
      ]);
      expect(await over).toBeLessThan(AMPLE_MS);
    });

    it('what is read slowly is read to its end', async () => {
      app = await TcpApp.start(({ socket }) => {
        socket.write(ok('x'.repeat(LONG)));
      });
      await gateway.serve({ port: app.port });
      const socket = await gateway.connect();
      socket.write(
        `GET / HTTP/1.1\r\nHost: ${gateway.hostOf()}\r\nCookie: ${cookie}\r\n\r\n`,
      );
      await once(socket, 'readable');
      const over = stopped();
      await sleep(300);
      const read = await text(socket);
      expect(read.length - read.indexOf('\r\n\r\n') - 4).toBe(LONG);
      expect(await over).toBeLessThan(AMPLE_MS);
    });

    it('the last of an answer is read to its end, too', async () => {
      app = await TcpApp.start(({ socket }, head) => {
        socket.write(ok('x'.repeat(Number(head.split(/[ /]+/)[1]))));
      });
      await gateway.serve({ port: app.port });
      const { contexts } = jest.spyOn(
        ServerResponse.prototype,
        'flushHeaders',
      ).mock;
      /** Asks for so much and reads nothing of it. */
      const leave = async (size: number) => {
        const socket = await gateway.connect();
        socket.write(
          `GET /${size} HTTP/1.1\r\nHost: ${gateway.hostOf()}\r\nCookie: ${cookie}\r\n\r\n`,
        );
        const before = contexts.length;
        while (contexts.length === before) await sleep(5);
        const response = contexts.at(-1) as ServerResponse;
        const taken = () =>
          response.writableLength + (response.socket?.bytesWritten ?? 0);
        // Until no more of it is taken.
        for (let last = -1; last !== taken(); await sleep(100)) last = taken();
        return { socket, response };
      };
      // More than the system takes, and less than the gateway waits with.
      let [least, most] = [0, LONG];
      let size = 0;
      let left: Awaited<ReturnType<typeof leave>> | undefined;
      while (!left) {
        // A machine that paused may have led astray.
        if (most - least < 2) [least, most] = [0, LONG];
        size = Math.floor((least + most) / 2);
        const { socket, response } = await leave(size);
        if (response.writableEnded && !response.writableFinished)
          left = { socket, response };
        else socket.destroy();
        if (response.writableEnded) least = size;
        else most = size;
      }
      const over = stopped();
      await sleep(300);
      const read = await text(left.socket);
      expect(read.length - read.indexOf('\r\n\r\n') - 4).toBe(size);
      expect(await over).toBeLessThan(AMPLE_MS);
    });

    it('neither event streams nor sockets are waited for', async () => {
      app = await TcpApp.start(({ socket }, head) => {
        const key = /sec-websocket-key: (.*)/i.exec(head)?.[1];
        const accept = createHash('sha1')
          .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
          .digest('base64');
        socket.write(
          key
            ? `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`
            : 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\ndata: 1\n\n',
        );
      });
      await gateway.serve({ port: app.port });
      const cut = gateway.ask({ headers: { cookie } }).catch(String);
      const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, {
        headers: { host: gateway.hostOf(), cookie },
      });
      await once(socket, 'open');
      const closed = once(socket, 'close');
      expect(await stopped()).toBeLessThan(AMPLE_MS);
      await closed;
      expect(await cut).toContain('aborted');
    });

    it('what does not come to its end is cut, with connections that ask for nothing', async () => {
      app = await TcpApp.start(() => {});
      await gateway.serve({ port: app.port });
      const cut = gateway.ask({ headers: { cookie } }).catch(String);
      const silent = await gateway.connect();
      while (!app.connections.length) await sleep(10);
      const closed = once(silent, 'close');
      expect(await stopped(SHORT_MS)).toBeGreaterThanOrEqual(SHORT_MS);
      await closed;
      expect(await cut).toContain('socket hang up');
      expect(app.open).toBe(0);
    });
  });
});
