/** What a declaration declared under another name, before `spec.name` was changed. */
import type {
  DeclarationKind,
  Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { CATALOG_SOURCE } from './declarationRows';
import type { Ended, Target } from './kinds/DeclaredKind';
import type { Trust } from './Trust';

/** Kinds that are called in the store as `spec.name` says: another name is another one. */
const NAMED: readonly DeclarationKind[] = ['AppTag', 'AppSecret'];

/**
 * Ends it where that is configured for what is no longer declared, else leaves it.
 *
 * @param found - the id of what it declares now
 * @returns what to say of one that stays
 */
export async function leaveFormer(
  { row }: Target,
  found: string,
  by: {
    trust: Pick<Trust, 'onRemoval'>;
    end: (former: Ended) => Promise<void>;
  },
): Promise<Problem | undefined> {
  const { kind, resourceId, source, ownerRef, location } = row;
  if (!NAMED.includes(kind) || !resourceId || resourceId === found)
    return undefined;
  const ends =
    source === CATALOG_SOURCE &&
    ownerRef &&
    by.trust.onRemoval(location) === 'delete';
  if (ends) {
    await by.end({ resourceId, published: [] });
    return undefined;
  }
  return {
    code: 'FORMER_KEPT',
    message: 'What it declared under its former name is still in the store.',
    owner: 'you',
    remedy: 'End it there if nobody needs it, then apply the declaration.',
  };
}
