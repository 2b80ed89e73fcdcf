import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { useEffect } from 'react';
import type { Pages } from './usePages';

/** A launch is over, or a pod is gone, within some seconds. */
const REFRESH_MS = 5000;

/** Loads a list of others' instances anew while one of them starts or ends. */
export function useRefresh(
  pages: Pick<Pages<AppInstance>, 'items' | 'reload'>,
): void {
  const { items, reload } = pages;
  const moving = items?.some(
    each => (each.status === 'PENDING' || each.terminating) && !each.purgeAfter,
  );
  useEffect(() => {
    if (!moving) return undefined;
    const timer = setInterval(reload, REFRESH_MS);
    return () => clearInterval(timer);
  }, [moving, reload]);
}
