/** Portal search with titles first. A portal with another engine (PostgreSQL) leaves this module out. */
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { searchEngineRegistryExtensionPoint } from '@backstage/plugin-search-backend-node/alpha';
import { TitlesFirstEngine } from './TitlesFirstEngine';

export default createBackendModule({
  pluginId: 'search',
  moduleId: 'titles-first',
  register(reg) {
    reg.registerInit({
      deps: {
        logger: coreServices.logger,
        registry: searchEngineRegistryExtensionPoint,
      },
      async init({ logger, registry }) {
        registry.setSearchEngine(new TitlesFirstEngine({ logger }));
      },
    });
  },
});
