/**
 * The OIDC authenticator of Backstage asks the issuer once, at the start: an issuer
 * that was down at that moment would let nobody in until the portal is started again.
 * This one asks again whenever somebody comes.
 */
import { createOAuthAuthenticator } from '@backstage/plugin-auth-node';
import type { oidcAuthenticator } from '@backstage/plugin-auth-backend-module-oidc-provider';
import { SignInRefusal } from './SignInRefusal';

/** The authenticator that is made patient. */
export type Authenticator = typeof oidcAuthenticator;
type Context = ReturnType<Authenticator['initialize']>;

/** The issuer's metadata: asked for until they are there. */
class Discovery {
  readonly #ask: () => Context;
  #asked: Context | undefined;

  constructor(ask: () => Context, onFailure: (error: Error) => void) {
    this.#ask = ask;
    this.#begin().promise.catch(onFailure);
  }

  #begin(): Context {
    const asked = this.#ask();
    this.#asked = asked;
    asked.promise.catch(() => {
      if (this.#asked === asked) this.#asked = undefined;
    });
    return asked;
  }

  async done(): Promise<Context> {
    const asked = this.#asked ?? this.#begin();
    try {
      await asked.promise;
      return asked;
    } catch (cause) {
      throw new SignInRefusal({
        code: 'ISSUER_UNREACHABLE',
        message: 'The identity provider does not answer.',
        owner: 'admin',
        remedy:
          'try again in a moment; if the problem continues, check metadataUrl under auth.providers.oidc.',
        cause: cause as Error,
      });
    }
  }
}

/** An OIDC authenticator that asks an issuer again at each sign-in if it did not answer at the start. */
export function patientAuthenticator(options: {
  authenticator: Authenticator;
  /** Told where the issuer does not answer at the start. */
  onFailure: (error: Error) => void;
}) {
  const { authenticator, onFailure } = options;
  return createOAuthAuthenticator({
    ...authenticator,
    initialize: input =>
      new Discovery(() => authenticator.initialize(input), onFailure),
    start: async (input, discovery) =>
      authenticator.start(input, await discovery.done()),
    authenticate: async (input, discovery) =>
      authenticator.authenticate(input, await discovery.done()),
    refresh: async (input, discovery) =>
      authenticator.refresh!(input, await discovery.done()),
    logout: async (input, discovery) =>
      authenticator.logout!(input, await discovery.done()),
  });
}
