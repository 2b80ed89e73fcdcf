/**
 * The ways in which the status of an instance changes, each with a name (specification 4.2). Whatever
 * writes a status goes through here; a change that is not in the table is a mistake of this program.
 */
import type { InstanceStatus } from '@ai-app-store/backstage-plugin-app-store-common';
import type { DesiredState } from './instanceRows';

interface Transition {
  /** What people want of the instance, once it has changed. */
  desired: DesiredState[];
  from: InstanceStatus[];
  to: InstanceStatus;
}

/** What may be seen of an instance that is to run. */
const RUNNING: InstanceStatus[] = ['PENDING', 'DEPLOYED', 'FAILED', 'UNKNOWN'];
const without = (...gone: InstanceStatus[]) =>
  RUNNING.filter(status => !gone.includes(status));

const TRANSITIONS = {
  /** Resumed, or deployed anew; of one that is new there is nothing before. */
  Launched: { desired: ['running'], from: ['SUSPENDED'], to: 'PENDING' },
  /** Launched anew, or seen to be no longer what it was. */
  Starting: { desired: ['running'], from: without('PENDING'), to: 'PENDING' },
  /** People can get in. */
  Ready: { desired: ['running'], from: without('DEPLOYED'), to: 'DEPLOYED' },
  /** Somebody has to do something, or it is being tried again. */
  Failed: { desired: ['running'], from: without('FAILED'), to: 'FAILED' },
  /** The cluster, or its node, does not say how it is. */
  LostSight: { desired: ['running'], from: without('UNKNOWN'), to: 'UNKNOWN' },
  /** Its pod is asked to end, or is back although it must not be. */
  Suspending: {
    desired: ['suspended'],
    from: ['DEPLOYED', 'FAILED', 'UNKNOWN', 'SUSPENDED'],
    to: 'PENDING',
  },
  /** No pod of it is left; also of one that is restored. */
  Suspended: { desired: ['suspended'], from: RUNNING, to: 'SUSPENDED' },
  /** It has been restored, and its volume is not there. */
  VolumeLost: {
    desired: ['suspended'],
    from: [...without('FAILED'), 'SUSPENDED'],
    to: 'FAILED',
  },
  /** Terminated, and nothing but its volume is left. */
  Released: { desired: ['released'], from: RUNNING, to: 'SUSPENDED' },
} satisfies Record<string, Transition>;

/** The name of a transition. */
export type TransitionName = keyof typeof TRANSITIONS;

/** All of them, by their names. */
export const STATUS_TRANSITIONS: Readonly<Record<TransitionName, Transition>> =
  TRANSITIONS;

/** All names. */
export const TRANSITION_NAMES = Object.keys(TRANSITIONS) as TransitionName[];

/**
 * @param desired - what people want of it from then on
 * @returns undefined where the status stays
 * @throws Error for a change that has no name
 */
export function transitionOf(
  desired: DesiredState,
  from: InstanceStatus,
  to: InstanceStatus,
): TransitionName | undefined {
  if (from === to) return undefined;
  const name = TRANSITION_NAMES.find(each => {
    const transition = STATUS_TRANSITIONS[each];
    return (
      transition.to === to &&
      transition.from.includes(from) &&
      transition.desired.includes(desired)
    );
  });
  if (!name)
    throw new Error(
      `an instance that is to be ${desired} does not become ${to} after ${from}`,
    );
  return name;
}
