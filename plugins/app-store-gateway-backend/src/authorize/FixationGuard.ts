/**
 * Who a browser's cookies say it is, where a neighbour may have added to them. On plain
 * HTTP a page of one app can set a cookie for the common domain, and a browser does not say
 * whose is whose (RFC 6265, 8.6). With https the cookies are `__Host-` ones, and there is one.
 *
 * - Sessions of different people: none of them counts. All end, and signing in begins anew,
 *   with one cookie that counts.
 * - More than a browser of good faith can have: none of them counts, since the browser's own
 *   one may be the last of them.
 * - Several nonces: none of them counts, now or later, and signing in begins anew.
 */
import { LRUCache } from 'lru-cache';
import { COOKIE_VALUES } from '../sessions/cookies';
import type { Session, SessionStore } from '../sessions/SessionStore';

/** What the gateway makes; nothing else can be one of its nonces. */
const NONCE = /^[\w-]{43}$/;
/** A sign-in that was begun is over after this time, in milliseconds, and its nonce with it. */
const NONCE_MS = 15 * 60_000;
const REMEMBERED = 10_000;

/** Reads session and nonce cookies where a neighbour's page may have planted some. */
export class FixationGuard {
  readonly #sessions: Pick<SessionStore, 'find' | 'revoke'>;
  /** Values that were no session of a host and instance once; they never become one. */
  readonly #none = new LRUCache<string, true>({ max: REMEMBERED });
  readonly #spent = new LRUCache<string, true>({
    max: REMEMBERED,
    ttl: NONCE_MS,
  });

  constructor(sessions: Pick<SessionStore, 'find' | 'revoke'>) {
    this.#sessions = sessions;
  }

  /** The session of a host that the cookies speak of, where all speak of one person. */
  async session(
    tokens: string[],
    host: string,
    instanceId: string,
  ): Promise<Session | undefined> {
    if (tokens.length > COOKIE_VALUES) return undefined;
    if (tokens.length < 2) return this.#sessions.find(tokens, host, instanceId);
    const found: Session[] = [];
    for (const token of new Set(tokens)) {
      const key = `${host} ${instanceId} ${token}`;
      if (this.#none.has(key)) continue;
      const session = await this.#sessions.find([token], host, instanceId);
      if (session) found.push(session);
      else this.#none.set(key, true);
    }
    const people = new Set(found.map(session => session.userEntityRef));
    if (people.size < 2) return found[0];
    await Promise.all(found.map(({ hash }) => this.#sessions.revoke(hash)));
    return undefined;
  }

  /** The nonce of a browser; `several` where there is more than one, none of which counts. */
  nonce(values: string[]): { own?: string; several: boolean } {
    if (values.length > COOKIE_VALUES) return { several: true };
    const nonces = new Set(
      values.filter(value => NONCE.test(value) && !this.#spent.has(value)),
    );
    const [own] = nonces;
    if (nonces.size < 2) return { own, several: false };
    nonces.forEach(nonce => this.#spent.set(nonce, true));
    return { several: true };
  }
}
