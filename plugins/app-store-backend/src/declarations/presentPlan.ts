/** What would be done, as the API says it. */
import type {
  DeclarationPlan,
  Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { StoreError } from '../errors/StoreError';
import type { Plan } from './kinds/DeclaredKind';

type About = Pick<DeclarationPlan, 'entityRef' | 'kind'>;

export function problemOf(error: StoreError): Problem {
  const { code, message, owner, remedy } = error;
  return { code, message, owner, remedy };
}

/** A plan with its action in one word. */
export function planOf(
  about: About,
  { action, changes, found, stays, waitsFor }: Plan,
): DeclarationPlan {
  const problem = waitsFor ?? stays;
  const left = action === 'SAME' && changes.length ? 'DIFFERS' : action;
  return {
    ...about,
    action: waitsFor ? 'WAIT' : left,
    changes,
    ...(problem ? { problem } : {}),
    ...(found ? { resourceId: found.id } : {}),
  };
}
