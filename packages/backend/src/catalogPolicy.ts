/**
 * The portal's permission policy: everything is allowed but what the store says that
 * a reader of the catalog may not see. The store's own rules hold beside it, always.
 */
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import {
  AppStoreCatalogPolicy,
  StoreClient,
} from '@ai-app-store/backstage-plugin-catalog-backend-module-app-store';

export default createBackendModule({
  pluginId: 'permission',
  moduleId: 'app-store-policy',
  register(reg) {
    reg.registerInit({
      deps: {
        auth: coreServices.auth,
        discovery: coreServices.discovery,
        logger: coreServices.logger,
        policy: policyExtensionPoint,
      },
      async init({ auth, discovery, logger, policy }) {
        const store = AppStoreCatalogPolicy.create({
          source: StoreClient.create({ auth, discovery }),
          logger,
        });
        policy.setPolicy({
          handle: async (request, user) =>
            (await store.decide(request, user)) ?? {
              result: AuthorizeResult.ALLOW,
            },
        });
      },
    });
  },
});
