/**
 * The portal's permission policy: everybody who is signed in reads of the catalog what the
 * store lets them read; everything else that a plugin asks a permission for is for admins
 * of the store. `test/attack/catalog.spec.ts` has a row for each permission of the portal.
 */
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import { CatalogIndexClient } from '@ai-app-store/backstage-plugin-app-store-node';
import { AppStoreCatalogPolicy } from '@ai-app-store/backstage-plugin-catalog-backend-module-app-store';

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
        policy.setPolicy(
          AppStoreCatalogPolicy.create({
            source: CatalogIndexClient.create({ auth, discovery }),
            logger,
          }),
        );
      },
    });
  },
});
