/**
 * Signs people in through an OpenID Connect issuer, where `auth.providers.oidc` is
 * configured, and tells the store their roles: at each sign-in and at each refresh of
 * their session, so that a role that was taken away is gone with the next one.
 */
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { oidcAuthenticator } from '@backstage/plugin-auth-backend-module-oidc-provider';
import {
  authProvidersExtensionPoint,
  createOAuthProviderFactory,
  type OAuthStateTransform,
} from '@backstage/plugin-auth-node';
import { readOidcSignIn } from './config';
import { patientAuthenticator } from './patientAuthenticator';
import { PeopleClient } from './PeopleClient';
import { subjectResolver } from './resolver';

/** A sign-in ends in the portal: a link to it must not lead to somebody else's page. */
export function withinPortal(appUrl: string): OAuthStateTransform {
  const { origin } = new URL(appUrl);
  return async state => {
    const { redirectUrl } = state;
    if (
      redirectUrl !== undefined &&
      !(URL.canParse(redirectUrl) && new URL(redirectUrl).origin === origin)
    )
      throw new InputError('redirectUrl must be a page of this portal');
    return { state };
  };
}

export default createBackendModule({
  pluginId: 'auth',
  moduleId: 'app-store-oidc-provider',
  register(reg) {
    reg.registerInit({
      deps: {
        providers: authProvidersExtensionPoint,
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        logger: coreServices.logger,
      },
      async init({ providers, auth, config, discovery, logger }) {
        const oidc = readOidcSignIn(config);
        if (!oidc) return;
        providers.registerProvider({
          providerId: 'oidc',
          factory: createOAuthProviderFactory({
            authenticator: patientAuthenticator({
              authenticator: oidcAuthenticator,
              onFailure: error =>
                logger.warn(
                  `the identity provider does not answer; it is asked again when somebody signs in: ${error.message}`,
                ),
            }),
            stateTransform: withinPortal(config.getString('app.baseUrl')),
            signInResolver: subjectResolver({
              config: oidc,
              people: PeopleClient.create({ auth, discovery }),
            }),
          }),
        });
      },
    });
  },
});
