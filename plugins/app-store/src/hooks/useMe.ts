import { useApi } from '@backstage/frontend-plugin-api';
import type { Me } from '@ai-app-store/backstage-plugin-app-store-common';
import { appStoreApiRef } from '../api';
import { useLoad } from './useLoad';

/** Who reads; `visitor` is undefined until that is known. */
export function useMe(): { me?: Me; visitor?: boolean } {
  const api = useApi(appStoreApiRef);
  const { value: me } = useLoad(() => api.getMe(), []);
  return { me, visitor: me && me.kind === 'visitor' && !me.admin };
}
