/** What would be done, as the API says it. */
import type { DeclarationPlan } from '@ai-app-store/backstage-plugin-app-store-common';
import { StoreError } from '../errors/StoreError';
import type { Plan } from './kinds/DeclaredKind';

type About = Pick<DeclarationPlan, 'entityRef' | 'kind'>;

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

/** A plan that was refused. @throws what is no refusal */
export function refusalOf(about: About, error: unknown): DeclarationPlan {
  if (!(error instanceof StoreError)) throw error;
  return { ...about, action: 'REFUSED', changes: [], problem: error.problem };
}
