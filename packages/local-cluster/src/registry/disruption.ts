/** Pods that have to go for the sake of others (https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions). */
import type { KubeObject } from '../types';
import { withPodCondition } from './changed';
import type { Registry } from './Registry';
import { resourceOf } from './resources';
import type { DeleteOptions } from './verbs';

/**
 * Deletes a pod, and says why in its condition `DisruptionTarget`.
 *
 * @throws StatusError 404, 409 where it is gone, or a precondition does not hold
 */
export function disrupt(
  registry: Registry,
  pod: KubeObject,
  why: { reason: string; message: string; fieldManager: string },
  options: DeleteOptions = {},
): void {
  const { reason, message, fieldManager } = why;
  const { namespace, name } = pod.metadata;
  const pods = resourceOf('pods');
  registry.modify(
    pods,
    pod,
    live =>
      withPodCondition(
        live,
        { type: 'DisruptionTarget', status: 'True', reason, message },
        registry.timestamp(),
      ),
    { fieldManager, subresource: 'status' },
  );
  registry.delete(pods, namespace, name, options);
}
