/** The gateway's listener: the only way in to a running app. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayConfig } from '../config';
import { answers, type Answer } from '../pages/answers';
import { ownPage, renderPage } from '../pages/renderPage';
import type { RouteTable } from '../routing/RouteTable';
import type { Catalogue } from '../pages/catalogue/Catalogue';
import { AppProxy } from './AppProxy';
import type { FirstBytes } from './FirstBytes';
import {
  RequestAuthorizer,
  type RequestAuthorizerOptions,
} from '../authorize/RequestAuthorizer';
import type { Clearing } from '../upstream/formerApp';
import { OWN_PREFIX } from '../sessions/HandOff';
import { OpenConnections } from './OpenConnections';
import { answerUnreadable } from './malformedRequests';
import { serveUpgrade } from './upgrade';

/** Of the gateway itself, under whatever host name: load balancers ask by address. */
const HEALTH = `${OWN_PREFIX}health`;

/** Between two looks whether all answers are over, in milliseconds. */
const LOOK_MS = 50;

/** Listens for browsers and leads each request to its app. */
export class GatewayServer {
  readonly #config: GatewayConfig;
  readonly #routes: RouteTable;
  readonly #logger: LoggerService;
  readonly #authorizer: RequestAuthorizer;
  readonly #catalogue: Catalogue;
  readonly #connections: OpenConnections;
  readonly #server: Server;
  readonly #proxy: AppProxy;
  readonly #sockets = new Set<Duplex>();
  /** Answers under way, the gateway's own included. */
  readonly #answers = new Set<ServerResponse>();
  #ending = false;

  constructor(
    options: RequestAuthorizerOptions & {
      catalogue: Catalogue;
      firstBytes: Pick<FirstBytes, 'note'>;
    },
  ) {
    this.#config = options.config;
    this.#routes = options.routes;
    this.#logger = options.logger;
    this.#authorizer = new RequestAuthorizer(options);
    this.#catalogue = options.catalogue;
    this.#connections = new OpenConnections(options);
    this.#proxy = new AppProxy({
      config: options.config,
      routes: options.routes,
      formerApps: this.#authorizer.formerApps,
      ownCookies: Object.values(this.#authorizer.cookies),
      connections: this.#connections,
      firstBytes: options.firstBytes,
      logger: options.logger,
    });
    // Uploads and streams last as long as they last; only heads are timed.
    this.#server = createServer({
      requestTimeout: 0,
      headersTimeout: 30_000,
      keepAliveTimeout: 65_000,
      insecureHTTPParser: false,
    });
    this.#server.on('connection', socket => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('request', (request, response) => {
      this.#answers.add(response);
      response.once('close', () => this.#answers.delete(response));
      if (this.#ending) response.setHeader('connection', 'close');
      this.#serve(request, response).catch(error =>
        this.#broken(request, response, error),
      );
    });
    this.#server.on('upgrade', (request, client, first) => {
      serveUpgrade({
        request,
        client,
        first,
        authorizer: this.#authorizer,
        config: this.#config,
        connections: this.#connections,
        routes: this.#routes,
      }).catch(() => client.destroy());
    });
    this.#server.on('clientError', answerUnreadable);
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

  /**
   * Takes no new connection, lets answers under way come to their end, and cuts what has not
   * come to it in time, or never will by itself: sockets and event streams.
   */
  async close(graceMs: number): Promise<void> {
    this.#ending = true;
    // Not HTTP's own: it would also end connections over which the last of an answer is still sent.
    const closed = new Promise<void>(resolve =>
      NetServer.prototype.close.call(this.#server, () => resolve()),
    );
    this.#connections.closeEndless();
    for (const response of this.#answers)
      if (!response.headersSent) response.setHeader('connection', 'close');
    const until = performance.now() + graceMs;
    while (this.#answers.size && performance.now() < until)
      await sleep(LOOK_MS);
    if (this.#answers.size)
      this.#logger.warn(
        `${
          this.#answers.size
        } answers of apps were still under way after ${graceMs} ms and were ended`,
      );
    this.#connections.closeAll();
    this.#sockets.forEach(socket => socket.destroy());
    await closed;
    this.#proxy.close();
    this.#catalogue.close();
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (request.url === HEALTH) {
      this.#tellHealth(request, response);
      return;
    }
    const outcome = await this.#authorizer.authorize(request);
    if (request.socket.destroyed) return;
    if ('authorized' in outcome) {
      await this.#proxy.serve(request, response, outcome.authorized, () =>
        this.#answer(
          request,
          response,
          answers.unreachable(outcome.authorized.route),
        ),
      );
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

  /** Whether it knows where apps are, and takes new connections. */
  #tellHealth(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const isReady = this.#routes.loaded && !this.#ending;
    response.writeHead(isReady ? 200 : 503, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    response.end(JSON.stringify({ status: isReady ? 'ok' : 'unavailable' }));
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
      response.writeHead(answer.status, { ...common, ...ownPage(nonce) });
      response.end(renderPage(answer, nonce));
    } else {
      response.writeHead(answer.status, {
        ...common,
        'content-type': 'application/problem+json',
      });
      response.end(JSON.stringify(answer.problem));
    }
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
    else this.#answer(request, response, answers.storeUnavailable());
  }
}
