/**
 * Signs in as one of the demo people, by choice and without a password. Exists
 * only where `demoSignIn` is configured, and refuses to load in production.
 */
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  authProvidersExtensionPoint,
  createProxyAuthenticator,
  createProxyAuthProviderFactory,
} from '@backstage/plugin-auth-node';

/** The header in which the sign-in page names the person. */
const PERSON_HEADER = 'x-demo-person';

/** Checks that the demo sign-in may be loaded. */
export function assertDemoAllowed(env: NodeJS.ProcessEnv): void {
  if (env.NODE_ENV === 'production')
    throw new Error(
      'demoSignIn lets anybody be anybody and does not load with NODE_ENV=production: remove demoSignIn from the configuration and set up an identity provider',
    );
}

export default createBackendModule({
  pluginId: 'auth',
  moduleId: 'demo-provider',
  register(reg) {
    reg.registerInit({
      deps: {
        providers: authProvidersExtensionPoint,
        config: coreServices.rootConfig,
      },
      async init({ providers, config }) {
        const people = config
          .getOptionalConfigArray('demoSignIn.people')
          ?.map(person => person.getString('ref'));
        if (!people) return;
        assertDemoAllowed(process.env);
        providers.registerProvider({
          providerId: 'demo',
          factory: createProxyAuthProviderFactory({
            authenticator: createProxyAuthenticator({
              defaultProfileTransform: async () => ({ profile: {} }),
              initialize() {},
              async authenticate({ req }) {
                const ref = req.header(PERSON_HEADER);
                if (!ref || !people.includes(ref))
                  throw new InputError('choose one of the demo users');
                return { result: { ref } };
              },
            }),
            async signInResolver({ result }, context) {
              return context.signInWithCatalogUser({ entityRef: result.ref });
            },
          }),
        });
      },
    });
  },
});
