/**
 * Everything between a request and an app, in this order: host, route, person,
 * admission, state. The same for a request and for an upgrade. An unknown host is
 * 404 before any sign-in.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import type { IncomingMessage } from 'node:http';
import type { GatewayConfig } from '../config';
import { answers, type Answer } from '../pages/pages';
import type { Admissions } from '../routes/Admissions';
import { destination } from '../routes/addressing';
import type { RouteTable } from '../routes/RouteTable';
import type { Assertions } from '../signIn/Assertions';
import { OWN_PREFIX, type HandOff } from '../signIn/HandOff';
import type { Session, SessionStore } from '../signIn/SessionStore';
import type { AliasCookies } from './AliasCookies';
import { FixationGuard } from './FixationGuard';
import { cookieNames, cookieValues, type IdentityHeaders } from './headers';
import { readHost, type HostKind } from './hosts';
import {
  clearingFor,
  isServiceWorkerScript,
  Leftovers,
  type Clearing,
} from './leftovers';

const NONCE_SECONDS = 600;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A request that was let in. */
export interface Entrance {
  route: GatewayRoute;
  hostname: string;
  identity: IdentityHeaders;
  session?: Session;
  /** The browser comes with what another app left under this alias: the app must not get its cookies. */
  clearing?: Clearing;
}

/** Where a request goes. */
export type Outcome =
  | { entrance: Entrance }
  | { answer: Answer; headers?: Clearing['headers'] }
  | {
      redirect: string;
      status: 302 | 307;
      cookies: string[];
      headers?: Clearing['headers'];
    }
  /** The public catalogue, where the store has one. */
  | { catalogue: URL }
  | { body: object };

/** What the door stands on. */
export interface DoorOptions {
  config: GatewayConfig;
  routes: RouteTable;
  admissions: Admissions;
  sessions: SessionStore;
  handOff: HandOff;
  assertions: Assertions;
  /** Cookies below paths of aliases; without it they are not let expire. */
  aliasCookies?: AliasCookies;
  logger: LoggerService;
}

/** A person who follows a link, rather than a script or a program. */
function isNavigation(request: IncomingMessage): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const mode = request.headers['sec-fetch-mode'];
  return mode
    ? mode === 'navigate'
    : (request.headers.accept ?? '').includes('text/html');
}

/**
 * True for a request that a page of another origin made. All apps are one site to
 * a browser, so its cookie rules do not keep neighbours apart.
 */
