/**
 * The gateway's listener: the only way in to a running app.
 *
 * The same steps for a request and for an upgrade, in this order: host, route,
 * person, admission, state, app. An unknown host is 404 before any sign-in.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import { parse as parseCookies } from 'cookie';
import { randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { BlockList, connect, isIPv6, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Duplex } from 'node:stream';
import { Pool } from 'undici';
import type { GatewayConfig } from '../config';
import { answers, renderPage, type Answer } from '../pages/pages';
import type { Admissions } from '../routes/Admissions';
import type { RouteTable } from '../routes/RouteTable';
import type { Assertions } from '../signIn/Assertions';
import { OWN_PREFIX, type HandOff } from '../signIn/HandOff';
import type { Session, SessionStore } from '../signIn/SessionStore';
import {
  cookieNames,
  requestHeaders,
  responseHeaders,
  type IdentityHeaders,
} from './headers';
import { readHost } from './hosts';

/** An app that does not begin to answer for this long is given up, in milliseconds. */
const ANSWER_MS = 300_000;
const CONNECT_MS = 5000;

const NEVER = new BlockList();
NEVER.addSubnet('169.254.0.0', 16);
NEVER.addSubnet('fe80::', 10, 'ipv6');
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** A request that was let in. */
interface Entrance {
  route: GatewayRoute;
  hostname: string;
  identity: IdentityHeaders;
  session?: Session;
}

/** Where a request ends that was not let in. */
type Outcome =
  | { entrance: Entrance }
  | { answer: Answer }
  | { redirect: string; cookies: string[] }
  | { body: object; status?: number };

