/** Refs of people in their one form, since entity refs ignore case and may leave parts out. */
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { StoreError } from '../errors/StoreError';

/**
 * The ref of a person: `dev` and `user:Dev` are `user:default/dev`.
 *
 * @throws StoreError 400 for what is none
 */
export function personRef(text: string): string {
  try {
    const ref = parseEntityRef(text, {
      defaultKind: 'user',
      defaultNamespace: 'default',
    });
    // The parser takes "a:b:c" for a name with a colon.
    if (
      ref.kind.toLocaleLowerCase('en-US') === 'user' &&
      !/[:/]/.test(`${ref.namespace}${ref.name}`)
    )
      return stringifyEntityRef(ref);
  } catch {
    // Said below.
  }
  throw new StoreError({
    status: 400,
    code: 'BAD_PERSON',
    message: `${JSON.stringify(text)} is not the entity ref of a person.`,
    owner: 'you',
    remedy: 'Write it like user:default/name.',
  });
}