export function isForeign(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (!origin) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/** Path and query of this host, whatever a browser may read in them. */
function localPath(text: string): string {
  const { pathname, search } = new URL(
    URL.canParse(text, 'http://gateway') ? text : '/',
    'http://gateway',
  );
  // A path that begins with two slashes would lead to another host.
  return `${pathname.replace(/^\/+/, '/')}${search}`;
}

/** The answer for a state in which no app is to be reached. */
function stateAnswer(route: GatewayRoute, portal: string): Answer | undefined {
  if (route.terminating) return answers.gone(portal);
  if (route.status === 'SUSPENDED') return answers.suspended(route, portal);
  // An app that ended and is up again may end once more; whoever comes meanwhile gets in.
  const isUp = route.restarting && route.endpoint;
  if (route.status === 'FAILED' && !isUp) return answers.crashed(route, portal);
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

/** See the module's comment. */
export class Door {
  readonly #options: DoorOptions;
  readonly #guard: FixationGuard;
  readonly cookies: { session: string; nonce: string; mark: string };
  readonly leftovers: Leftovers;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#guard = new FixationGuard(options.sessions);
    this.cookies = cookieNames(options.config.secure);
    this.leftovers = new Leftovers({
      ...options,
      cookies: this.cookies,
      cookieOf: (value, seconds) =>
        this.#cookie(this.cookies.mark, value, seconds),
    });
  }

  async enter(request: IncomingMessage): Promise<Outcome> {
    const { config, routes, sessions, admissions, assertions, logger } =
      this.#options;
    const portal = config.portalUrl.origin;
    const hosts = request.rawHeaders.filter(
      (name, i) => i % 2 === 0 && name.length === 4 && /^host$/i.test(name),
    );
    if (hosts.length > 1)
      return {
        answer: answers.badRequest(
          'The request has more than one Host header.',
        ),
      };
    if (
      !request.url?.startsWith('/') ||
      !URL.canParse(request.url, 'http://gateway')
    )
      return {
        answer: answers.badRequest(
          'The request names its target in a form that is not served here.',
        ),
      };
    const host = readHost(request.headers.host, config.appsUrl.hostname);
    if (host.kind === 'foreign') return { answer: answers.foreignHost() };
    if (!routes.loaded) return { answer: answers.notLoaded() };
    const url = new URL(request.url, 'http://gateway');
    const found = destination(host, request.url, routes);
    if (host.kind === 'alias' && isServiceWorkerScript(request)) {
      const leftovers = await this.leftovers.of(request, host);
      return { answer: answers.serviceWorker(), headers: leftovers?.headers };
    }
    if (found.kind === 'catalogue') return { catalogue: url };
    if (found.kind === 'unassigned')
      return { answer: answers.unassigned(found.name, portal) };
    if (found.kind === 'unknown') return { answer: answers.unknown(portal) };
    const { route } = found;

    // What is the gateway's own is at every host of an instance.
    const own = host.kind !== 'domain' && url.pathname.startsWith(OWN_PREFIX);
    if (own && url.pathname === `${OWN_PREFIX}enter`)
      return this.#redeem(request, url, host, route.id);
    if (own && url.pathname === `${OWN_PREFIX}jwks.json`)
      return { body: await assertions.publicKeys() };
    if (found.kind === 'redirect' && !own)
      return {
        redirect: this.#address(found.label, found.path),
        status: found.status,
        cookies: [],
      };

    const session = await this.#guard.session(
      cookieValues(request.headers.cookie, this.cookies.session),
      host.hostname,
      route.id,
    );
    // A page of the portal opens the app.
    if (own && url.pathname === `${OWN_PREFIX}begin`) {
      const path = localPath(url.searchParams.get('path') ?? '/');
      return session
        ? { redirect: path, status: 302, cookies: [] }
        : this.#begin(
            request,
            host,
            path,
            url.searchParams.get('pass') ?? undefined,
          );
    }
    let admission;
    try {
      admission = await admissions.decide(route.id, session?.userEntityRef);
    } catch (error) {
      logger.warn(
        `no answer from the store about ${route.id}: ${
          (error as Error).message
        }`,
      );
      return { answer: answers.storeAway() };
    }
    if (session && admission.known === false) {
      // It must not come back to life with somebody of the same name.
      await sessions.revoke(session.hash);
      return { answer: answers.unknownPerson(portal) };
    }
    if (!admission.found) return { answer: answers.unknown(portal) };
    if (!admission.allowed)
      return session
        ? { answer: answers.forbidden(portal, admission.displayName) }
        : this.#begin(request, host, request.url);
    if (
      session &&
      !SAFE_METHODS.has(request.method ?? '') &&
      isForeign(request)
    )
      return { answer: answers.foreignPage() };
    if (url.pathname === `${OWN_PREFIX}status`)
      return { body: statusOf(route, portal) };
    if (url.pathname.startsWith(OWN_PREFIX))
      return { answer: answers.unknown(portal) };
    const state = stateAnswer(route, portal);
    if (state) return { answer: state };
    const leftovers = await this.leftovers.of(
      request,
      host,
      session?.userEntityRef,
    );
    const clearing =
      leftovers && clearingFor(request, leftovers, isNavigation(request));
    if (clearing?.goesOn)
      return { ...clearing, redirect: localPath(request.url), status: 302 };
    const identity: IdentityHeaders = session
      ? {
          userEntityRef: session.userEntityRef,
          displayName: admission.displayName,
          assertion: await assertions.for({
            userEntityRef: session.userEntityRef,
            name: admission.displayName,
            instanceId: route.id,
            issuer: portal,
          }),
        }
      : {};
    return {
      entrance: {
        route,
        hostname: host.hostname,
        identity,
        session,
        clearing,
      },
    };
  }

  /** Sends a browser to the portal to sign in. */
  async #begin(
    request: IncomingMessage,
    host: Exclude<HostKind, { kind: 'foreign' }>,
    path: string,
    pass?: string,
  ): Promise<Outcome> {
    if (!isNavigation(request)) return { answer: answers.signIn() };
    const { own } = this.#nonce(request);
    const { nonce, location } = await this.#options.handOff.begin(
      host.hostname,
      path,
      own ? [own] : [],
      pass,
    );
    const leftovers = await this.leftovers.of(request, host);
    return {
      redirect: location,
      status: 302,
      headers: leftovers?.headers,
      cookies: [
        ...(leftovers?.cookies ?? []),
        this.#cookie(this.cookies.nonce, nonce, NONCE_SECONDS),
      ],
    };
  }

  #nonce(request: IncomingMessage): { own?: string; several: boolean } {
    return this.#guard.nonce(
      cookieValues(request.headers.cookie, this.cookies.nonce),
    );
  }

  async #redeem(
    request: IncomingMessage,
    url: URL,
    host: Exclude<HostKind, { kind: 'foreign' }>,
    instanceId: string,
  ): Promise<Outcome> {
    const { sessions, config } = this.#options;
    const { hostname } = host;
    const ticket = url.searchParams.get('ticket');
    const { own, several } = this.#nonce(request);
    const redeemed = ticket
      ? await sessions.redeem({
          ticket,
          host: hostname,
          nonces: own ? [own] : [],
        })
      : undefined;
    if (several) return this.#begin(request, host, '/');
    if (!redeemed) return { answer: answers.badTicket() };
    const token = await sessions.create(
      hostname,
      redeemed.userEntityRef,
      config.sessionMs,
      instanceId,
    );
    return {
      redirect: localPath(redeemed.path),
      status: 302,
      cookies: [
        this.#cookie(
          this.cookies.session,
          token,
          Math.floor(config.sessionMs / 1000),
        ),
        this.#cookie(this.cookies.nonce, '', 0),
      ],
    };
  }

  #address(label: string, path: string): string {
    const { protocol, hostname, port } = this.#options.config.appsUrl;
    return `${protocol}//${label}.${hostname}${port ? `:${port}` : ''}${path}`;
  }

  #cookie(name: string, value: string, maxAgeSeconds: number): string {
    return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${
      this.#options.config.secure ? '; Secure' : ''
    }`;
  }
}
