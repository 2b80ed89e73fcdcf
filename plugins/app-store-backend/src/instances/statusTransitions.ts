/**
 * The ways in which the status of an instance changes, each with a name (specification 4.2). The
 * processors look at each instance as it is now: what counts is what people want of it and what it
 * becomes, not what was said of it before.
 */
import type { InstanceStatus } from '@ai-app-store/backstage-plugin-app-store-common';
import type { DesiredState } from './instanceRows';

interface Transition {
  /** What people want of the instance. */
  desired: DesiredState;
  to: InstanceStatus;
}

/** All of them, by their names. */
export const STATUS_TRANSITIONS = {
  /** Launched, resumed or launched anew, or seen to be no longer what it was. */
  Starting: { desired: 'running', to: 'PENDING' },
  /** People can get in. */
  Ready: { desired: 'running', to: 'DEPLOYED' },
  /** Somebody has to do something, or it is being tried again. */
  Failed: { desired: 'running', to: 'FAILED' },
  /** The cluster, or its node, does not say how it is. */
  LostSight: { desired: 'running', to: 'UNKNOWN' },
  /** Its pod is asked to end, or is back although it must not be. */
  Suspending: { desired: 'suspended', to: 'PENDING' },
  /** No pod of it is left; also of one that is restored. */
  Suspended: { desired: 'suspended', to: 'SUSPENDED' },
  /** It has been restored, and its volume is not there. */
  VolumeLost: { desired: 'suspended', to: 'FAILED' },
  /** Terminated, and nothing but its volume is left. */
  Released: { desired: 'released', to: 'SUSPENDED' },
} as const satisfies Record<string, Transition>;

/** The name of a transition. */
export type TransitionName = keyof typeof STATUS_TRANSITIONS;

/** All names. */
export const TRANSITION_NAMES = Object.keys(
  STATUS_TRANSITIONS,
) as TransitionName[];

/**
 * Names what a processor is about to write.
 *
 * @param desired - what people want of it from then on
 * @returns undefined where the status stays
 * @throws Error for a change that has no name: a mistake of this program
 */
export function transitionOf(
  desired: DesiredState,
  from: InstanceStatus,
  to: InstanceStatus,
): TransitionName | undefined {
  if (from === to) return undefined;
  const name = TRANSITION_NAMES.find(each => {
    const transition = STATUS_TRANSITIONS[each];
    return transition.desired === desired && transition.to === to;
  });
  if (!name)
    throw new Error(`an instance that is to be ${desired} never becomes ${to}`);
  return name;
}
