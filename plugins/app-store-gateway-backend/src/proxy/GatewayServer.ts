/** The gateway's listener: the only way in to a running app. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import { randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Pool } from 'undici';
import type { GatewayConfig } from '../config';
import { answers, renderPage, type Answer } from '../pages/pages';
import type { RouteTable } from '../routes/RouteTable';
import type { Catalogue } from '../catalogue/Catalogue';
import { assertDialable, originOf } from './addresses';
import { Door, type DoorOptions, type Entrance } from './Door';
import { requestHeaders, responseHeaders } from './headers';
import { namesOfCookies, withClearing, type Clearing } from './leftovers';
import { OpenConnections } from './OpenConnections';
import { serveUpgrade } from './upgrade';

/** An app that does not begin to answer for this long is given up, in milliseconds. */
const ANSWER_MS = 300_000;
const CONNECT_MS = 5000;

/** See the module's comment. */
export class GatewayServer {
  readonly #config: GatewayConfig;
  readonly #routes: RouteTable;
  readonly #logger: LoggerService;
  readonly #door: Door;
  readonly #catalogue: Catalogue;
  readonly #connections: OpenConnections;
  readonly #server: Server;
  readonly #pools = new Map<string, Pool>();

  constructor(options: DoorOptions & { catalogue: Catalogue }) {
    this.#config = options.config;
    this.#routes = options.routes;
    this.#logger = options.logger;
    this.#door = new Door(options);
    this.#catalogue = options.catalogue;
    this.#connections = new OpenConnections(options);
    // Uploads and streams last as long as they last; only heads are timed.
    this.#server = createServer({
      requestTimeout: 0,
      headersTimeout: 30_000,
      keepAliveTimeout: 65_000,
      insecureHTTPParser: false,
    });
    this.#server.on('request', (request, response) => {
      this.#serve(request, response).catch(error =>
        this.#broken(request, response, error),
      );
    });
    this.#server.on('upgrade', (request, client, first) => {
      serveUpgrade({
        request,
        client,
        first,
        door: this.#door,
        config: this.#config,
        connections: this.#connections,
      }).catch(() => client.destroy());
    });
    this.#routes.onChange((_, route, before) => this.#dropPool(route, before));
  }

  /** @throws Error in one sentence where the port is taken */
  async listen(): Promise<number> {
    const { host, port } = this.#config.listen;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', error => {
        const { code } = error as NodeJS.ErrnoException;
        reject(
          code === 'EADDRINUSE'
            ? new Error(
                `the gateway's port ${port} is taken by another program: choose another with GATEWAY_PORT or --gateway-port`,
              )
            : error,
        );
      });
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as { port: number }).port;
  }

  async close(): Promise<void> {
    this.#connections.closeAll();
    const closed = new Promise<void>(resolve =>
      this.#server.close(() => resolve()),
    );
    this.#server.closeAllConnections();
    await closed;
    await Promise.all([...this.#pools.values()].map(pool => pool.destroy()));
  }

  /** Lets go of connections to a pod that is no more, before its address is another's. */
  #dropPool(
    route: GatewayRoute | undefined,
    before: GatewayRoute | undefined,
  ): void {
    if (!before?.endpoint || route?.endpoint?.podUid === before.endpoint.podUid)
      return;
    const origin = originOf(before);
    const pool = this.#pools.get(origin);
    this.#pools.delete(origin);
    pool?.destroy().catch(() => {});
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const outcome = await this.#door.enter(request);
    if ('entrance' in outcome) {
      await this.#proxy(request, response, outcome.entrance);
      return;
    }
    // What is not read here must not be taken for the next request.
    request.resume();
    if ('answer' in outcome)
      this.#answer(request, response, outcome.answer, outcome.headers);
    else if ('redirect' in outcome) {
      response.writeHead(outcome.status, {
        location: outcome.redirect,
        ...(outcome.cookies.length ? { 'set-cookie': outcome.cookies } : {}),
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        ...outcome.headers,
      });
      response.end();
    } else if ('catalogue' in outcome)
      await this.#catalogue.serve(
        request,
        outcome.catalogue,
        response,
        answer => this.#answer(request, response, answer),
      );
    else {
      response.writeHead(200, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(JSON.stringify(outcome.body));
    }
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    answer: Answer,
    headers: Clearing['headers'] = {},
  ): void {
    const common: Record<string, string> = {
      ...headers,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(answer.retryAfterSeconds
        ? { 'retry-after': String(answer.retryAfterSeconds) }
        : {}),
    };
    if ((request.headers.accept ?? '').includes('text/html')) {
      const nonce = randomBytes(16).toString('base64');
      response.writeHead(answer.status, {
        ...common,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      });
      response.end(renderPage(answer, nonce));
    } else {
      response.writeHead(answer.status, {
        ...common,
        'content-type': 'application/problem+json',
      });
      response.end(JSON.stringify(answer.problem));
    }
  }

  #pool(route: GatewayRoute): Pool {
    const origin = originOf(route);
    let pool = this.#pools.get(origin);
    if (!pool) {
      assertDialable(route.endpoint!.address, this.#config.loopbackPods);
      pool = new Pool(origin, {
        connections: 256,
        pipelining: 1,
        keepAliveTimeout: 30_000,
        headersTimeout: ANSWER_MS,
        bodyTimeout: 0,
        connect: { timeout: CONNECT_MS },
      });
      this.#pools.set(origin, pool);
    }
    return pool;
  }

  async #proxy(
    request: IncomingMessage,
    response: ServerResponse,
    entrance: Entrance,
  ): Promise<void> {
    const { route, identity, session, clearing } = entrance;
    const ownCookies = Object.values(this.#door.cookies);
    const abort = new AbortController();
    const forget = this.#connections.add({
      instanceId: route.id,
      session,
      close: () => response.destroy(),
    });
    response.on('close', () => {
      forget();
      abort.abort();
    });
    const hasBody =
      request.headers['content-length'] !== undefined ||
      request.headers['transfer-encoding'] !== undefined;
    let upstream;
    try {
      upstream = await this.#pool(route).request({
        method: request.method as 'GET',
        path: request.url!,
        headers: requestHeaders(request, {
          identity,
          secure: this.#config.secure,
          ownCookies: clearing ? namesOfCookies(request) : ownCookies,
        }),
        body: hasBody ? request : null,
        signal: abort.signal,
      });
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#logger.debug(
        `${route.id} did not answer: ${(error as Error).message}`,
      );
      if (!request.complete) response.shouldKeepAlive = false;
      this.#answer(request, response, answers.unreachable(route));
      return;
    }
    const setCookies = upstream.headers['set-cookie'];
    if (setCookies)
      this.#door.leftovers.note(
        entrance.hostname,
        ([] as string[]).concat(setCookies),
        request,
      );
    response.writeHead(
      upstream.statusCode,
      withClearing(responseHeaders(upstream.headers, ownCookies), clearing),
    );
    // An event stream's first bytes may be long in coming; its head must not wait for them.
    response.flushHeaders();
    await pipeline(upstream.body, response).catch(() => response.destroy());
  }

  #broken(
    request: IncomingMessage,
    response: ServerResponse,
    error: Error,
  ): void {
    this.#logger.error(
      `${request.method} ${request.headers.host}: ${error.message}`,
      error,
    );
    if (response.headersSent) response.destroy();
    else this.#answer(request, response, answers.storeAway());
  }
}
