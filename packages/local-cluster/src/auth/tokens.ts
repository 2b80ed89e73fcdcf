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
import { invalid, StatusError } from '../registry/errors';
import { wholeSeconds } from '../time';
import type { Json, KubeObject } from '../types';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** Who a token belongs to. */
export interface Identity {
  username: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
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
        username: 'admin',
        groups: ['system:masters', 'system:authenticated'],
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
        groups: [
          'system:serviceaccounts',
          `system:serviceaccounts:${claims.namespace}`,
          'system:authenticated',
        ],
        extra: {
          'authentication.kubernetes.io/credential-id': [`JTI=${payload.jti}`],
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

  /** `authentication.k8s.io/v1` TokenReview. */
  async review(body: Json): Promise<KubeObject> {
    const { token, audiences } = body?.spec ?? {};
    const identity = token
      ? await this.identify(token, audiences?.length ? audiences : undefined)
      : undefined;
    return {
      kind: 'TokenReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {
        creationTimestamp: null as unknown as string,
      } as KubeObject['metadata'],
      spec: body?.spec ?? {},
      status: identity
        ? {
            authenticated: true,
            user: {
              username: identity.username,
              uid: identity.uid,
              groups: identity.groups,
              extra: identity.extra,
            },
            audiences: identity.audiences,
          }
        : {
            user: {},
            error: '[invalid bearer token, Token has been invalidated]',
          },
    };
  }

  /** The `token` subresource of a service account. */
  async request(
    namespace: string,
    serviceAccount: string,
    body: Json,
  ): Promise<KubeObject> {
    const spec = body?.spec ?? {};
    const seconds = spec.expirationSeconds ?? 3600;
    if (!Number.isInteger(seconds) || seconds < 600)
      throw invalid(
        {
          ...resourceOf('serviceaccounts'),
          group: 'authentication.k8s.io',
          kind: 'TokenRequest',
        },
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
        throw new StatusError(
          422,
          'Invalid',
          `cannot bind a token to kind ${ref.kind}`,
        );
      const found = this.#registry.get(resourceOf('pods'), namespace, ref.name);
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
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {
        name: serviceAccount,
        namespace,
        creationTimestamp: null as unknown as string,
      } as KubeObject['metadata'],
      spec: {
        ...spec,
        audiences: issued.audiences,
        expirationSeconds: seconds,
      },
      status: { token: issued.token, expirationTimestamp: issued.expiration },
    };
  }
}
