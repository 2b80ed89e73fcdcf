/** A browser with more cookies of a former app than one answer can let expire. */
import { TestDatabases } from '@backstage/backend-test-utils';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GatewayUnderTest,
  NAVIGATION,
  type Answer,
} from '../__testUtils__/GatewayUnderTest';
import { migrated } from '../__testUtils__/databases';
import { pathsAbove } from './expiringCookies';

jest.setTimeout(60_000);

const ONE = '00000000-0000-4000-8000-000000000001';
const TWO = '00000000-0000-4000-8000-000000000002';
const ALIAS = 'shop.apps.localhost';
/** Bytes of the cookies in the head of an answer: proxies in front take no more than 4096 in all. */
const HEAD_BYTES = 3400;
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_17'] });

/** Keeps cookies as browsers do (RFC 6265, 5.3 and 5.4). */
class Jar {
  readonly #kept = new Map<string, { path: string; pair: string }>();

  /** What the browser shows of the domain, beside the host's own. */
  constructor(readonly domain: string[] = []) {}

  add(line: string): void {
    const [pair, ...attributes] = line.split(';').map(part => part.trim());
    const valueOf = (name: string) =>
      attributes.find(part => part.startsWith(`${name}=`))?.split('=')[1];
    const path = valueOf('Path') ?? '/';
    const key = `${pair.split('=')[0]} ${path}`;
    this.#kept.delete(key);
    if (valueOf('Max-Age') !== '0') this.#kept.set(key, { path, pair });
  }

  /** The head of a request. */
  for(url: string): string {
    const shown = this.all.filter(
      ({ path }) =>
        url === path || url.startsWith(path.endsWith('/') ? path : `${path}/`),
    );
    return [...shown.map(({ pair }) => pair), ...this.domain].join('; ');
  }

  get all() {
    return [...this.#kept.values()];
  }
}

describe.each(databases.eachSupportedId())('formerApps on %s', id => {
  let knex: Knex;
  let app: Server;
  let gateway: GatewayUnderTest;
  let sets: string[] = [];

  const leadTo = (instanceId: string, moved = true) =>
    gateway.tell('alias', { name: 'shop', instanceId, primary: true, moved });

  beforeEach(async () => {
    app = createServer((request, response) => {
      if (sets.length) response.setHeader('set-cookie', sets);
      response.end(request.headers.cookie ?? '');
    }).listen(0, '127.0.0.1');
    await once(app, 'listening');
    const { port } = app.address() as { port: number };
    knex = await migrated(databases, id);
    gateway = new GatewayUnderTest({ knex });
    gateway.allowed = () => true;
    await gateway.start(
      [ONE, TWO].map(
        (instance): GatewayRoute => ({
          id: instance,
          visibility: 'PUBLIC',
          status: 'DEPLOYED',
          terminating: false,
          stage: 'ready',
          endpoint: { address: '127.0.0.1', port, podUid: instance },
          title: 'An app',
          routingMode: 'DOMAIN',
          revision: '1',
        }),
      ),
    );
    await leadTo(ONE, false);
  });

  afterEach(async () => {
    await gateway.stop();
    app.closeAllConnections();
    app.close();
  });

  /** Follows a link. */
  async function visit(jar: Jar, url = '/'): Promise<Answer> {
    const answer = await gateway.call(ALIAS, url, {
      ...NAVIGATION,
      ...(jar.for(url) ? { cookie: jar.for(url) } : {}),
    });
    answer.headers['set-cookie']?.forEach(line => jar.add(line));
    return answer;
  }

  /** Follows links until the browser is rid of what was left; what the app got meanwhile. */
  async function visitUntilRid(jar: Jar, url = '/') {
    const got: string[] = [];
    for (let times = 1; times < 100; times++) {
      const { status, headers, body } = await visit(jar, url);
      if (!('clear-site-data' in headers)) return { got, last: body, times };
      if (status === 200) got.push(body);
      else expect([status, headers.location]).toEqual([302, url]);
      const lines = headers['set-cookie']!.filter(line =>
        line.includes('; Max-Age='),
      );
      expect(lines.join('').length).toBeLessThan(HEAD_BYTES);
    }
    throw new Error('it never ends');
  }

  it('4: cookies of the former app below paths do not keep those that are shown from expiring', async () => {
    const decoys = Array.from(
      { length: 14 },
      (_, i) => `${'d'.repeat(238)}${i + 10}=1; Path=/p${i}`,
    );
    const jar = new Jar();
    sets = [...decoys, 'sess=former; Path=/'];
    await visit(jar);
    for (let i = 0; i < 100; i++) {
      const [{ noted }] = await knex('alias_cookies').count({ noted: '*' });
      if (Number(noted) === decoys.length) break;
      await sleep(20);
    }
    await leadTo(TWO);
    sets = ['sid=present; Path=/'];
    const { got, last } = await visitUntilRid(jar);
    // Once before it is known that the browser keeps cookies, and once at the end.
    expect(got).toEqual(['', '']);
    expect(last).toBe('sid=present');
    // Those that are not shown expire as well.
    expect(jar.all.filter(({ path }) => path !== '/')).toEqual([]);
  });

  it('4: more cookies than an answer lets expire are withheld from the next app until all have', async () => {
    const jar = new Jar();
    await visit(jar);
    for (let i = 0; i < 120; i++) {
      jar.add(`script-${i}-${'x'.repeat(40)}=former; Path=/`);
      jar.add(`deep-${i}=former; Path=/a/b`);
    }
    await leadTo(TWO);
    sets = ['sid=present; Path=/'];
    const { got, last } = await visitUntilRid(jar, '/a/b/c');
    // Once before it is known that the browser keeps cookies, and once at the end.
    expect(got).toEqual(['', '']);
    expect(last).toBe('sid=present');
    expect((await visit(jar)).body).toBe('sid=present');
  });

  it('4: that ends, whatever the next app sets meanwhile and neighbours add', async () => {
    const names = (of: string) =>
      Array.from({ length: 60 }, (_, i) => `${of}-${i}-${'x'.repeat(30)}`);
    // Those of a neighbour are of the domain: nothing that is sent for the host lets them expire.
    const jar = new Jar(names('neighbour').map(name => `${name}=n`));
    jar.add('sess=former; Path=/');
    await leadTo(TWO);
    sets = names('present').map(name => `${name}=p; Path=/`);
    const { last, times } = await visitUntilRid(jar, '/a/b/c/d');
    expect(last).not.toContain('former');
    expect(times).toBeLessThan(100);
  });
});

it('4: a path of very many parts asks for the cookies of a few', () => {
  const url = `/${'a/'.repeat(3500)}`;
  const paths = pathsAbove({ url } as IncomingMessage);
  expect(paths).toHaveLength(16);
  expect(paths.slice(0, 3)).toEqual(['/', '/a', '/a/']);
});
