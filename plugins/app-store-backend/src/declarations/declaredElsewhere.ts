/** The refusal of what another declaration declares already. */
import { StoreError } from '../errors/StoreError';
import type { DeclarationRecord } from './declarationRows';

/** Two that declare the same thing would take turns in changing it. */
export function declaredElsewhere(
  row: DeclarationRecord,
  other: DeclarationRecord,
): StoreError {
  // Whoever acts for somebody else is not told which declaration that is.
  const own = other.ownerRef && other.ownerRef === row.ownerRef;
  return new StoreError({
    status: 409,
    code: 'DECLARED_ELSEWHERE',
    message: own
      ? `${other.entityRef} of ${
          other.location ?? other.source
        } declares the same.`
      : 'Another declaration declares the same.',
    owner: 'you',
    remedy: 'Remove one of the two declarations.',
  });
}
