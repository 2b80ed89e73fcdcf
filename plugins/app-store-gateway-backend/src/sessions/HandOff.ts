/**
 * Signing in to an app: begins at the app's host, leads through the portal, and
 * ends at the same host in the same browser.
 *
 * 1. The app's host sets a nonce cookie of its own and sends the browser to the
 *    portal with a signed state: host, path, digest of the nonce.
 * 2. The portal's page, signed in, exchanges the state for a ticket (30 s, once).
 * 3. The browser brings the ticket to the host; with the nonce cookie it becomes a
 *    session cookie of that host.
 *
 * A link that somebody else began is useless: the nonce is in their browser. The
 * portal's token never leaves the portal.
 *
 * Where a page of the portal opens the app, it need not be loaded a second time for step 2:
 * before it sends the browser to the host it asks for a pass (30 s, once), for this host and
 * person, bound to a cookie of the portal's host. The app's host hands the pass back with its
 * state, and the portal's server gives the ticket to the browser that has both. A pass that
 * somebody else was given is useless: its cookie is in their browser.
 */
import { appOrigin } from '@ai-app-store/backstage-plugin-app-store-common';
import { InputError } from '@backstage/errors';
import { jwtVerify, SignJWT } from 'jose';
import { createHmac } from 'node:crypto';
import type { AddressBook } from '../routing/addressing';
import { readHost } from '../routing/hosts';
import type { SessionStore } from './SessionStore';
import { digest, randomToken } from './tokens';

const STATE_SECONDS = 600;
const PATH_LIMIT = 4096;
/** Paths of the gateway itself on every host. */
export const OWN_PREFIX = '/.app-store/';
/** Set before the host of a pass, so that a pass is no ticket and a ticket no pass. */
const PASS = 'pass:';
const RANDOM = /^[\w-]{43}$/;

interface StateClaims {
  host: string;
  path: string;
  nonce: string;
}

/** The steps of signing in to an app, from its host through the portal and back. */
export class HandOff {
  readonly #sessions: SessionStore;
  readonly #portalUrl: URL;
  readonly #appsUrl: URL;
  readonly #routes: Pick<AddressBook, 'alias'>;
  /** Where the portal's server exchanges a pass. */
  readonly #passUrl: string;
  #key: Promise<Uint8Array> | undefined;

  static async create(options: {
    sessions: SessionStore;
    portalUrl: URL;
    appsUrl: URL;
    /** Knows which hosts are apps'. */
    routes: Pick<AddressBook, 'alias'>;
    /** The base URL of this plugin as browsers see it. */
    pluginUrl?: string;
  }): Promise<HandOff> {
    return new HandOff(options);
  }

  private constructor(options: {
    sessions: SessionStore;
    portalUrl: URL;
    appsUrl: URL;
    routes: Pick<AddressBook, 'alias'>;
    pluginUrl?: string;
  }) {
    this.#sessions = options.sessions;
    this.#portalUrl = options.portalUrl;
    this.#appsUrl = options.appsUrl;
    this.#routes = options.routes;
    this.#passUrl = `${
      options.pluginUrl ??
      new URL('/api/app-store-gateway', options.portalUrl).href
    }/v1/enter`;
  }

  /** Until what it signs with is there. */
  async ready(): Promise<void> {
    await this.#stateKey();
  }

  /** Asked for when it is needed: the store, which may have what seals it, starts in the same process. */
  #stateKey(): Promise<Uint8Array> {
    this.#key ??= this.#sessions
      .key('state', async () => randomToken())
      .then(
        key => new TextEncoder().encode(key),
        error => {
          this.#key = undefined;
          throw error;
        },
      );
    return this.#key;
  }

  /**
   * Step 1: the nonce to set as a cookie and where to send the browser.
   *
   * @param pass - what a page of the portal was given for this
   */
  async begin(
    host: string,
    path: string,
    nonces: string[],
    pass?: string,
  ): Promise<{ nonce: string; location: string }> {
    // Several tabs may begin at once: they share the nonce.
    const own = nonces.find(n => RANDOM.test(n)) ?? randomToken();
    const claims: StateClaims = {
      host,
      path: path.length > PATH_LIMIT ? '/' : path,
      nonce: digest(own),
    };
    const state = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuedAt()
      .setExpirationTime(`${STATE_SECONDS}s`)
      .sign(await this.#stateKey());
    if (!pass) return { nonce: own, location: this.enterPage(state) };
    const location = new URL(this.#passUrl);
    location.searchParams.set('state', state);
    location.searchParams.set('pass', pass);
    return { nonce: own, location: location.href };
  }

  /** The portal's page for step 2. */
  enterPage(state: string): string {
    const page = new URL('/app-store-enter', this.#portalUrl);
    page.searchParams.set('state', state);
    return page.href;
  }

  async #read(state: string): Promise<StateClaims> {
    const key = await this.#stateKey();
    try {
      return (await jwtVerify<StateClaims>(state, key)).payload;
    } catch {
      throw new InputError('This link is no longer valid. Open the app again.');
    }
  }

  async #ticket(
    claims: StateClaims,
    userEntityRef: string,
  ): Promise<{ url: string; host: string }> {
    const ticket = await this.#sessions.createTicket({
      host: claims.host,
      nonceHash: claims.nonce,
      userEntityRef,
      path: claims.path,
    });
    const url = new URL(
      `${appOrigin(claims.host, this.#appsUrl)}${OWN_PREFIX}enter`,
    );
    url.searchParams.set('ticket', ticket);
    return { url: url.href, host: claims.host };
  }

