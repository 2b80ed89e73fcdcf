import { createApiRef } from '@backstage/frontend-plugin-api';
import type { AppStoreApi } from '@ai-app-store/backstage-plugin-app-store-common';

/**
 * The store's REST API.
 *
 * @public
 */
export const appStoreApiRef = createApiRef<AppStoreApi>({
  id: 'plugin.app-store.service',
});
