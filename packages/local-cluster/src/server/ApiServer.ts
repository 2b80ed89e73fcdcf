/**
 * The Kubernetes API over HTTPS, on a loopback address.
 *
 * Refuses requests for another host name than its own (a page in somebody's
 * browser cannot reach it by DNS rebinding), says who sends a request, and lets
 * them do what their roles allow.
 */
import { createServer, type Server } from 'node:https';
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { authenticate } from '../auth/authenticate';
import type { KeyPair } from '../auth/credentials';
import { REVIEWS } from '../auth/reviews';
import type { User } from '../User';
import { noSuchResource, StatusError } from '../registry/errors';
import { openApi } from '../openapi/documents';
import { AGGREGATED_TYPE, discover, wantsAggregated } from './discovery';
import { metricsOf } from './metrics';
import { negotiate, type Form } from './negotiate';
import { isTrue } from './options';
import { nameSelectedBy, parsePath, verbOf, type ApiPath } from './path';
import { reply, replyDocument, replyError, replyText } from './reply';
import { serveReview } from './serveReview';
import type { Upgrade } from './streaming/upgrade';
import {
  serveResource,
  type ResourceRequest,
  type ServerParts,
} from './serveResource';

const HEALTH = ['/healthz', '/livez', '/readyz'];

/** What it answers with. */
export interface ApiServerOptions extends ServerParts {
  /** The certificate of whoever signs those of clients, as PEM. */
  authority: string;
  server: KeyPair;
}

/** Serves the Kubernetes API over HTTPS on a loopback address. */
export class ApiServer {
  readonly #o: ApiServerOptions;
  readonly #server: Server;
  /** Those whose TLS has not begun, too, of which HTTP knows nothing. */
  readonly #sockets = new Set<Socket>();
  #host = '';

  static create(options: ApiServerOptions): ApiServer {
    return new ApiServer(options);
  }

  private constructor(options: ApiServerOptions) {
    this.#o = options;
    this.#server = createServer(
      {
        key: options.server.key,
        cert: options.server.certificate,
        ca: options.authority,
        requestCert: true,
        rejectUnauthorized: false,
        keepAliveTimeout: 60_000,
        requestTimeout: 0,
      },
      (request, response) => {
        this.#serve(request, response).catch(error =>
          replyError(response, error, formOf(request)),
        );
      },
    );
    this.#server.on('upgrade', (request, socket: Socket, head) => {
      const response = new ServerResponse(request);
      response.assignSocket(socket);
      response.shouldKeepAlive = false;
      response.on('finish', () => socket.end());
      socket.on('error', () => socket.destroy());
      this.#serve(request, response, { socket, head }).catch(error =>
        response.socket
          ? replyError(response, error, formOf(request))
          : socket.destroy(),
      );
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Starts to listen; returns the address, `https://127.0.0.1:<port>`. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    this.#host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return `https://${this.#host}`;
  }

  /** Another certificate, for connections from now on. */
  useCertificate({ key, certificate }: KeyPair): void {
    this.#server.setSecureContext({
      key,
      cert: certificate,
      ca: this.#o.authority,
    });
  }

  /** Stops, cutting off watches. */
  async close(): Promise<void> {
    const closed = new Promise<void>(resolve =>
      this.#server.close(() => resolve()),
    );
    this.cutConnections();
    await closed;
  }

  /** Cuts off everybody. */
  cutConnections(): void {
    this.#sockets.forEach(socket => socket.destroy());
  }

  /** @throws StatusError 421 for another host name */
  #assertHost(request: IncomingMessage): void {
    const { port } = this.#server.address() as AddressInfo;
    const known = [`127.0.0.1:${port}`, `localhost:${port}`];
    if (!known.includes(request.headers.host ?? ''))
      throw new StatusError(
        421,
        'BadRequest',
        `this server answers as ${this.#host} only`,
      );
  }

  /** Who sends it, where to, and that they may. @throws StatusError 401, 403, 404 */
  async #admit(
    request: IncomingMessage,
    url: URL,
  ): Promise<{ user: User; path: string; target?: ApiPath }> {
    const { authorizer, tokens } = this.#o;
    const user = await authenticate(request, { tokens, authorizer });
    const path = url.pathname;
    const target = parsePath(path);
    const method = request.method ?? 'GET';
    if (!target) {
      authorizer.require(user, { verb: method.toLowerCase(), path });
      return { user, path };
    }
    authorizer.require(user, {
      verb: verbOf(method, target, isTrue(url.searchParams, 'watch')),
      group: target.group,
      resource: target.plural,
      subresource: target.subresource,
      namespace:
        target.namespace ??
        (target.plural === 'namespaces' ? target.name : undefined),
      name: target.name ?? nameSelectedBy(url.searchParams),
    });
    return { user, path, target };
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    upgrade?: Upgrade,
  ): Promise<void> {
    this.#assertHost(request);
    const url = new URL(request.url ?? '/', `https://${this.#host}`);
    if (await this.#o.faults.applyTo(request, response, url)) return;
    const { user, path, target } = await this.#admit(request, url);
    if (!target) {
      await this.#servePath(path, request, response);
      return;
    }
    const asked: ResourceRequest = {
      ...this.#o,
      request,
      response,
      target,
      user,
      query: url.searchParams,
      upgrade,
    };
    const { group, plural, name } = target;
    const review = REVIEWS.find(
      each => each.group === group && each.plural === plural,
    );
    if (review && !name) await serveReview(review, asked);
    else if (!target.resource) throw noSuchResource();
    else await serveResource(asked);
  }

  async #servePath(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const at = path.replace(/\/$/, '') || '/';
    if (HEALTH.includes(at)) {
      replyText(response, 200, 'ok');
      return;
    }
    if (at === '/metrics') {
      replyText(response, 200, metricsOf(this.#o.registry));
      return;
    }
    if (await this.#o.faults.serve(at, request, response)) return;
    const document = request.method === 'GET' ? openApi(at) : undefined;
    if (document) {
      // Its protobuf form is not served, and who asks for that alone cannot read another.
      if (at === '/openapi/v2') negotiate(request.headers.accept);
      replyDocument(response, document);
      return;
    }
    const isAggregated = wantsAggregated(request.headers.accept);
    const found = discover(at, this.#host, isAggregated);
    if (!found || request.method !== 'GET') {
      replyText(response, 404, '404 page not found\n');
      return;
    }
    reply(response, 200, found, {
      type:
        found.kind === 'APIGroupDiscoveryList' ? AGGREGATED_TYPE : undefined,
    });
  }
}

/** The form of a failure: as the answer would have been, where that is known. */
function formOf(request: IncomingMessage): Form {
  try {
    return { media: negotiate(request.headers.accept).media };
  } catch {
    return { media: 'application/json' };
  }
}
