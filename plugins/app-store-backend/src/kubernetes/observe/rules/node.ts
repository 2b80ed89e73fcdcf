/** The kubelet does not answer for the pod any more. */
import { found, type Finding } from '../Finding';
import type { Case } from '../Case';

/**
 * Kubernetes 1.33 sets Ready to False without a reason, and leaves what containers said last as
 * it was; others set Unknown.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
 */
export function lostBelow(look: Case, pod = look.pod): Finding | undefined {
  const ready = look.condition('Ready', pod);
  const containers = pod?.status?.containerStatuses ?? [];
  const contradicts =
    ready?.status === 'False' &&
    !ready.reason &&
    pod?.status?.phase === 'Running' &&
    containers.length > 0 &&
    containers.every(container => container.ready);
  const lost =
    pod?.status?.phase === 'Unknown' ||
    pod?.status?.reason === 'NodeLost' ||
    ready?.status === 'Unknown' ||
    contradicts;
  if (!lost) return undefined;
  return found(
    [
      {
        source: look.source('condition Ready', pod),
        message: contradicts
          ? 'False without a reason, while its containers are ready'
          : ready?.message ?? pod?.status?.message ?? 'Unknown',
      },
    ],
    'NODE_LOST',
  );
}

/** The node of the pod that counts. */
export function nodeLost(look: Case): Finding | undefined {
  return lostBelow(look);
}
