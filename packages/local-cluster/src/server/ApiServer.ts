/**
 * The Kubernetes API over HTTPS, on a loopback address.
 *
 * Refuses requests for another host name than its own (a page in somebody's
 * browser cannot reach it by DNS rebinding) and requests without the
 * administrator's token.
 */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { StatusError } from '../registry/errors';
import type { Registry } from '../registry/Registry';
import { readBody } from './body';
import { discover } from './discovery';
import { parsePath } from './path';
import { reply, replyError } from './reply';
import { serveResource, type LogSource } from './serveResource';
import type { Tokens } from '../auth/tokens';

const ANONYMOUS = new Set(['/version', '/healthz', '/livez', '/readyz']);

/** Serves the Kubernetes API over HTTPS on a loopback address, to requests with a valid token only. */
export class ApiServer {
  readonly #registry: Registry;
  readonly #tokens: Tokens;
  readonly #logs: LogSource;
  readonly #server: Server;
  /** Those whose TLS has not begun, too, of which HTTP knows nothing. */
  readonly #sockets = new Set<Socket>();
  #host = '';

  static create(options: {
    registry: Registry;
    tokens: Tokens;
    logs: LogSource;
    key: string;
    certificate: string;
  }): ApiServer {
    return new ApiServer(options);
  }

  private constructor(options: {
    registry: Registry;
    tokens: Tokens;
    logs: LogSource;
    key: string;
    certificate: string;
  }) {
    this.#registry = options.registry;
    this.#tokens = options.tokens;
    this.#logs = options.logs;
    this.#server = createServer(
      {
        key: options.key,
        cert: options.certificate,
        keepAliveTimeout: 60_000,
        requestTimeout: 0,
      },
      (request, response) => {
        this.#serve(request, response).catch(error =>
          replyError(response, error),
        );
      },
    );
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

  /** Stops, cutting off watches. */
  async close(): Promise<void> {
    const closed = new Promise<void>(resolve =>
      this.#server.close(() => resolve()),
    );
    this.#sockets.forEach(socket => socket.destroy());
    await closed;
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    if (
      ![`127.0.0.1:${port}`, `localhost:${port}`].includes(
        request.headers.host ?? '',
      )
    )
      throw new StatusError(
        421,
        'BadRequest',
        `this server answers as ${this.#host} only`,
      );
    const url = new URL(request.url ?? '/', `https://${this.#host}`);
    const path = url.pathname.replace(/\/$/, '') || '/';
    if (ANONYMOUS.has(path) && path !== '/version') {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end('ok');
      return;
    }
    const identity = await this.#authenticate(request);
    if (!ANONYMOUS.has(path) && !identity?.groups.includes('system:masters'))
      throw new StatusError(
        403,
        'Forbidden',
        `forbidden: User "${
          identity?.username ?? 'system:anonymous'
        }" cannot ${request.method?.toLowerCase()} path "${path}"`,
      );
    if (request.method === 'GET') {
      const document = discover(path, this.#host);
      if (document) {
        reply(response, 200, document);
        return;
      }
    }
    if (
      request.method === 'POST' &&
      path === '/apis/authentication.k8s.io/v1/tokenreviews'
    ) {
      reply(response, 201, await this.#tokens.review(await readBody(request)));
      return;
    }
    if (
      request.method === 'POST' &&
      path === '/apis/authentication.k8s.io/v1/selfsubjectreviews'
    ) {
      const userInfo = {
        username: identity?.username,
        groups: identity?.groups,
      };
      reply(response, 201, {
        kind: 'SelfSubjectReview',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { creationTimestamp: null },
        status: { userInfo },
      });
      return;
    }
    const target = parsePath(path);
    if (!target)
      throw new StatusError(
        404,
        'NotFound',
        'the server could not find the requested resource',
      );
    await serveResource({
      request,
      response,
      target,
      query: url.searchParams,
      registry: this.#registry,
      tokens: this.#tokens,
      logs: this.#logs,
    });
  }

  async #authenticate(request: IncomingMessage) {
    const header = request.headers.authorization;
    if (!header) return undefined;
    const identity = await this.#tokens.identify(
      header.replace(/^Bearer\s+/i, ''),
    );
    if (!identity) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
    return identity;
  }
}
