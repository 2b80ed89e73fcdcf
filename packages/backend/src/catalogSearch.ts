/** Portal search finds apps by name and keywords, too, and knows which results are of one app. */
import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  catalogCollatorExtensionPoint,
  defaultCatalogCollatorEntityTransformer,
} from '@backstage/plugin-search-backend-module-catalog';
import {
  appStoreSearchFields,
  appStoreSearchText,
} from '@ai-app-store/backstage-plugin-catalog-backend-module-app-store';

export default createBackendModule({
  pluginId: 'search',
  moduleId: 'app-store-transformer',
  register(reg) {
    reg.registerInit({
      deps: { collator: catalogCollatorExtensionPoint },
      async init({ collator }) {
        collator.setEntityTransformer(entity => {
          const document = defaultCatalogCollatorEntityTransformer(entity);
          const text = appStoreSearchText(entity);
          return {
            ...document,
            ...appStoreSearchFields(entity),
            ...(text === undefined ? {} : { text }),
          };
        });
      },
    });
  },
});
