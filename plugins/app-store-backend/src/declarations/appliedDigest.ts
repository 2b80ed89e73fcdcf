/** Of what was applied last: what tells a change of the declaration from one in the store. */
import { acceptanceDigest } from './Acting';
import { digestOf, type DeclarationRecord } from './declarationRows';
import type { Plan } from './kinds/DeclaredKind';

/** As many of its characters are of the declaration's own words. */
const OWN = 32;

/**
 * The declaration's own words, and what they come to.
 *
 * @param resolved - such as the version that a range is for
 */
export function appliedDigest(
  row: DeclarationRecord,
  resolved: string | undefined,
): string {
  return (
    acceptanceDigest(row).slice(0, OWN) + digestOf([resolved]).slice(0, OWN)
  );
}

/** Whether what differs is shown and left: it was applied once as it is declared. */
export function isLeft(
  row: DeclarationRecord,
  plan: Plan,
  digest: string,
): boolean {
  if (row.appliedDigest === digest) return true;
  const same = row.appliedDigest?.slice(0, OWN) === digest.slice(0, OWN);
  const removedByHand = !plan.found && Boolean(row.resourceId);
  // What somebody accepted is what it was then, and not what others publish later.
  return same && (!row.ownerRef || removedByHand);
}
