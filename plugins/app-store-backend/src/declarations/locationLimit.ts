/** How many declarations one location may have: which are beyond it, and what they are told. */
import type { ListedDeclaration } from './CatalogDeclarations';

/** The refs of those of a location beyond as many as it may have, in the order of their refs. */
export function beyondLimit(
  listed: ListedDeclaration[],
  limit: number,
): Set<string> {
  const counts = new Map<string, number>();
  const beyond = new Set<string>();
  for (const { entityRef, location = '' } of [...listed].sort((a, b) =>
    a.entityRef < b.entityRef ? -1 : 1,
  )) {
    const count = (counts.get(location) ?? 0) + 1;
    counts.set(location, count);
    if (count > limit) beyond.add(entityRef);
  }
  return beyond;
}

/** What one beyond the limit is told. */
export function tooManyDeclarations(
  location: string | undefined,
  limit: number,
) {
  return {
    code: 'TOO_MANY_DECLARATIONS',
    message: `${
      location ?? 'Its location'
    } has more than ${limit} declarations. This one and others were not read.`,
    owner: 'author' as const,
    remedy:
      'Declare less in one file, or ask an admin to raise appStore.declarations.perLocation.',
  };
}
