/** The way to the portal and back, on which a browser comes to have a session with an instance's host. */
import type { IncomingMessage } from 'node:http';
import type { GatewayConfig } from '../config';
import { answers } from '../pages/answers';
import type { HostKind } from '../routing/hosts';
import type { HandOff } from '../sessions/HandOff';
import type { SessionStore } from '../sessions/SessionStore';
import type { FormerApps } from '../upstream/formerApp';
import { cookieValues } from '../sessions/cookies';
import type { FixationGuard } from './FixationGuard';
import type { Outcome } from './Outcome';
import { isNavigation, localPath } from './requests';

const NONCE_SECONDS = 600;

/** A cookie of the gateway's own, for one host. */
export function ownCookie(
  name: string,
  value: string,
  { seconds, secure }: { seconds: number; secure: boolean },
): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${
    secure ? '; Secure' : ''
  }`;
}

/** What the sign-in stands on. */
interface SignInOptions {
  config: GatewayConfig;
  sessions: SessionStore;
  handOff: HandOff;
  guard: FixationGuard;
  cookies: { session: string; nonce: string };
  formerApps: FormerApps;
}

/** Begins sign-ins, and ends them. */
export class SignIn {
  readonly #options: SignInOptions;

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  /** Sends a browser to the portal to sign in. */
  async begin(
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
    const formerApps = await this.#options.formerApps.of(request, host);
    return {
      redirect: location,
      status: 302,
      headers: formerApps?.headers,
      cookies: [
        ...(formerApps?.cookies ?? []),
        this.#cookie('nonce', nonce, NONCE_SECONDS),
      ],
    };
  }

  #nonce(request: IncomingMessage): { own?: string; several: boolean } {
    const { guard, cookies } = this.#options;
    return guard.nonce(cookieValues(request.headers.cookie, cookies.nonce));
  }

  /** Gives a browser that comes back with a ticket its session, and leads on to where it was going. */
  async redeem(
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
    if (several) return this.begin(request, host, '/');
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
        this.#cookie('session', token, Math.floor(config.sessionMs / 1000)),
        this.#cookie('nonce', '', 0),
      ],
    };
  }

  #cookie(name: 'session' | 'nonce', value: string, seconds: number): string {
    const { cookies, config } = this.#options;
    return ownCookie(cookies[name], value, { seconds, secure: config.secure });
  }
}
