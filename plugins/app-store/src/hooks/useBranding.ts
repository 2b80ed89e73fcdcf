import { configApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { StoreInfo } from '@ai-app-store/backstage-plugin-app-store-common';
import { useStore } from './useCached';

/**
 * The store's name, mark and colour: from the page's own configuration at first, so that nothing changes its name while it loads.
 *
 * @public
 */
export function useBranding(): StoreInfo['branding'] {
  const config = useApi(configApiRef);
  const store = useStore().value;
  if (store) return store.branding;
  const of = (key: string) =>
    config.getOptionalString(`appStore.branding.${key}`);
  return {
    title: of('title') ?? 'App Store',
    logoUrl: of('logoUrl'),
    color: of('color'),
  };
}