/** See the module's comment. */
export class GatewayServer {
  readonly #config: GatewayConfig;
  readonly #routes: RouteTable;
  readonly #admissions: Admissions;
  readonly #sessions: SessionStore;
  readonly #handOff: HandOff;
  readonly #assertions: Assertions;
  readonly #logger: LoggerService;
  readonly #server: Server;
  readonly #pools = new Map<string, Pool>();
  readonly #sockets = new Set<{
    client: Duplex;
    upstream: Socket;
    instanceId: string;
    session?: Session;
  }>();
  readonly #cookies: { session: string; nonce: string };

  constructor(options: {
    config: GatewayConfig;
    routes: RouteTable;
    admissions: Admissions;
    sessions: SessionStore;
    handOff: HandOff;
    assertions: Assertions;
    logger: LoggerService;
  }) {
    this.#config = options.config;
    this.#routes = options.routes;
    this.#admissions = options.admissions;
    this.#sessions = options.sessions;
    this.#handOff = options.handOff;
    this.#assertions = options.assertions;
    this.#logger = options.logger;
    this.#cookies = cookieNames(options.config.secure);
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
    this.#server.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
    this.#routes.onChange((id, route, before) =>
      this.#routeChanged(id, route, before),
    );
    this.#sessions.onRevoked(hashes => {
      for (const open of this.#sockets)
        if (open.session && hashes.includes(open.session.hash))
          open.client.destroy();
    });
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
    for (const { client } of this.#sockets) client.destroy();
    const closed = new Promise<void>(resolve =>
      this.#server.close(() => resolve()),
    );
    this.#server.closeAllConnections();
    await closed;
    await Promise.all([...this.#pools.values()].map(pool => pool.destroy()));
  }

  /** Lets go of connections to a pod that is no more, and of people who are not admitted any more. */
  #routeChanged(
    id: string,
    route: GatewayRoute | undefined,
    before: GatewayRoute | undefined,
  ): void {
    const origin = (r: GatewayRoute | undefined) => r?.endpoint && originOf(r);
    if (
      before?.endpoint &&
      (origin(route) !== origin(before) ||
        route?.endpoint?.podUid !== before.endpoint.podUid)
    ) {
      const pool = this.#pools.get(origin(before)!);
      this.#pools.delete(origin(before)!);
      pool?.destroy().catch(() => {});
    }
    if (route && before && route.revision === before.revision) return;
    for (const open of this.#sockets) {
      if (open.instanceId !== id) continue;
      this.#admissions.decide(id, open.session?.userEntityRef).then(
        admission => !admission.allowed && open.client.destroy(),
        () => open.client.destroy(),
      );
    }
  }

  /** Everything up to the app. */
  async #enter(request: IncomingMessage): Promise<Outcome> {
    const portal = this.#config.portalUrl.origin;
    const hosts = request.rawHeaders.filter(
      (_, i) =>
        i % 2 === 0 &&
        request.rawHeaders[i].toLocaleLowerCase('en-US') === 'host',
    );
    if (hosts.length > 1)
      return {
        answer: answers.badRequest(
          'The request has more than one Host header.',
        ),
      };
    if (!request.url?.startsWith('/'))
      return {
        answer: answers.badRequest(
          'The request names its target in a form that is not served here.',
        ),
      };
    const host = readHost(request.headers.host, this.#config.appsUrl.hostname);
    if (host.kind === 'foreign') return { answer: answers.foreignHost() };
    if (!this.#routes.loaded) return { answer: answers.notLoaded() };
    const route =
      host.kind === 'instance' ? this.#routes.get(host.id) : undefined;
    if (!route) return { answer: answers.unknown(portal) };

    const cookies = parseCookies(request.headers.cookie ?? '');
    const url = new URL(request.url, 'http://gateway');
    if (url.pathname === `${OWN_PREFIX}enter`)
      return this.#redeem(url, host.hostname, cookies[this.#cookies.nonce]);
    if (url.pathname === `${OWN_PREFIX}jwks.json`)
      return { body: this.#assertions.keys };

    const token = cookies[this.#cookies.session];
    const session = token
      ? await this.#sessions.find(token, host.hostname)
      : undefined;
    let admission;
    try {
      admission = await this.#admissions.decide(
        route.id,
        session?.userEntityRef,
      );
    } catch (error) {
      this.#logger.warn(
        `no answer from the store about ${route.id}: ${
          (error as Error).message
        }`,
      );
      return { answer: answers.storeAway() };
    }
    if (!admission.found) return { answer: answers.unknown(portal) };
    if (!admission.allowed) {
      if (session)
        return { answer: answers.forbidden(portal, admission.displayName) };
      if (!isNavigation(request)) return { answer: answers.signIn() };
      const { nonce, location } = await this.#handOff.begin(
        host.hostname,
        request.url,
        cookies[this.#cookies.nonce],
      );
      return {
        redirect: location,
        cookies: [this.#cookie(this.#cookies.nonce, nonce, 600)],
      };
    }
    if (url.pathname === `${OWN_PREFIX}status`)
      return { body: statusOf(route, portal) };
    if (url.pathname.startsWith(OWN_PREFIX))
      return { answer: answers.unknown(portal) };
    const state = stateAnswer(route, portal);
    if (state) return { answer: state };
    const identity: IdentityHeaders = session
      ? {
          userEntityRef: session.userEntityRef,
          displayName: admission.displayName,
          assertion: await this.#assertions.for({
            userEntityRef: session.userEntityRef,
            name: admission.displayName,
            instanceId: route.id,
            issuer: portal,
          }),
        }
      : {};
    return { entrance: { route, hostname: host.hostname, identity, session } };
  }

  async #redeem(
    url: URL,
    hostname: string,
    nonce: string | undefined,
  ): Promise<Outcome> {
    const ticket = url.searchParams.get('ticket');
    const redeemed = ticket
      ? await this.#sessions.redeem({ ticket, host: hostname, nonce })
      : undefined;
    if (!redeemed) return { answer: answers.badTicket() };
    const token = await this.#sessions.create(
      hostname,
      redeemed.userEntityRef,
      this.#config.sessionMs,
    );
    // A path that begins with two slashes would lead to another host.
    const path = redeemed.path.replace(/^[/\\]+/, '/');
    return {
      redirect: path,
      cookies: [
        this.#cookie(
          this.#cookies.session,
          token,
          Math.floor(this.#config.sessionMs / 1000),
        ),
        this.#cookie(this.#cookies.nonce, '', 0),
      ],
    };
  }

  #cookie(name: string, value: string, maxAgeSeconds: number): string {
    return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${
      this.#config.secure ? '; Secure' : ''
    }`;
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const outcome = await this.#enter(request);
    if ('entrance' in outcome) {
      await this.#proxy(request, response, outcome.entrance);
      return;
    }
    // What is not read here must not be taken for the next request.
    request.resume();
    if ('answer' in outcome) this.#answer(request, response, outcome.answer);
    else if ('redirect' in outcome) {
      response.writeHead(302, {
        location: outcome.redirect,
        'set-cookie': outcome.cookies,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      });
      response.end();
    } else {
      response.writeHead(outcome.status ?? 200, {
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
  ): void {
    const common: Record<string, string> = {
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

  /** @throws Error for an address that must not be dialled */
  #assertDialable(address: string): void {
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (
      NEVER.check(address, family) ||
      (LOOPBACK.check(address, family) && !this.#config.loopbackPods)
    )
      throw new Error(`address ${address} is not that of a pod`);
  }

  #pool(route: GatewayRoute): Pool {
    const origin = originOf(route);
    let pool = this.#pools.get(origin);
    if (!pool) {
      this.#assertDialable(route.endpoint!.address);
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
    const { route, identity } = entrance;
    const ownCookies = Object.values(this.#cookies);
    const abort = new AbortController();
    response.on('close', () => abort.abort());
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
          ownCookies,
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
    response.writeHead(
      upstream.statusCode,
      responseHeaders(flatten(upstream.headers), ownCookies),
    );
    // An event stream's first bytes may be long in coming; its head must not wait for them.
    response.flushHeaders();
    await pipeline(upstream.body, response).catch(() => response.destroy());
  }

  async #upgrade(
    request: IncomingMessage,
    client: Duplex,
    head: Buffer,
  ): Promise<void> {
    client.on('error', () => client.destroy());
    const outcome = await this.#enter(request);
    const refuse = (answer: Answer) => {
      const body = JSON.stringify(answer.problem);
      client.end(
        `HTTP/1.1 ${answer.status} ${
          answer.problem.code
        }\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(
          body,
        )}\r\nconnection: close\r\n\r\n${body}`,
      );
    };
    if ('answer' in outcome) return refuse(outcome.answer);
    if (!('entrance' in outcome)) return refuse(answers.signIn());
    const { route, identity, session, hostname } = outcome.entrance;
    const { origin } = request.headers;
    // A page of another site could otherwise open a socket in the visitor's name.
    if (origin && new URL(origin).hostname !== hostname)
      return refuse(
        answers.forbidden(this.#config.portalUrl.origin, undefined),
      );
    const { address, port } = route.endpoint!;
    this.#assertDialable(address);
    const upstream = connect({ host: address, port });
    const open = { client, upstream, instanceId: route.id, session };
    this.#sockets.add(open);
    const end = () => {
      this.#sockets.delete(open);
      client.destroy();
      upstream.destroy();
    };
    client.on('close', end);
    upstream.on('close', end);
    upstream.on('error', () =>
      upstream.connecting || !upstream.bytesRead
        ? refuse(answers.unreachable(route))
        : end(),
    );
    upstream.once('connect', () => {
      (client as Socket).setNoDelay?.(true);
      upstream.setNoDelay(true);
      const headers = requestHeaders(request, {
        identity,
        secure: this.#config.secure,
        ownCookies: Object.values(this.#cookies),
      });
      const lines = [`${request.method} ${request.url} HTTP/1.1`];
      for (let i = 0; i < headers.length; i += 2)
        lines.push(`${headers[i]}: ${headers[i + 1]}`);
      lines.push(
        `connection: upgrade`,
        `upgrade: ${request.headers.upgrade}`,
        '',
        '',
      );
      upstream.write(lines.join('\r\n'), 'latin1');
      if (head.length) upstream.write(head);
      client.pipe(upstream);
      upstream.pipe(client);
    });
    return undefined;
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

function originOf(route: GatewayRoute): string {
  const { address, port } = route.endpoint!;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

function flatten(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string | string[] | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLocaleLowerCase('en-US'),
      value,
    ]),
  );
}

/** A person who follows a link, rather than a script or a program. */
function isNavigation(request: IncomingMessage): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const mode = request.headers['sec-fetch-mode'];
  return mode
    ? mode === 'navigate'
    : (request.headers.accept ?? '').includes('text/html');
}

/** The answer for a state in which no app is to be reached. */
function stateAnswer(route: GatewayRoute, portal: string): Answer | undefined {
  if (route.terminating) return answers.gone(portal);
  if (route.status === 'SUSPENDED') return answers.suspended(route, portal);
  if (route.status === 'FAILED') return answers.crashed(route, portal);
  if (!route.endpoint) return answers.starting(route);
  return undefined;
}

/** What a waiting page asks for. */
function statusOf(route: GatewayRoute, portal: string): object {
  const answer = stateAnswer(route, portal);
  return answer
    ? {
        ready: false,
        code: answer.problem.code,
        detail: answer.problem.detail,
        stage: route.stage,
      }
    : { ready: true };
}
