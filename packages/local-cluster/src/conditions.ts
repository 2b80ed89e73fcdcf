/** Conditions of an object's status. */
import type { Json } from './types';

/** A condition as whoever finds it says it. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
}

export function conditionOf(
  conditions: Json[] | undefined,
  type: string,
): Json | undefined {
  return conditions?.find(each => each.type === type);
}

/** Without what is not said (Go's `omitempty`). */
function worded({ reason, message }: Condition): Json {
  return { ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
}

/** Sets a condition of a pod, in its place, keeping the transition time where its status stays. */
export function withCondition(
  conditions: Json[] | undefined,
  condition: Condition,
  now: string,
): Json[] {
  const all = conditions ?? [];
  const before = conditionOf(all, condition.type);
  const { type, status } = condition;
  const next = {
    type,
    status,
    lastProbeTime: null,
    lastTransitionTime:
      before?.status === status ? before.lastTransitionTime : now,
    ...worded(condition),
  };
  return before
    ? all.map(each => (each === before ? next : each))
    : [...all, next];
}

/** Sets a condition of a workload, at the end, unless it says the same already (kubernetes' `SetDeploymentCondition`). */
export function withWorkloadCondition(
  conditions: Json[] | undefined,
  condition: Condition,
  now: string,
  options: { hasUpdateTime?: boolean; isAlwaysNew?: boolean } = {},
): Json[] {
  const all = conditions ?? [];
  const before = conditionOf(all, condition.type);
  const { type, status } = condition;
  if (
    before?.status === status &&
    before.reason === condition.reason &&
    !options.isAlwaysNew
  )
    return all;
  return [
    ...all.filter(each => each.type !== type),
    {
      type,
      status,
      ...(options.hasUpdateTime ? { lastUpdateTime: now } : {}),
      lastTransitionTime:
        before?.status === status ? before.lastTransitionTime : now,
      ...worded(condition),
    },
  ];
}

export function withoutCondition(
  conditions: Json[] | undefined,
  type: string,
): Json[] {
  return (conditions ?? []).filter(each => each.type !== type);
}
