/** What one declaration names: an alias its instance, an instance its app. */
import type {
  DeclarationKind,
  Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { StoreError } from '../../errors/StoreError';
import { referenceOf } from '../declarationRows';
import { waiting, type Target } from './DeclaredKind';

/**
 * The resource that a declaration names by a ref.
 *
 * @returns its id, or what it waits for where that is declared and not there yet
 * @throws StoreError 409 where it is not declared, or was refused itself
 */
export async function resourceNamedBy(
  { declaration, lookup }: Target,
  kind: DeclarationKind,
): Promise<{ id: string } | { waitsFor: Problem }> {
  const ref = referenceOf(declaration);
  const found = ref && (await lookup(ref));
  if (!found || found.kind !== kind) throw notDeclared(declaration);
  if (found.resourceId) return { id: found.resourceId };
  if (found.state === 'REFUSED')
    throw new StoreError({
      status: 409,
      code: 'NAMED_REFUSED',
      message: `It names ${ref}, which was refused.`,
      owner: 'author',
      remedy: `See the declaration of ${ref} for what is wrong with it. This one goes on by itself then.`,
    });
  return { waitsFor: waitsForNamed(declaration) };
}

/** For what is declared and not there yet. */
export function waitsForNamed(declaration: Target['declaration']): Problem {
  return waiting(
    `It waits for ${referenceOf(declaration)}.`,
    'Nothing to do if that is on its way. Otherwise see its declaration.',
  );
}

/** For what is not declared. A ref is no right: what the person does not see is as if it were not. */
export function notDeclared(declaration: Target['declaration']): StoreError {
  const ref = referenceOf(declaration) ?? 'something';
  return new StoreError({
    status: 409,
    code: 'NOT_DECLARED',
    message: `It names ${ref}, which is not declared, or which the person for whom it acts does not see.`,
    owner: 'you',
    remedy:
      'Declare it, correct the reference in spec, or wait until it is read.',
  });
}
