/** A gateway over real sockets, before an app of the test's; the store is answered for. Several of them may share a database. */
import { mockServices } from '@backstage/backend-test-utils';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { Catalogue } from '../pages/catalogue/Catalogue';
import type { GatewayConfig } from '../config';
import { AliasCookies } from '../upstream/AliasCookies';
import { GatewayServer } from '../server/GatewayServer';
import { Admissions } from '../authorize/Admissions';
import { RouteTable, type StoreClient } from '../routing/RouteTable';
import { Assertions } from '../sessions/Assertions';
import { HandOff } from '../sessions/HandOff';
import type { SealingKey } from '../sessions/KeyStore';
import { Revocations } from '../sessions/Revocations';
import { SessionStore } from '../sessions/SessionStore';
import { StoreStream } from './StoreStream';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export const UMA = 'user:default/uma';

/** What a browser sends when somebody follows a link. */
export const NAVIGATION = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
};

/** A gateway whose store is answered for by the test. */
export class GatewayUnderTest {
  readonly config: GatewayConfig = {
    appsUrl: new URL('http://apps.localhost:1'),
    portalUrl: new URL('http://localhost:7007'),
    listen: { host: '127.0.0.1', port: 0 },
    sessionMs: 60_000,
    secure: false,
    loopbackPods: true,
  };
  readonly sessions: SessionStore;
  readonly revocations: Revocations;
  handOff!: HandOff;
  assertions!: Assertions;
  port = 0;
  /** Who may open what. */
  allowed: (
    instanceId: string,
    user: string | undefined,
  ) => boolean | Promise<boolean> = (_, user) => Boolean(user);
  readonly #stream = new StoreStream();
  readonly #knex: Knex;
  #server: GatewayServer | undefined;
  #table!: RouteTable;
  #stopFollowing = () => {};

  constructor(options: {
    knex: Knex;
    sealing?: () => Promise<SealingKey>;
    secure?: boolean;
  }) {
    this.#knex = options.knex;
    this.config.secure = options.secure ?? false;
    this.sessions = new SessionStore(options.knex, options.sealing);
    this.revocations = new Revocations({
      knex: options.knex,
      forget: hashes => this.sessions.forget(hashes),
      logger: mockServices.logger.mock(),
    });
  }

  /** Starts it with these routes. */
  async start(routes: GatewayRoute[]): Promise<void> {
    const { config, sessions } = this;
    const logger = mockServices.logger.mock();
    const store = {
      fetch: async (path: string, init: RequestInit = {}) => {
        if (path === '/routes') return this.#stream.response();
        const { instanceId, userEntityRef } = JSON.parse(String(init.body));
        return Response.json({
          found: true,
          allowed: await this.allowed(instanceId, userEntityRef),
        });
      },
      fetchPublic: async () => Response.json({}, { status: 401 }),
    } as unknown as StoreClient;
    const table = new RouteTable({ store, logger });
    this.#table = table;
    this.#stopFollowing = () => table.stop();
    this.handOff = await HandOff.create({
      sessions,
      portalUrl: config.portalUrl,
      appsUrl: config.appsUrl,
      routes: table,
    });
    this.assertions = await Assertions.create(sessions);
    this.#server = new GatewayServer({
      firstBytes: { note: () => {} },
      config,
      routes: table,
      admissions: new Admissions({ store, routes: table }),
      sessions,
      handOff: this.handOff,
      assertions: this.assertions,
      aliasCookies: new AliasCookies({ knex: this.#knex, logger }),
      catalogue: new Catalogue({ store, portalUrl: config.portalUrl }),
      logger,
    });
    this.port = await this.#server.listen();
    table.follow().catch(() => {});
    await this.tell('snapshot', { routes, aliases: [] });
    this.revocations.start();
  }

  /** The store says something; it is heard when this is over. */
  async tell(event: string, data: unknown): Promise<void> {
    await this.#stream.tell(this.#table, event, data);
  }

  /** @param graceMs - for so long answers under way may come to their end */
  async stop(graceMs = 0): Promise<void> {
    this.revocations.stop();
    this.#stopFollowing();
    await this.#server?.close(graceMs);
    this.#server = undefined;
  }

  call(
    host: string,
    path = '/',
    headers: Record<string, string> = {},
    method = 'GET',
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          host: '127.0.0.1',
          port: this.port,
          path,
          method,
          agent: false,
          headers: { host, ...headers },
        },
        response => {
          text(response).then(
            body =>
              resolve({
                status: response.statusCode!,
                headers: response.headers,
                body,
              }),
            reject,
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  /** Signs in as a browser does; returns the first answer, and the one that brings the session. */
  async signIn(
    host: string,
    options: { user?: string; path?: string } = {},
  ): Promise<{ begin: Answer; entered: Answer }> {
    const { user = UMA, path } = options;
    const begin = await this.call(host, path, NAVIGATION);
    const state = new URL(begin.headers.location!).searchParams.get('state')!;
    const { url } = await this.handOff.exchange(state, user);
    const { hostname, pathname, search } = new URL(url);
    const entered = await this.call(hostname, pathname + search, {
      cookie: cookieOf(begin, 'app-store-nonce'),
    });
    return { begin, entered };
  }
}

/** A cookie of an answer, as it is sent back. */
export function cookieOf(answer: Answer, name: string): string {
  const found = answer.headers['set-cookie']?.find(cookie =>
    cookie.startsWith(`${name}=`),
  );
  if (!found) throw new Error(`no cookie ${name}`);
  return found.split(';')[0];
}
