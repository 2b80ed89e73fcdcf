/** Who calls the API: a person signed in to the portal, or the bearer of an access token. */
import type { HttpAuthService } from '@backstage/backend-plugin-api';
import { AuthenticationError } from '@backstage/errors';
import type { Request } from 'express';
import { ANONYMOUS } from '../policy';
import type { Caller } from './Caller';
import type { RoleResolver } from './RoleResolver';

/** Longest word of a client about itself, in characters. */
const CLIENT_LIMIT = 255;

/** What every access token begins with, so that scanners of repositories can tell one. */
export const TOKEN_PREFIX = 'aas_';

/** Finds the owner of an access token. */
export interface AccessTokens {
  /** @returns undefined where the token is unknown, expired or revoked */
  resolve(
    token: string,
  ): Promise<
    { id: string; kind: 'login' | 'machine'; ownerRef: string } | undefined
  >;
}

/** Identifies who sent a request. */
export type CallerOf = (
  request: Pick<Request, 'headers' | 'ip'>,
  options?: {
    /** Somebody who is not signed in is let through, where the store has a public catalogue. */
    anonymous?: boolean;
  },
) => Promise<Caller>;

/** Finds out who sent a request. */
export class Callers {
  readonly #httpAuth: HttpAuthService;
  readonly #roles: RoleResolver;
  readonly #tokens: AccessTokens;
  readonly #publicMode: boolean;

  constructor(options: {
    httpAuth: HttpAuthService;
    roles: RoleResolver;
    tokens: AccessTokens;
    publicMode: boolean;
  }) {
    this.#httpAuth = options.httpAuth;
    this.#roles = options.roles;
    this.#tokens = options.tokens;
    this.#publicMode = options.publicMode;
  }

  async #bearer(request: Pick<Request, 'headers'>) {
    const [, token] =
      /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (!token?.startsWith(TOKEN_PREFIX)) return undefined;
    const found = await this.#tokens.resolve(token);
    if (!found)
      throw new AuthenticationError(
        'The access token is not valid: it has expired, or was revoked.',
      );
    return found;
  }

  /**
   * Who sent a request.
   *
   * @throws AuthenticationError
   */
  readonly callerOf: CallerOf = async (request, { anonymous = false } = {}) => {
    const trace = {
      address: request.ip,
      client: request.headers['user-agent']?.slice(0, CLIENT_LIMIT),
    };
    if (anonymous && this.#publicMode && !request.headers.authorization)
      return { ...ANONYMOUS, ...trace };
    return { ...(await this.#signedIn(request)), ...trace };
  };

  async #signedIn(request: Pick<Request, 'headers'>): Promise<Caller> {
    const bearer = await this.#bearer(request);
    if (!bearer)
      return this.#roles.actorOf(
        await this.#httpAuth.credentials(request as Request, {
          allow: ['user'],
        }),
      );
    const actor = await this.#roles.resolve(bearer.ownerRef);
    // Somebody who left the catalog, or has not signed in for long, has no sessions either.
    if (!actor.known)
      throw new AuthenticationError(
        'The owner of the access token is no longer known to the portal.',
      );
    return { ...actor, token: { id: bearer.id, kind: bearer.kind } };
  }
}
