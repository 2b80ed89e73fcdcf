/** The gateway's listener: the only way in to a running app. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  Endpoint,
  GatewayRoute,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayConfig } from '../config';
import { answers, ownPage, renderPage, type Answer } from '../pages/pages';
import type { RouteTable } from '../routes/RouteTable';
import type { Catalogue } from '../catalogue/Catalogue';
import { AppConnections } from './AppConnections';
import { assertDialable } from './addresses';
import { whenGone } from './clientGone';
import { Door, type DoorOptions, type Entrance } from './Door';
import { namesOfCookies } from './expiring';
import { guardFrames } from './framing';
import { requestHeaders, responseHeaders } from './headers';
import { withClearing, type Clearing } from './leftovers';
import { OpenConnections, type OpenConnection } from './OpenConnections';
import { answerUnreadable, dropLongCookies } from './unreadable';
import { serveUpgrade } from './upgrade';

/** What is still sent after its answer is read for this long, in milliseconds, so that the answer arrives. */
const LINGER_MS = 5000;
/** Between two looks whether all answers are over, in milliseconds. */
const LOOK_MS = 50;
const EVENT_STREAM = /^text\/event-stream\b/i;

/** See the module's comment. */
export class GatewayServer {
  readonly #config: GatewayConfig;
  readonly #routes: RouteTable;
  readonly #logger: LoggerService;
  readonly #door: Door;
  readonly #catalogue: Catalogue;
  readonly #connections: OpenConnections;
  readonly #server: Server;
  readonly #apps = new AppConnections();
  /** The pod that each instance had last. */
  readonly #pods = new Map<string, string>();
  readonly #sockets = new Set<Duplex>();
  /** Answers under way, the gateway's own included. */
  readonly #answers = new Set<ServerResponse>();
  #ending = false;

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
        door: this.#door,
        config: this.#config,
        connections: this.#connections,
        routes: this.#routes,
      }).catch(() => client.destroy());
    });
    this.#server.on('clientError', answerUnreadable);
    this.#routes.onChange((id, route) => this.#letGo(id, route));
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
    this.#apps.close();
    this.#catalogue.close();
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const outcome = await this.#door.enter(request);
    if (request.socket.destroyed) return;
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

  async #proxy(
    request: IncomingMessage,
    response: ServerResponse,
    entrance: Entrance,
  ): Promise<void> {
    const { route, session } = entrance;
    const abort = new AbortController();
    const stay = whenGone(request.socket, () => abort.abort());
    const open: OpenConnection = {
      instanceId: route.id,
      session,
      close: () => {
        abort.abort();
        response.destroy();
      },
    };
    const forget = this.#connections.add(open);
    try {
      await this.#pass(request, response, entrance, {
        open,
        signal: abort.signal,
      });
    } finally {
      stay();
      forget();
    }
  }

  async #pass(
    request: IncomingMessage,
    response: ServerResponse,
    entrance: Entrance,
    { open, signal }: { open: OpenConnection; signal: AbortSignal },
  ): Promise<void> {
    const { route, identity, clearing } = entrance;
    const ownCookies = Object.values(this.#door.cookies);
    const hasBody =
      request.headers['content-length'] !== undefined ||
      request.headers['transfer-encoding'] !== undefined;
    let answer;
    try {
      answer = await this.#apps.send(this.#endpoint(route), {
        method: request.method!,
        path: request.url!,
        headers: requestHeaders(request, {
          identity,
          secure: this.#config.secure,
          ownCookies: clearing ? namesOfCookies(request) : ownCookies,
        }),
        body: hasBody ? request : undefined,
        signal,
      });
    } catch (error) {
      if (signal.aborted) return;
      this.#logger.debug(
        `${route.id} did not answer: ${(error as Error).message}`,
      );
      this.#answer(request, response, answers.unreachable(route));
      readOn(request);
      return;
    }
    const setCookies = answer.headers['set-cookie'];
    if (setCookies)
      this.#door.leftovers.note(
        entrance.hostname,
        ([] as string[]).concat(setCookies),
        request,
      );
    const headers = withClearing(
      responseHeaders(answer.headers, ownCookies),
      clearing,
    );
    guardFrames(
      answer.status,
      headers,
      route.frameAncestors ?? [],
      this.#config.portalUrl.origin,
    );
    dropLongCookies(answer.status, request.headers.cookie, headers);
    try {
      response.writeHead(answer.status, headers);
    } catch (error) {
      // A status or a header that cannot be passed on: the connection to the app is let go, too.
      answer.body.destroy();
      throw error;
    }
    // An event stream's first bytes may be long in coming; its head must not wait for them.
    response.flushHeaders();
    if (EVENT_STREAM.test(String(answer.headers['content-type'])))
      this.#connections.setEndless(open);
    await pipeline(answer.body, response).catch(() => response.destroy());
    readOn(request);
  }

  /** Lets go of a pod that is no more: its address may be another's soon. One that is not ready may be again. */
  #letGo(id: string, route: GatewayRoute | undefined): void {
    const before = this.#pods.get(id);
    const ends = !route || route.terminating || route.status === 'SUSPENDED';
    const pod = ends ? undefined : route.endpoint?.podUid ?? before;
    if (before && pod !== before) this.#apps.drop(before);
    if (pod) this.#pods.set(id, pod);
    else this.#pods.delete(id);
  }

  /** @throws Error where the pod that the request was let in to is no more */
  #endpoint(route: GatewayRoute): Endpoint {
    const endpoint = this.#routes.get(route.id)?.endpoint;
    if (!endpoint) throw new Error('its pod is gone');
    assertDialable(endpoint.address, this.#config.loopbackPods);
    return endpoint;
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

/** Reads what nobody wants any more: it must not be in the way of the next request, nor of the answer. */
function readOn(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.unpipe();
  request.resume();
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(timer));
}
