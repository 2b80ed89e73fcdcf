/** Tells an app who its visitor is, in a way that it can check: a short-lived JWT, signed by the gateway. */
import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { createPublicKey } from 'node:crypto';
import type { SessionStore } from './SessionStore';

const ALGORITHM = 'ES256';
const LIFETIME_S = 300;
/** An assertion is handed out again for this long. */
const REUSE_MS = 60_000;
const REUSABLE = 10_000;

/** Signs short-lived JWTs that tell an app who its visitor is. */
export class Assertions {
  readonly #sessions: SessionStore;
  #pair: Promise<{ key: CryptoKey; jwk: JWK }> | undefined;
  readonly #reusable = new LRUCache<string, Promise<string>>({
    max: REUSABLE,
    ttl: REUSE_MS,
  });

  static async create(sessions: SessionStore): Promise<Assertions> {
    return new Assertions(sessions);
  }

  private constructor(sessions: SessionStore) {
    this.#sessions = sessions;
  }

  /** Asked for when it is needed: the store, which may have what seals it, starts in the same process. */
  #keys(): Promise<{ key: CryptoKey; jwk: JWK }> {
    this.#pair ??= this.#findKeys().catch(error => {
      this.#pair = undefined;
      throw error;
    });
    return this.#pair;
  }

  async #findKeys(): Promise<{ key: CryptoKey; jwk: JWK }> {
    const pem = await this.#sessions.key('assertions', async () =>
      exportPKCS8(
        (
          await generateKeyPair(ALGORITHM, { extractable: true })
        ).privateKey,
      ),
    );
    const jwk = await exportJWK(createPublicKey(pem));
    return {
      key: await importPKCS8(pem, ALGORITHM),
      jwk: {
        ...jwk,
        alg: ALGORITHM,
        use: 'sig',
        kid: await calculateJwkThumbprint(jwk),
      },
    };
  }

  /** The public keys, for apps. */
  async publicKeys(): Promise<{ keys: JWK[] }> {
    const { jwk } = await this.#keys();
    // Gateways of the release before, which may be running still, sign with the same key as "1".
    return { keys: [jwk, { ...jwk, kid: '1' }] };
  }

  /** An assertion for one person and one instance. */
  for(options: {
    userEntityRef: string;
    name?: string;
    instanceId: string;
    issuer: string;
  }): Promise<string> {
    const visit = `${options.instanceId} ${options.userEntityRef}`;
    const earlier = this.#reusable.get(visit);
    if (earlier) return earlier;
    const token = this.#keys().then(({ key, jwk }) =>
      new SignJWT({ name: options.name })
        .setProtectedHeader({ alg: ALGORITHM, kid: jwk.kid })
        .setIssuer(options.issuer)
        .setSubject(options.userEntityRef)
        .setAudience(options.instanceId)
        .setIssuedAt()
        .setExpirationTime(`${LIFETIME_S}s`)
        .sign(key),
    );
    this.#reusable.set(visit, token);
    // What could not be made is tried again at the next request.
    token.catch(() => this.#reusable.delete(visit));
    return token;
  }
}
