/** A pod's status, made of those of its containers. */
import { withCondition, type Condition } from '../conditions';
import type { Json } from '../types';

/** What the node agent knows of a pod. */
export interface PodObservation {
  /** Set once the pod has come to its end. */
  phase?: 'Succeeded' | 'Failed';
  /** Whether it has been deleted: its end comes with that of its last container. */
  isEnding?: boolean;
  /** Whether it is being ended, and will have failed. */
  isFailing?: boolean;
  /** Why it was ended, where it did not end itself. */
  reason?: string;
  message?: string;
  hostAddress: string;
  address: string;
  startTime: string;
  /** Whether its network and volumes are there. */
  canStart: boolean;
  /** `ContainerStatus` of each. */
  initContainers: Json[];
  containers: Json[];
}

/** How a pod that is deleted has ended; undefined for as long as one of its containers has not. */
function endedPhase({
  isEnding,
  containers,
}: PodObservation): PodObservation['phase'] {
  const ends = containers.map(({ state }) => state.terminated);
  if (!isEnding || !ends.every(Boolean)) return undefined;
  return ends.every(each => each.exitCode === 0) ? 'Succeeded' : 'Failed';
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

function readiness(observed: PodObservation): Omit<Condition, 'type'> {
  const unready = observed.containers.filter(c => !c.ready).map(c => c.name);
  if (observed.phase || observed.isFailing)
    return {
      status: 'False',
      reason: observed.phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed',
    };
  return unready.length
    ? {
        status: 'False',
        reason: 'ContainersNotReady',
        message: `containers with unready status: [${unready.join(' ')}]`,
      }
    : { status: 'True' };
}

function initialized(observed: PodObservation): Omit<Condition, 'type'> {
  const pending = observed.initContainers
    .filter(c => !c.ready)
    .map(c => c.name);
  if (observed.phase === 'Succeeded')
    return { status: 'True', reason: 'PodCompleted' };
  return pending.length
    ? {
        status: 'False',
        reason: 'ContainersNotInitialized',
        message: `containers with incomplete status: [${pending.join(' ')}]`,
      }
    : { status: 'True' };
}

/** Conditions of the kubelet, in its order; those of others stand before them. */
const OWN = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
];

function conditionsOf(
  before: Json[] | undefined,
  observed: PodObservation,
  now: string,
): Json[] {
  const ready = readiness(observed);
  const found: Condition[] = [
    {
      type: OWN[0],
      // A sandbox ends with its containers.
      status: observed.canStart && !observed.phase ? 'True' : 'False',
    },
    { type: OWN[1], ...initialized(observed) },
    { type: OWN[2], ...ready },
    { type: OWN[3], ...ready },
  ];
  const all = found.reduce<Json[]>(
    (conditions, each) => withCondition(conditions, each, now),
    before ?? [],
  );
  const rank = ({ type }: Json) => OWN.indexOf(type);
  return [...all].sort((a, b) => rank(a) - rank(b));
}

/**
 * The status to write.
 *
 * @param before - the status as it is; what others wrote into it stays
 * @param now - as the API writes times
 */
export function podStatus(
  before: Json,
  found: PodObservation,
  now: string,
): Json {
  const observed = { ...found, phase: found.phase ?? endedPhase(found) };
  const { address, hostAddress, startTime, initContainers, containers } =
    observed;
  const { qosClass, nominatedNodeName, conditions, ...rest } = before ?? {};
  return {
    ...rest,
    phase: phaseOf(observed),
    conditions: conditionsOf(conditions, observed, now),
    ...(observed.message ? { message: observed.message } : {}),
    ...(observed.reason ? { reason: observed.reason } : {}),
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    // The address comes with the network.
    ...(observed.canStart ? { podIP: address, podIPs: [{ ip: address }] } : {}),
    startTime,
    ...(initContainers.length ? { initContainerStatuses: initContainers } : {}),
    containerStatuses: containers,
    ...(qosClass ? { qosClass } : {}),
  };
}
