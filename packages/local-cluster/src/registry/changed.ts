/** Objects with something changed, for {@link Registry.modify}. */
import { withCondition, type Condition } from '../conditions';
import type { Json, KubeObject } from '../types';

/** With more annotations. */
export function withAnnotations(
  object: KubeObject,
  annotations: Record<string, string>,
): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, ...annotations },
    },
  };
}

/** With another value for some fields of the status. */
export function withStatus(object: KubeObject, status: Json): KubeObject {
  return { ...object, status: { ...object.status, ...status } };
}

/** A pod with a condition. @param now - as the API writes times */
export function withPodCondition(
  pod: KubeObject,
  condition: Condition,
  now: string,
): KubeObject {
  return withStatus(pod, {
    conditions: withCondition(pod.status?.conditions, condition, now),
  });
}
