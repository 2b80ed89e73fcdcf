/**
 * Bearer tokens: the administrator's, and service-account tokens bound to a pod
 * (TokenRequest, projected volumes), checked by TokenReview.
 *
 * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { bad } from '../registry/causes';
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import { badRequest, conflict, invalid } from '../registry/errors';
import { wholeSeconds } from '../time';
import type { Json } from '../types';
import { accountGroups, AUTHENTICATED, MASTERS, type User } from '../User';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** Who a token belongs to, and what for. */
export interface Identity extends User {
  audiences: string[];
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Issues and checks tokens. */
export class Tokens {
  readonly #registry: Registry;
  readonly #adminToken: string;
  readonly #key: Uint8Array;

  /**
   * @param adminToken - the token with all rights
   * @param signingKey - the key of service-account tokens
   */
  static create(options: {
    registry: Registry;
    adminToken: string;
    signingKey: Uint8Array;
  }): Tokens {
    return new Tokens(options);
  }

  private constructor(options: {
    registry: Registry;
    adminToken: string;
    signingKey: Uint8Array;
  }) {
    this.#registry = options.registry;
    this.#adminToken = options.adminToken;
    this.#key = options.signingKey;
  }

  /**
   * Issues a service-account token.
   *
   * @param expirationSeconds - 600 at least, as in Kubernetes
   */
  async issue(options: {
    namespace: string;
    serviceAccount: string;
    audiences?: string[];
    expirationSeconds?: number;
    pod?: { name: string; uid: string };
  }): Promise<{ token: string; expiration: string; audiences: string[] }> {
    const { namespace, serviceAccount, pod } = options;
    const account = this.#registry.get(
      resourceOf('serviceaccounts'),
      namespace,
      serviceAccount,
    );
    const audiences = options.audiences?.length ? options.audiences : [ISSUER];
    const seconds = options.expirationSeconds ?? 3600;
    const expires = Math.floor(Date.now() / 1000) + seconds;
    const token = await new SignJWT({
      'kubernetes.io': {
        namespace,
        serviceaccount: { name: serviceAccount, uid: account.metadata.uid },
        ...(pod ? { pod } : {}),
      },
    })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setSubject(`system:serviceaccount:${namespace}:${serviceAccount}`)
      .setAudience(audiences)
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime(expires)
      .setJti(randomUUID())
      .sign(this.#key);
    return {
      token,
      expiration: wholeSeconds(new Date(expires * 1000)),
      audiences,
    };
  }

  /** The identity behind a token; undefined where it is not valid (any more). */
  async identify(
    token: string,
    audiences: string[] = [ISSUER],
  ): Promise<Identity | undefined> {
    if (sameText(token, this.#adminToken)) {
      return {
        username: 'kubernetes-admin',
        groups: [MASTERS, AUTHENTICATED],
        audiences,
      };
    }
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        issuer: ISSUER,
        audience: audiences,
      });
      const claims = payload['kubernetes.io'] as Json;
      const account = this.#registry.store.get(
        'serviceaccounts',
        claims.namespace,
        claims.serviceaccount.name,
      );
      if (account?.metadata.uid !== claims.serviceaccount.uid) return undefined;
      if (claims.secret) {
        const secret = this.#registry.store.get(
          'secrets',
          claims.namespace,
          claims.secret.name,
        );
        if (secret?.metadata.uid !== claims.secret.uid) return undefined;
      }
      if (claims.pod) {
        const pod = this.#registry.store.get(
          'pods',
          claims.namespace,
          claims.pod.name,
        );
        if (pod?.metadata.uid !== claims.pod.uid) return undefined;
      }
      const granted = ([] as string[]).concat(payload.aud ?? []);
      return {
        username: payload.sub!,
        uid: claims.serviceaccount.uid,
        groups: accountGroups(claims.namespace),
        // One out of a Secret says nothing of itself.
        extra: claims.secret
          ? undefined
          : {
              'authentication.kubernetes.io/credential-id': [
                `JTI=${payload.jti}`,
              ],
              ...(claims.pod
                ? {
                    'authentication.kubernetes.io/pod-name': [claims.pod.name],
                    'authentication.kubernetes.io/pod-uid': [claims.pod.uid],
                  }
                : {}),
            },
        audiences: audiences.filter(a => granted.includes(a)),
      };
    } catch {
      return undefined;
    }
  }

  /** A token for a Secret of the type `kubernetes.io/service-account-token`: it has no end of its own. */
  async issueForSecret(options: {
    namespace: string;
    serviceAccount: { name: string; uid: string };
    secret: { name: string; uid: string };
  }): Promise<string> {
    const { namespace, serviceAccount, secret } = options;
    return new SignJWT({
      'kubernetes.io': {
        namespace,
        serviceaccount: serviceAccount,
        secret,
      },
    })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setSubject(`system:serviceaccount:${namespace}:${serviceAccount.name}`)
      .setAudience(ISSUER)
      .setIssuedAt()
      .sign(this.#key);
  }

  /** The status of a TokenReview (`authentication.k8s.io/v1`). */
  async review({ token, audiences }: Json): Promise<Json> {
    const identity = token
      ? await this.identify(token, audiences?.length ? audiences : undefined)
      : undefined;
    if (!identity) return { user: {}, error: 'invalid bearer token' };
    const { username, uid, groups, extra } = identity;
    return {
      authenticated: true,
      user: {
        username,
        ...(uid ? { uid } : {}),
        groups,
        ...(extra ? { extra } : {}),
      },
      audiences: identity.audiences,
    };
  }

  /**
   * The `token` subresource of a service account.
   *
   * @param body - a TokenRequest
   */
  async request(
    namespace: string,
    serviceAccount: string,
    body: Json,
  ): Promise<Json> {
    const spec = body.spec ?? {};
    const seconds = spec.expirationSeconds ?? 3600;
    if (!Number.isInteger(seconds) || seconds < 600)
      throw invalid(
        { group: 'authentication.k8s.io', kind: 'TokenRequest' },
        '',
        [
          bad(
            'spec.expirationSeconds',
            seconds,
            'may not specify a duration less than 10 minutes',
          ),
        ],
      );
    let pod: { name: string; uid: string } | undefined;
    const ref = spec.boundObjectRef;
    if (ref) {
      if (ref.kind !== 'Pod')
        throw badRequest(`cannot bind token to object of type ${ref.kind}`);
      const found = this.#registry.get(resourceOf('pods'), namespace, ref.name);
      if (ref.uid && ref.uid !== found.metadata.uid)
        throw conflict(
          resourceOf('pods'),
          ref.name,
          `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
        );
      pod = { name: ref.name, uid: found.metadata.uid };
    }
    const issued = await this.issue({
      namespace,
      serviceAccount,
      audiences: spec.audiences,
      expirationSeconds: seconds,
      pod,
    });
    return {
      ...body,
      metadata: { ...body.metadata, name: serviceAccount, namespace },
      spec: {
        audiences: issued.audiences,
        expirationSeconds: seconds,
        boundObjectRef: ref ?? null,
      },
      status: { token: issued.token, expirationTimestamp: issued.expiration },
    };
  }
}
