/**
 * The Kubernetes API over HTTPS, on a loopback address.
 *
 * Refuses requests for another host name than its own (a page in somebody's
 * browser cannot reach it by DNS rebinding) and requests without the
 * administrator's token.
 */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry, WriteOptions } from '../registry/Registry';
import { badRequest, notFound, StatusError } from '../registry/errors';
import { toScale } from '../registry/scale';
import type { Json } from '../types';
import { patchType, readBody } from './body';
import { discover } from './discovery';
import { listBody, selectorOf } from './list';
import { parsePath, type Target } from './path';
import type { Tokens } from './tokens';
import { serveWatch } from './watch';

/** Answers `pods/<name>/log`. */
export interface LogSource {
  serveLog(options: {
    namespace: string;
    name: string;
    query: URLSearchParams;
    response: ServerResponse;
  }): Promise<void>;
}

const ANONYMOUS = new Set(['/version', '/healthz', '/livez', '/readyz']);

function boolean(query: URLSearchParams, name: string): boolean {
  return ['true', '1'].includes(query.get(name) ?? '');
}

/** See the module's comment. */
export class ApiServer {
  readonly #registry: Registry;
  readonly #tokens: Tokens;
  readonly #logs: LogSource;
  readonly #server: Server;
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
          this.#fail(response, error),
        );
      },
    );
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
    this.#server.closeAllConnections();
    await closed;
  }

  #fail(response: ServerResponse, error: unknown): void {
    const status =
      error instanceof StatusError
        ? error
        : new StatusError(
            500,
            'InternalError',
            `Internal error occurred: ${(error as Error).message}`,
          );
    if (response.headersSent) response.destroy();
    else this.#send(response, status.code, status.toStatus());
  }

  #send(
    response: ServerResponse,
    code: number,
    body: Json,
    warnings: string[] = [],
  ): void {
    if (warnings.length)
      response.setHeader(
        'warning',
        warnings.map(w => `299 - ${JSON.stringify(w)}`),
      );
    response.writeHead(code, {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
    });
    response.end(JSON.stringify(body));
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
        this.#send(response, 200, document);
        return;
      }
    }
    if (
      request.method === 'POST' &&
      path === '/apis/authentication.k8s.io/v1/tokenreviews'
    ) {
      this.#send(
        response,
        201,
        await this.#tokens.review(await readBody(request)),
      );
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
      this.#send(response, 201, {
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
    await this.#serveResource(request, response, target, url.searchParams);
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

  async #serveResource(
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
    query: URLSearchParams,
  ): Promise<void> {
    const registry = this.#registry;
    const { resource, namespace, name, subresource } = target;
    const method = request.method ?? 'GET';
    if (subresource) {
      await this.#serveSubresource(request, response, target, query);
      return;
    }
    if (!name) {
      if (method === 'GET') {
        if (boolean(query, 'watch'))
          serveWatch({
            registry,
            resource,
            namespace,
            selector: selectorOf(query),
            query,
            response,
          });
        else
          this.#send(
            response,
            200,
            listBody({ registry, resource, namespace, query }),
          );
        return;
      }
      if (
        method === 'POST' &&
        (namespace !== undefined || !resource.namespaced)
      ) {
        const result = registry.create(
          resource,
          namespace,
          await readBody(request),
          this.#writeOptions(request, query),
        );
        this.#send(response, 201, result.object, result.warnings);
        return;
      }
      if (method === 'DELETE' && namespace !== undefined) {
        const body = listBody({ registry, resource, namespace, query });
        for (const item of body.items)
          registry.delete(
            resource,
            namespace,
            item.metadata.name,
            this.#deleteOptions(await readBody(request), query),
          );
        this.#send(response, 200, body);
        return;
      }
    } else if (method === 'GET') {
      if (boolean(query, 'watch')) {
        const single = new URLSearchParams(query);
        single.set('fieldSelector', `metadata.name=${name}`);
        serveWatch({
          registry,
          resource,
          namespace,
          selector: selectorOf(single),
          query,
          response,
        });
      } else this.#send(response, 200, registry.get(resource, namespace, name));
      return;
    } else if (method === 'PUT') {
      const result = registry.update(
        resource,
        namespace,
        name,
        await readBody(request),
        this.#writeOptions(request, query),
      );
      this.#send(response, 200, result.object, result.warnings);
      return;
    } else if (method === 'PATCH') {
      const type = patchType(request);
      const result = registry.patch(
        resource,
        namespace,
        name,
        type,
        await readBody(request),
        {
          ...this.#writeOptions(request, query),
          force: boolean(query, 'force'),
        },
      );
      this.#send(
        response,
        result.created ? 201 : 200,
        result.object,
        result.warnings,
      );
      return;
    } else if (method === 'DELETE') {
      this.#send(
        response,
        200,
        registry.delete(
          resource,
          namespace,
          name,
          this.#deleteOptions(await readBody(request), query),
        ),
      );
      return;
    }
    throw new StatusError(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    );
  }

  async #serveSubresource(
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
    query: URLSearchParams,
  ): Promise<void> {
    const registry = this.#registry;
    const { resource, namespace, subresource } = target;
    const name = target.name!;
    const { method } = request;
    const known =
      (subresource === 'status' && resource.status) ||
      (subresource === 'scale' && resource.scale);
    if (known) {
      const options = {
        ...this.#writeOptions(request, query),
        subresource: subresource as 'status' | 'scale',
      };
      if (method === 'GET') {
        const object = registry.get(resource, namespace, name);
        this.#send(
          response,
          200,
          subresource === 'scale' ? toScale(object) : object,
        );
      } else if (method === 'PUT') {
        this.#send(
          response,
          200,
          registry.update(
            resource,
            namespace,
            name,
            await readBody(request),
            options,
          ).object,
        );
      } else if (method === 'PATCH') {
        const type = patchType(request);
        this.#send(
          response,
          200,
          registry.patch(
            resource,
            namespace,
            name,
            type,
            await readBody(request),
            { ...options, force: boolean(query, 'force') },
          ).object,
        );
      } else
        throw new StatusError(
          405,
          'MethodNotAllowed',
          'the server does not allow this method on the requested resource',
        );
      return;
    }
    if (
      resource.plural === 'pods' &&
      subresource === 'log' &&
      method === 'GET'
    ) {
      await this.#logs.serveLog({
        namespace: namespace!,
        name,
        query,
        response,
      });
      return;
    }
    if (
      resource.plural === 'serviceaccounts' &&
      subresource === 'token' &&
      method === 'POST'
    ) {
      this.#send(
        response,
        201,
        await this.#tokens.request(namespace!, name, await readBody(request)),
      );
      return;
    }
    throw notFound(resource, `${name}/${subresource}`);
  }

  #writeOptions(
    request: IncomingMessage,
    query: URLSearchParams,
  ): WriteOptions {
    const dryRun = query.get('dryRun');
    if (dryRun && dryRun !== 'All')
      throw new StatusError(
        422,
        'Invalid',
        `Invalid value: ${JSON.stringify(dryRun)}: supported values: "All"`,
      );
    const fieldValidation = query.get('fieldValidation') ?? undefined;
    if (
      fieldValidation &&
      !['Ignore', 'Warn', 'Strict'].includes(fieldValidation)
    )
      throw new StatusError(
        422,
        'Invalid',
        `fieldValidation: Unsupported value: ${JSON.stringify(
          fieldValidation,
        )}: supported values: "", "Ignore", "Strict", "Warn"`,
      );
    const given = query.get('fieldManager') ?? undefined;
    if (given && given.length > 128)
      throw new StatusError(
        422,
        'Invalid',
        `fieldManager: Too long: may not be more than 128 bytes`,
      );
    const isApply = request.headers['content-type']?.startsWith(
      'application/apply-patch',
    );
    const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0];
    return {
      dryRun: dryRun === 'All',
      fieldValidation,
      fieldManager: given ?? (isApply ? undefined : agent),
    };
  }

  #deleteOptions(body: Json, query: URLSearchParams) {
    const grace = query.get('gracePeriodSeconds') ?? body?.gracePeriodSeconds;
    const gracePeriodSeconds =
      grace === undefined || grace === null ? undefined : Number(grace);
    if (
      gracePeriodSeconds !== undefined &&
      !Number.isInteger(gracePeriodSeconds)
    )
      throw badRequest('gracePeriodSeconds: must be an integer');
    return {
      gracePeriodSeconds,
      propagationPolicy: (query.get('propagationPolicy') ??
        body?.propagationPolicy) as 'Background' | undefined,
      preconditions: body?.preconditions,
      dryRun: query.get('dryRun') === 'All',
    };
  }
}
