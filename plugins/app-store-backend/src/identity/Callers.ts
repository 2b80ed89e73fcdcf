/** Who calls the API: a person signed in to the portal, or the bearer of an access token. */
import type { HttpAuthService } from '@backstage/backend-plugin-api';
import { AuthenticationError } from '@backstage/errors';
import type { Request } from 'express';
import type { Actor } from '../policy/policy';
import { TOKEN_PREFIX, type TokenService } from '../service/TokenService';
import type { RoleResolver } from './RoleResolver';

/** See the module's comment. */
export class Callers {
  readonly #httpAuth: HttpAuthService;
  readonly #roles: RoleResolver;
  readonly #tokens: TokenService;

  constructor(options: {
    httpAuth: HttpAuthService;
    roles: RoleResolver;
    tokens: TokenService;
  }) {
    this.#httpAuth = options.httpAuth;
    this.#roles = options.roles;
    this.#tokens = options.tokens;
  }

  async #bearer(request: Request) {
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
   * The actor behind a request.
   *
   * @throws AuthenticationError
   */
  async actorOf(request: Request): Promise<Actor & { displayName: string }> {
    const bearer = await this.#bearer(request);
    if (!bearer)
      return this.#roles.actorOf(
        await this.#httpAuth.credentials(request, { allow: ['user'] }),
      );
    const actor = await this.#roles.resolve(bearer.ownerRef);
    // Somebody who left the catalog, or has not signed in for long, has no sessions either.
    if (!actor.known)
      throw new AuthenticationError(
        'The owner of the access token is no longer known to the portal.',
      );
    return actor;
  }

  /** The access token that a request came with; undefined for a person's own session. */
  tokenOf(request: Request) {
    return this.#bearer(request);
  }
}
