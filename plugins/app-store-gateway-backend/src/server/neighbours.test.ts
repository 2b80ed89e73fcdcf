/** What an app can do to people at its neighbours: as little as a stranger. */
import { TestDatabases } from '@backstage/backend-test-utils';
import { maxHeaderSize } from 'node:http';
import { UMA } from '../__testUtils__/GatewayUnderTest';
import { GatewayBeforeApps } from '../__testUtils__/GatewayBeforeApps';
import { TcpApp } from '../__testUtils__/TcpApp';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const MALLORY = 'user:default/mallory';
const NAVIGATION = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };

describe('neighbours', () => {
  let gateway: GatewayBeforeApps;
  let app: TcpApp;
  /** Headers of the app's next answers, and their status. */
  let answer: { status: string; headers: string };

  beforeAll(async () => {
    gateway = await GatewayBeforeApps.on(databases);
    app = await TcpApp.start(({ socket }, head) => {
      const body = JSON.stringify({
        user: /x-app-store-user: (.*)/.exec(head)?.[1],
        names: head
          .split('\r\n')
          .slice(1)
          .map(line => line.split(':')[0].toLocaleLowerCase('en-US')),
      });
      socket.write(
        `HTTP/1.1 ${answer.status}\r\n${answer.headers}Content-Length: ${body.length}\r\n\r\n${body}`,
      );
    });
    await gateway.serve({ port: app.port });
  });
  beforeEach(() => {
    answer = { status: '200 OK', headers: '' };
  });
  afterAll(async () => {
    await gateway?.stop();
    app?.stop();
  });

  const enter = async (nonce: string, user: string) => {
    const begun = await gateway.ask({
      path: '/deep',
      headers: { ...NAVIGATION, cookie: nonce },
    });
    const state = new URL(begun.headers.location!).searchParams.get('state')!;
    const { url } = await gateway.handOff.exchange(state, user);
    const { pathname, search } = new URL(url);
    return {
      nonce: begun.headers['set-cookie']![0].split(';')[0],
      path: pathname + search,
    };
  };

  describe('9: a session cookie that a neighbour adds', () => {
    it('leads to signing in anew, and counts no longer', async () => {
      const own = await gateway.cookie(UMA);
      const planted = await gateway.cookie(MALLORY);
      // A longer path comes first.
      const both = `${planted}; ${own}`;
      const began = await gateway.ask({
        path: '/x',
        headers: { ...NAVIGATION, cookie: both },
      });
      expect([began.status, began.headers.location]).toEqual([
        302,
        expect.stringContaining('http://localhost:7007/app-store-enter'),
      ]);
      // Where the browser sends the planted one for ever, the new session is found beside it.
      const anew = await gateway.cookie(UMA);
      for (const cookie of [`${planted}; ${anew}`, `${anew}; ${planted}`]) {
        const inside = await gateway.ask({ headers: { cookie } });
        expect(JSON.parse(inside.body).user).toBe(UMA);
      }
      for (const cookie of [planted, own])
        expect((await gateway.ask({ headers: { cookie } })).status).toBe(401);
    });

    it('does no harm where it is of the same person, or of nobody', async () => {
      const own = await gateway.cookie(UMA);
      const other = await gateway.cookie(UMA);
      for (const cookie of [
        `${other}; ${own}`,
        `app-store-session=${'a'.repeat(43)}; ${own}`,
        `${own}; app-store-session=x`,
      ])
        expect((await gateway.ask({ headers: { cookie } })).status).toBe(200);
    });

    it('opens no socket, and sends nothing in the name of another', async () => {
      const cookie = `${await gateway.cookie(MALLORY)}; ${await gateway.cookie(
        UMA,
      )}`;
      const { status } = await gateway.ask({
        method: 'POST',
        headers: { cookie },
        body: 'x',
      });
      expect(status).toBe(401);
    });
  });

  describe('9: a nonce cookie that a neighbour adds', () => {
    it('signs nobody in beside the own one', async () => {
      const theirs = await enter('', MALLORY);
      const mine = await enter('', UMA);
      const cookie = `${theirs.nonce}; ${mine.nonce}`;
      const refused = await gateway.ask({
        path: theirs.path,
        headers: { ...NAVIGATION, cookie },
      });
      expect([refused.status, refused.headers.location]).toEqual([
        302,
        expect.stringContaining('/app-store-enter?state='),
      ]);
      expect(refused.headers['set-cookie']!.join()).not.toContain('session=');
      // With the nonce that came anew they are in, also where the planted one stays.
      const state = new URL(refused.headers.location!).searchParams.get(
        'state',
      )!;
      const { url } = await gateway.handOff.exchange(state, UMA);
      const nonce = refused.headers['set-cookie']![0].split(';')[0];
      const entered = await gateway.ask({
        path: new URL(url).pathname + new URL(url).search,
        headers: { ...NAVIGATION, cookie: `${theirs.nonce}; ${nonce}` },
      });
      expect(entered.headers['set-cookie']![0]).toMatch(/^app-store-session=/);
    });

    it('is not taken over by a sign-in that begins', async () => {
      const planted = (await enter('', MALLORY)).nonce;
      const own = (await enter('', UMA)).nonce;
      const { nonce } = await enter(`${planted}; ${own}`, UMA);
      expect([planted, own]).not.toContain(nonce);
    });
  });

  describe('10: cookies that fill every request', () => {
    const bomb = 'x='.padEnd(maxHeaderSize, 'y');

    it('are dropped by the answer that refuses them', async () => {
      const refused = await gateway.ask({ headers: { cookie: bomb } });
      expect(refused.status).toBe(431);
      expect(refused.headers['clear-site-data']).toBe('"cookies"');
      expect(refused.headers['content-type']).toMatch('text/html');
      expect(refused.body).toContain('Try again');
    });

    it('are dropped where an app refuses them, and only where they are long', async () => {
      answer.status = '431 Too Large';
      const own = await gateway.cookie(UMA);
      const long = await gateway.ask({
        headers: { cookie: `${own}; ${bomb.slice(0, maxHeaderSize / 2)}` },
      });
      expect([long.status, long.headers['clear-site-data']]).toEqual([
        431,
        '"cookies"',
      ]);
      const short = await gateway.ask({ headers: { cookie: own } });
      expect([short.status, short.headers['clear-site-data']]).toEqual([
        431,
        undefined,
      ]);
    });

    it('are deleted by no app at its neighbours', async () => {
      const cookie = await gateway.cookie(UMA);
      const cleared = async (value: string) => {
        answer.headers = `Clear-Site-Data: ${value}\r\n`;
        return (await gateway.ask({ headers: { cookie } })).headers[
          'clear-site-data'
        ];
      };
      expect(await cleared('"cookies"')).toBeUndefined();
      expect(await cleared('"cookies", "storage"')).toBe('"storage"');
      expect(await cleared('"*"')).toBe('"cache", "storage"');
    });

    it('and what is no HTTP has an answer, too', async () => {
      expect(await gateway.raw('NONSENSE\r\n\r\n')).toMatch(
        /^HTTP\/1.1 400 Bad Request\r\n/,
      );
      const mixed = await gateway.raw(
        `GET / HTTP/1.1\r\nHost: ${gateway.hostOf()}\r\nCookie: ${await gateway.cookie()}\r\n\r\nNONSENSE\r\n\r\n`,
      );
      expect(mixed).not.toMatch(/400/);
    });
  });

  it('10: names that only proxies use, and names that servers mix up, do not reach apps', async () => {
    const cookie = await gateway.cookie(UMA);
    const forged = [
      'X-Forwarded-User',
      'X-Forwarded-Email',
      'X-Forwarded-Groups',
      'X-Forwarded-Preferred-Username',
      'X-Forwarded-Access-Token',
      'X-Forwarded-Prefix',
      'X-Forwarded-Server',
      'X-Forwarded-Client-Cert',
      'X-Original-URL',
      'X-Original-URI',
      'X-Rewrite-URL',
      'Remote-User',
      'Remote-Groups',
      'X-Remote-User',
      'X-Remote-Group',
      'X-Remote-Extra-Scopes',
      'X-Auth-Request-User',
      'X-WebAuth-User',
      'X-Authenticated-User',
      'Proxy',
      'Forwarded',
      'X-Real-IP',
      'X_App_Store_User',
      'X.App.Store.User',
      'X-App.Store-User',
      'X~App-Store-User',
      'X-App-Store-User',
      'X-App-Store-Anything',
    ];
    const { body } = await gateway.ask({
      headers: {
        cookie,
        ...Object.fromEntries(forged.map(name => [name, 'user:default/ada'])),
        'x-requested-with': 'y',
        'x-csrf-token': 'y',
        authorization: 'Basic eA==',
      },
    });
    const { user, names } = JSON.parse(body);
    expect(user).toBe(UMA);
    expect(names.sort()).toEqual([
      'authorization',
      'connection',
      'host',
      'x-app-store-assertion',
      'x-app-store-user',
      'x-csrf-token',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-requested-with',
    ]);
  });

  it('10: only its own pages, the portal and whom it names show an app in a frame', async () => {
    const cookie = await gateway.cookie(UMA);
    const policy = async () =>
      (await gateway.ask({ headers: { cookie } })).headers[
        'content-security-policy'
      ];
    const ours = "frame-ancestors 'self' http://localhost:7007";
    expect(await policy()).toBe(ours);
    answer.headers = "Content-Security-Policy: default-src 'self'\r\n";
    // Two headers: each of them holds.
    expect(await policy()).toBe(`default-src 'self', ${ours}`);
    await gateway.serve({
      port: app.port,
      frameAncestors: ['https://wiki.example'],
    });
    expect(await policy()).toContain(`${ours} https://wiki.example`);
    await gateway.serve({ port: app.port, frameAncestors: ['*'] });
    expect(await policy()).toBe("default-src 'self'");
    await gateway.serve({ port: app.port });
  });
});
