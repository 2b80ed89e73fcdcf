/**
 * Everything between a request and an app, in this order: host, route, person,
 * admission, state. The same for a request and for an upgrade. An unknown host is
 * 404 before any sign-in.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { appOrigin } from '@ai-app-store/backstage-plugin-app-store-common';
import type { IncomingMessage } from 'node:http';
import type { GatewayConfig } from '../config';
import { answers } from '../pages/answers';
import type { Admissions } from './Admissions';
import { isForeign, isNavigation, localPath } from './requests';
import { ownCookie, SignIn } from './SignIn';
import type { Outcome } from './Outcome';
import { stateAnswer, statusOf } from './states';
import { destination } from '../routing/addressing';
import type { RouteTable } from '../routing/RouteTable';
import type { Assertions } from '../sessions/Assertions';
import { OWN_PREFIX, type HandOff } from '../sessions/HandOff';
import type { SessionStore } from '../sessions/SessionStore';
import type { AliasCookies } from '../upstream/AliasCookies';
import { FixationGuard } from './FixationGuard';
import { cookieNames, cookieValues } from '../sessions/cookies';
import type { IdentityHeaders } from '../upstream/headers';
import { readHost } from '../routing/hosts';
import {
  clearingFor,
  isServiceWorkerScript,
  FormerApps,
} from '../upstream/formerApp';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What the authorizer stands on. */
export interface RequestAuthorizerOptions {
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

/** Decides for each request and upgrade where it leads, who sends it, and whether they may. */
export class RequestAuthorizer {
  readonly #options: RequestAuthorizerOptions;
  readonly #guard: FixationGuard;
  readonly #signIn: SignIn;
  readonly cookies: { session: string; nonce: string; mark: string };
  readonly formerApps: FormerApps;

  constructor(options: RequestAuthorizerOptions) {
    this.#options = options;
    this.#guard = new FixationGuard(options.sessions);
    this.cookies = cookieNames(options.config.secure);
    const { secure } = options.config;
    this.formerApps = new FormerApps({
      ...options,
      cookies: this.cookies,
      cookieOf: (value, seconds) =>
        ownCookie(this.cookies.mark, value, { seconds, secure }),
    });
    this.#signIn = new SignIn({
      ...options,
      guard: this.#guard,
      cookies: this.cookies,
      formerApps: this.formerApps,
    });
  }

  async authorize(request: IncomingMessage): Promise<Outcome> {
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
          'The request names its target in a form that this gateway does not serve.',
        ),
      };
    // A host outside the apps' domain may be an alias, once these are known.
    if (!routes.loaded) return { answer: answers.notLoaded() };
    const host = readHost(
      request.headers.host,
      config.appsUrl.hostname,
      routes,
    );
    if (host.kind === 'foreign') return { answer: answers.foreignHost() };
    const url = new URL(request.url, 'http://gateway');
    const found = destination(host, request.url, routes);
    if (host.kind === 'alias' && isServiceWorkerScript(request)) {
      const formerApps = await this.formerApps.of(request, host);
      return { answer: answers.serviceWorker(), headers: formerApps?.headers };
    }
    if (found.kind === 'catalogue') return { catalogue: url };
    if (found.kind === 'unassigned')
      return { answer: answers.unassigned(found.name, portal) };
    if (found.kind === 'unknown') return { answer: answers.unknown(portal) };
    const { route } = found;

    // What is the gateway's own is at every host of an instance.
    const own = host.kind !== 'domain' && url.pathname.startsWith(OWN_PREFIX);
    if (own && url.pathname === `${OWN_PREFIX}enter`)
      return this.#signIn.redeem(request, url, host, route.id);
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
        : this.#signIn.begin(
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
      return { answer: answers.storeUnavailable() };
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
        : this.#signIn.begin(request, host, request.url);
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
    const formerApps = await this.formerApps.of(
      request,
      host,
      session?.userEntityRef,
    );
    const clearing =
      formerApps && clearingFor(request, formerApps, isNavigation(request));
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
      authorized: {
        route,
        hostname: host.hostname,
        identity,
        session,
        clearing,
      },
    };
  }

  #address(label: string, path: string): string {
    return `${appOrigin(label, this.#options.config.appsUrl)}${path}`;
  }
}
