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
 */
import { InputError } from '@backstage/errors';
import { jwtVerify, SignJWT } from 'jose';
import { digest, randomToken, type SessionStore } from './SessionStore';

const STATE_SECONDS = 600;
const PATH_LIMIT = 4096;
/** Paths of the gateway itself on every host. */
export const OWN_PREFIX = '/.app-store/';

/** See the module's comment. */
export class HandOff {
  readonly #sessions: SessionStore;
  readonly #portalUrl: URL;
  readonly #appsUrl: URL;
  readonly #key: Uint8Array;

  static async create(options: {
    sessions: SessionStore;
    portalUrl: URL;
    appsUrl: URL;
  }): Promise<HandOff> {
    const key = await options.sessions.key('state', async () => randomToken());
    return new HandOff(options, new TextEncoder().encode(key));
  }

  private constructor(
    options: { sessions: SessionStore; portalUrl: URL; appsUrl: URL },
    key: Uint8Array,
  ) {
    this.#sessions = options.sessions;
    this.#portalUrl = options.portalUrl;
    this.#appsUrl = options.appsUrl;
    this.#key = key;
  }

  /** Step 1: the nonce to set as a cookie and where to send the browser. */
  async begin(
    host: string,
    path: string,
    nonces: string[],
  ): Promise<{ nonce: string; location: string }> {
    // Several tabs may begin at once: they share the nonce.
    const own = nonces.find(n => /^[\w-]{43}$/.test(n)) ?? randomToken();
    const state = await new SignJWT({
      host,
      path: path.length > PATH_LIMIT ? '/' : path,
      nonce: digest(own),
    })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuedAt()
      .setExpirationTime(`${STATE_SECONDS}s`)
      .sign(this.#key);
    const location = new URL('/app-store-enter', this.#portalUrl);
    location.searchParams.set('state', state);
    return { nonce: own, location: location.href };
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
    let claims: { host: string; path: string; nonce: string };
    try {
      claims = (await jwtVerify<typeof claims>(state, this.#key)).payload;
    } catch {
      throw new InputError(
        'This link is not valid any more. Open the app again.',
      );
    }
    const ticket = await this.#sessions.createTicket({
      host: claims.host,
      nonceHash: claims.nonce,
      userEntityRef,
      path: claims.path,
    });
    const { protocol, port } = this.#appsUrl;
    const url = new URL(
      `${protocol}//${claims.host}${port ? `:${port}` : ''}${OWN_PREFIX}enter`,
    );
    url.searchParams.set('ticket', ticket);
    return { url: url.href, host: claims.host };
  }
}
