/**
 * Whether an object of the cluster is as it should be: it has all that is asked for, and may have defaults
 * beside it. Lists have to be equal in length, since what somebody adds to one is not a default.
 */
import type { KubeObject } from './client/kubeObjects';

function holds(found: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true;
  if (Array.isArray(wanted))
    return (
      Array.isArray(found) &&
      found.length === wanted.length &&
      wanted.every((each, i) => holds(found[i], each))
    );
  if (typeof wanted === 'object' && wanted !== null)
    return (
      typeof found === 'object' &&
      found !== null &&
      Object.entries(wanted).every(([key, value]) =>
        holds((found as Record<string, unknown>)[key], value),
      )
    );
  return Object.is(found, wanted);
}

/** Whether labels, annotations and specification are those that are wanted, or more. */
export function isAsWanted(found: KubeObject, wanted: KubeObject): boolean {
  const part = ({ metadata, ...object }: KubeObject) => ({
    labels: metadata?.labels,
    annotations: metadata?.annotations,
    spec: (object as { spec?: unknown }).spec,
  });
  return !found.metadata?.deletionTimestamp && holds(part(found), part(wanted));
}
