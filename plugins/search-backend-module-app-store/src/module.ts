/** Wires what the store says of its apps into the index of portal search. */
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { CatalogIndexClient } from '@ai-app-store/backstage-plugin-app-store-node';
import { searchIndexRegistryExtensionPoint } from '@backstage/plugin-search-backend-node/alpha';
import { AppDecoratorFactory } from './AppDecoratorFactory';

/**
 * Has portal search find apps by name, version, keywords, tags and long description.
 *
 * @public
 */
export const searchModuleAppStore = createBackendModule({
  pluginId: 'search',
  moduleId: 'app-store',
  register(reg) {
    reg.registerInit({
      deps: {
        auth: coreServices.auth,
        discovery: coreServices.discovery,
        logger: coreServices.logger,
        registry: searchIndexRegistryExtensionPoint,
      },
      async init({ auth, discovery, logger, registry }) {
        registry.addDecorator({
          factory: new AppDecoratorFactory({
            source: CatalogIndexClient.create({ auth, discovery }),
            logger,
          }),
        });
      },
    });
  },
});
