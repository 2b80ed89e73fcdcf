/** Lists come in pages, and nobody who reads them knows: all of them, or as many as were asked for. */
import type { Page } from '@ai-app-store/backstage-plugin-app-store-common';

const PAGE = 200;

/**
 * The items of as many pages as it takes.
 *
 * @param limit - undefined for all
 */
export async function collect<T>(
  page: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
  limit = Infinity,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const wanted = Math.min(PAGE, limit - items.length);
    const next = await page({ limit: wanted, cursor });
    items.push(...next.items);
    cursor = next.nextCursor;
  } while (cursor && items.length < limit);
  return items.slice(0, limit);
}
