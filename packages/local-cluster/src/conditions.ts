/** Conditions of an object's status. */
import type { Json } from './types';

/** Sets a condition, keeping the transition time where its status stays. */
export function withCondition(
  conditions: Json[] | undefined,
  condition: {
    type: string;
    status: string;
    reason?: string;
    message?: string;
  },
  now: string,
): Json[] {
  const rest = (conditions ?? []).filter(c => c.type !== condition.type);
  const before = (conditions ?? []).find(c => c.type === condition.type);
  const same = before?.status === condition.status;
  return [
    ...rest,
    {
      ...condition,
      lastTransitionTime: same ? before.lastTransitionTime : now,
    },
  ].sort((a, b) => (a.type < b.type ? -1 : 1));
}
