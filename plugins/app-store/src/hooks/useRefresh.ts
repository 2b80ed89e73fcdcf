import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { useEffect } from 'react';
import type { Pages } from './usePages';

/** A launch is over, or a pod is gone, within some seconds. */
const REFRESH_MS = 5000;

/** Loads a list of others' instances anew while one of them starts or ends. */
export function useRefresh(
  pages: Pick<Pages<AppInstance>, 'items' | 'error' | 'loading' | 'refresh'>,
): void {
  const { items, error, loading, refresh } = pages;
  const moving = items?.some(
    each => (each.status === 'PENDING' || each.terminating) && !each.purgeAfter,
  );
  useEffect(() => {
    // Each time after what was loaded last, however long that took.
    if (!moving || loading) return undefined;
    const timer = setTimeout(refresh, REFRESH_MS);
    return () => clearTimeout(timer);
  }, [moving, items, error, loading, refresh]);
}
