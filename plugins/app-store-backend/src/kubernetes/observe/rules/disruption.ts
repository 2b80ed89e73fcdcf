/** The pod before this one was ended by the cluster, and the next one is not ready yet. */
import type { V1Pod } from '@kubernetes/client-node';
import { lostBelow } from './node';
import { found, type Finding } from '../Finding';
import type { Case } from '../Case';
import { finished } from '../pods';
import { plain } from '../words/plain';

function evicted(look: Case, pod: V1Pod): Finding | undefined {
  const name = pod.metadata?.name;
  // Where the app ended well, the pod itself does not say that it was evicted.
  const [event] =
    finished(pod) && pod.status?.reason !== 'Evicted'
      ? look.events(['Evicted'], name)
      : [];
  const message =
    pod.status?.reason === 'Evicted' ? pod.status.message : event?.message;
  if (message === undefined) return undefined;
  const evidence = [
    { source: event ? 'Event Evicted' : look.source('status', pod), message },
  ];
  const why = message.trim().replace(/\.$/, '');
  return /exceed(?:s|ed) (?:the (?:total )?limit|its local ephemeral)|usage of emptydir/i.test(
    message,
  )
    ? found(evidence, 'DISK_LIMIT', why)
    : found(evidence, 'NODE_PRESSURE', why);
}

/**
 * The kubelet ended, or did not take, the pod as a whole.
 * https://kubernetes.io/docs/concepts/architecture/nodes/#graceful-node-shutdown
 */
function endedByKubelet(look: Case, pod: V1Pod): Finding | undefined {
  const { reason = '', message = reason } = pod.status ?? {};
  const evidence = [{ source: look.source('status', pod), message }];
  if (
    ['NodeShutdown', 'Terminated', 'Shutdown', 'NodeAffinity'].includes(reason)
  )
    return found(evidence, 'MOVED');
  return reason === 'Preempting' ? found(evidence, 'PREEMPTED') : undefined;
}

/** https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions */
function disrupted(look: Case, pod: V1Pod): Finding | undefined {
  const target = look.condition('DisruptionTarget', pod);
  if (target?.status !== 'True') return undefined;
  const evidence = [
    {
      source: look.source('condition DisruptionTarget', pod),
      message: target.message ?? target.reason ?? '',
    },
  ];
  switch (target.reason) {
    case 'PreemptionByScheduler':
      return found(evidence, 'PREEMPTED');
    case 'TerminationByKubelet':
      // Why is in its status.
      return undefined;
    default:
      return found(evidence, 'MOVED');
  }
}

/** The cluster ends, or ended, the pod that counts. */
export function disruption(look: Case): Finding | undefined {
  const { pod } = look;
  return (
    pod &&
    (evicted(look, pod) ?? endedByKubelet(look, pod) ?? disrupted(look, pod))
  );
}

/** Once the next pod has a place, the node of the former one holds up nothing any more. */
function lostWithoutPlace(look: Case, former: V1Pod): Finding | undefined {
  return look.condition('PodScheduled')?.status === 'True'
    ? undefined
    : lostBelow(look, former);
}

/** The cluster ended the pod before it. */
export function formerDisruption(look: Case): Finding | undefined {
  const { former } = look;
  return (
    former &&
    (evicted(look, former) ??
      endedByKubelet(look, former) ??
      lostWithoutPlace(look, former) ??
      disrupted(look, former))
  );
}

/** The pod has failed as a whole, and its status says why. */
export function podFailed(look: Case): Finding | undefined {
  const { status } = look.pod ?? {};
  const { reason = '', message = reason } = status ?? {};
  if (status?.phase !== 'Failed') return undefined;
  const evidence = [{ source: look.source('status'), message }];
  if (reason === 'DeadlineExceeded')
    return found(evidence, 'DEADLINE_EXCEEDED');
  if (/^OutOf/.test(reason))
    return found(evidence, 'NO_CAPACITY', plain(message));
  if (/AdmissionError|NodePorts/.test(reason))
    return found(evidence, 'CONTAINER_REFUSED', plain(message));
  return endedByKubelet(look, look.pod!);
}
