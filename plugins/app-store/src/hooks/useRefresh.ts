import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { useEffect } from 'react';
import type { Pages } from './usePages';

/** A launch is over, a pod is gone, or a file is read, within some seconds. */
const REFRESH_MS = 5000;

/** Loads a list anew, again and again, while something in it moves. */
export function useRefresh<T extends { id: string }>(
  pages: Pick<Pages<T>, 'items' | 'error' | 'loading' | 'refresh'>,
  moves: (item: T) => boolean,
): void {
  const { items, error, loading, refresh } = pages;
  const moving = items?.some(moves);
  useEffect(() => {
    // Each time after what was loaded last, however long that took.
    if (!moving || loading) return undefined;
    const timer = setTimeout(refresh, REFRESH_MS);
    return () => clearTimeout(timer);
  }, [moving, items, error, loading, refresh]);
}

/** Whether an instance starts or ends. */
export function isMoving({
  status,
  terminating,
  purgeAfter,
}: AppInstance): boolean {
  return (status === 'PENDING' || Boolean(terminating)) && !purgeAfter;
}
