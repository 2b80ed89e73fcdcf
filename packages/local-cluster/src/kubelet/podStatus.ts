/** A pod's status, made of those of its containers. */
import { withCondition } from '../conditions';
import type { Json } from '../types';

/** What the node agent knows of a pod. */
export interface PodObservation {
  /** Set once the pod has come to its end. */
  phase?: string;
  address: string;
  startTime: string;
  /** Whether its network and volumes are there. */
  canStart: boolean;
  /** `ContainerStatus` of each. */
  initContainers: Json[];
  containers: Json[];
}

function phaseOf(observed: PodObservation): string {
  if (observed.phase) return observed.phase;
  const hasBegun = observed.containers.some(
    c => c.state.running || c.state.terminated || c.lastState.terminated,
  );
  return hasBegun && observed.initContainers.every(c => c.ready)
    ? 'Running'
    : 'Pending';
}

/**
 * The status to write.
 *
 * @param before - the status as it is; what others wrote into it stays
 * @param now - as the API writes times
 */
export function podStatus(
  before: Json,
  observed: PodObservation,
  now: string,
): Json {
  const { address, startTime, initContainers, containers } = observed;
  let conditions = before?.conditions as Json[] | undefined;
  const set = (type: string, ok: boolean, reason = '', message = '') => {
    conditions = withCondition(
      conditions,
      ok
        ? { type, status: 'True' }
        : { type, status: 'False', reason, message },
      now,
    );
  };
  const waitingFor = (all: Json[]) =>
    all.filter(c => !c.ready).map(c => c.name);
  const pending = waitingFor(initContainers);
  const unready = waitingFor(containers);
  set('PodReadyToStartContainers', observed.canStart);
  set(
    'Initialized',
    !pending.length,
    'ContainersNotInitialized',
    `containers with incomplete status: [${pending.join(' ')}]`,
  );
  for (const type of ['ContainersReady', 'Ready'])
    set(
      type,
      !unready.length,
      'ContainersNotReady',
      `containers with unready status: [${unready.join(' ')}]`,
    );
  return {
    ...before,
    phase: phaseOf(observed),
    conditions,
    hostIP: '127.0.0.1',
    hostIPs: [{ ip: '127.0.0.1' }],
    podIP: address,
    podIPs: [{ ip: address }],
    startTime,
    qosClass: 'Burstable',
    ...(initContainers.length ? { initContainerStatuses: initContainers } : {}),
    containerStatuses: containers,
  };
}
