/** Tells an app who its visitor is, in a way that it can check: a short-lived JWT, signed by the gateway. */
import {
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose';
import { createPublicKey } from 'node:crypto';
import type { SessionStore } from './SessionStore';

const ALGORITHM = 'ES256';
const LIFETIME_S = 300;
/** An assertion is handed out again for this long. */
const REUSE_MS = 60_000;

/** See the module's comment. */
export class Assertions {
  readonly #key: CryptoKey;
  readonly #jwk: JWK;
  readonly #cache = new Map<
    string,
    { token: Promise<string>; until: number }
  >();

  static async create(sessions: SessionStore): Promise<Assertions> {
    const pem = await sessions.key('assertions', async () =>
      exportPKCS8(
        (
          await generateKeyPair(ALGORITHM, { extractable: true })
        ).privateKey,
      ),
    );
    const jwk = await exportJWK(createPublicKey(pem));
    return new Assertions(await importPKCS8(pem, ALGORITHM), {
      ...jwk,
      alg: ALGORITHM,
      use: 'sig',
      kid: '1',
    });
  }

  private constructor(key: CryptoKey, jwk: JWK) {
    this.#key = key;
    this.#jwk = jwk;
  }

  /** The public keys, for apps. */
  get keys(): { keys: JWK[] } {
    return { keys: [this.#jwk] };
  }

  /** An assertion for one person and one instance. */
  for(options: {
    userEntityRef: string;
    name?: string;
    instanceId: string;
    issuer: string;
  }): Promise<string> {
    const cacheKey = `${options.instanceId} ${options.userEntityRef}`;
    const cached = this.#cache.get(cacheKey);
    if (cached && cached.until > Date.now()) return cached.token;
    const token = new SignJWT({ name: options.name })
      .setProtectedHeader({ alg: ALGORITHM, kid: '1' })
      .setIssuer(options.issuer)
      .setSubject(options.userEntityRef)
      .setAudience(options.instanceId)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_S}s`)
      .sign(this.#key);
    if (this.#cache.size > 10_000) this.#cache.clear();
    this.#cache.set(cacheKey, { token, until: Date.now() + REUSE_MS });
    return token;
  }
}
