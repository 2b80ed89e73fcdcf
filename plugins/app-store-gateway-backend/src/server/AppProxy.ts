/** The last stretch of a request that was let in: from the gateway to its app, and back. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  Endpoint,
  GatewayRoute,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Authorized } from '../authorize/Outcome';
import type { GatewayConfig } from '../config';
import type { RouteTable } from '../routing/RouteTable';
import { assertDialable } from '../upstream/addresses';
import { AppConnections } from '../upstream/AppConnections';
import { namesOfCookies } from '../upstream/expiringCookies';
import { withClearing, type FormerApps } from '../upstream/formerApp';
import { guardFrames } from '../upstream/framing';
import { requestHeaders, responseHeaders } from '../upstream/headers';
import { whenGone } from './clientGone';
import { dropLongCookies } from './malformedRequests';
import type { FirstBytes } from './FirstBytes';
import type { OpenConnection, OpenConnections } from './OpenConnections';

/** What is still sent after its answer is read for this long, in milliseconds, so that the answer arrives. */
const LINGER_MS = 5000;
const EVENT_STREAM = /^text\/event-stream\b/i;

/** What the proxy stands on. */
interface AppProxyOptions {
  config: GatewayConfig;
  routes: RouteTable;
  formerApps: FormerApps;
  /** Names of the gateway's cookies, which apps neither get nor set. */
  ownCookies: string[];
  connections: OpenConnections;
  /** Told of each answer. */
  firstBytes: Pick<FirstBytes, 'note'>;
  logger: LoggerService;
}

/** Leads requests to the pods of apps. */
export class AppProxy {
  readonly #options: AppProxyOptions;
  readonly #apps = new AppConnections();
  /** The pod that each instance had last. */
  readonly #pods = new Map<string, string>();

  constructor(options: AppProxyOptions) {
    this.#options = options;
    options.routes.onChange((id, route) => this.#letGo(id, route));
  }

  close(): void {
    this.#apps.close();
  }

  /**
   * Leads a request that was let in to its app, and the answer back.
   *
   * @param unreachable - answers where the app does not
   */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    authorized: Authorized,
    unreachable: () => void,
  ): Promise<void> {
    const { route, session } = authorized;
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
    const forget = this.#options.connections.add(open);
    try {
      await this.#pass(request, response, authorized, {
        open,
        signal: abort.signal,
        unreachable,
      });
    } finally {
      stay();
      forget();
    }
  }

  async #pass(
    request: IncomingMessage,
    response: ServerResponse,
    authorized: Authorized,
    {
      open,
      signal,
      unreachable,
    }: {
      open: OpenConnection;
      signal: AbortSignal;
      unreachable: () => void;
    },
  ): Promise<void> {
    const { route, identity, clearing } = authorized;
    const { ownCookies, config, formerApps, connections, firstBytes, logger } =
      this.#options;
    const hasBody =
      request.headers['content-length'] !== undefined ||
      request.headers['transfer-encoding'] !== undefined;
    let answer;
    let endpoint;
    try {
      endpoint = this.#endpoint(route);
      answer = await this.#apps.send(endpoint, {
        method: request.method!,
        path: request.url!,
        headers: requestHeaders(request, {
          identity,
          secure: config.secure,
          ownCookies: clearing ? namesOfCookies(request) : ownCookies,
        }),
        body: hasBody ? request : undefined,
        signal,
      });
    } catch (error) {
      if (signal.aborted) return;
      logger.debug(`${route.id} did not answer: ${(error as Error).message}`);
      unreachable();
      readOn(request);
      return;
    }
    const setCookies = answer.headers['set-cookie'];
    if (setCookies)
      formerApps.note(
        authorized.hostname,
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
      config.portalUrl.origin,
    );
    // What is dropped is the cookies of the host's whole domain, where other sites are but for the apps' own.
    if (authorized.hostname.endsWith(`.${config.appsUrl.hostname}`))
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
    if (answer.status < 500) firstBytes.note(route.id, endpoint.podUid);
    if (EVENT_STREAM.test(String(answer.headers['content-type'])))
      connections.setEndless(open);
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
    const { routes, config } = this.#options;
    const endpoint = routes.get(route.id)?.endpoint;
    if (!endpoint) throw new Error('its pod is gone');
    assertDialable(endpoint.address, config.loopbackPods);
    return endpoint;
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