  /**
   * Step 2: where a signed-in person goes with their ticket.
   *
   * @throws InputError for a state that is not the gateway's own or too old
   */
  async exchange(
    state: string,
    userEntityRef: string,
  ): Promise<{ url: string; host: string }> {
    return this.#ticket(await this.#read(state), userEntityRef);
  }

  /**
   * Before step 1, for a page of the portal that opens an app.
   *
   * @param address - of the app, as the store shows it
   * @param secrets - cookies of the portal's host for passes that the browser has
   * @returns where to send the browser, and the cookie that has to be there when it comes back
   * @throws InputError for an address that is no app's
   */
  async issuePass(
    address: string,
    userEntityRef: string,
    secrets: string[],
  ): Promise<{ url: string; secret: string }> {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    const host = readHost(url?.host, this.#appsUrl.hostname, this.#routes);
    if (
      !url ||
      (host.kind !== 'instance' && host.kind !== 'alias') ||
      url.origin !== appOrigin(host.hostname, this.#appsUrl)
    )
      throw new InputError('This is not the address of an app.');
    // Several tabs may be opened at once: they share the cookie.
    const secret = secrets.find(s => RANDOM.test(s)) ?? randomToken();
    const pass = await this.#sessions.createTicket({
      host: PASS + host.hostname,
      nonceHash: digest(secret),
      userEntityRef,
      path: '/',
    });
    const begin = new URL(`${url.origin}${OWN_PREFIX}begin`);
    begin.searchParams.set('pass', pass);
    begin.searchParams.set('path', `${url.pathname}${url.search}`);
    return { url: begin.href, secret };
  }

  /**
   * Step 2 with a pass. Where it does not fit, the portal's page asks who is there.
   *
   * @throws InputError for a state that is not the gateway's own or too old
   */
  async exchangePass(
    state: string,
    pass: string,
    secrets: string[],
  ): Promise<string> {
    const claims = await this.#read(state);
    const passed = await this.#sessions.redeem({
      ticket: pass,
      host: PASS + claims.host,
      nonces: secrets,
    });
    if (!passed) return this.enterPage(state);
    return (await this.#ticket(claims, passed.userEntityRef)).url;
  }

  /**
   * What a browser shows that was rid of what another instance left at a host. It is of one
   * person: a page of the former app that is still open cannot put in place what its author was given.
   *
   * @param person - who is signed in; undefined for nobody
   */
  async mark(
    host: string,
    instanceId: string,
    person: string | undefined,
  ): Promise<string> {
    return this.#markOf(host, instanceId, person ? digest(person) : '');
  }

  /**
   * Whether a browser shows such a mark.
   *
   * @param person - whose it has to be; undefined where nobody is signed in (any more): anybody's
   */
  async isMark(
    value: string,
    host: string,
    instanceId: string,
    person: string | undefined,
  ): Promise<boolean> {
    const who = value.slice(0, value.lastIndexOf('.'));
    if (person && who !== digest(person)) return false;
    return value === (await this.#markOf(host, instanceId, who));
  }

  async #markOf(host: string, instanceId: string, who: string) {
    const proof = createHmac('sha256', await this.#stateKey())
      .update(JSON.stringify(['mark', host, instanceId, who]))
      .digest('base64url');
    return `${who}.${proof}`;
  }
}
