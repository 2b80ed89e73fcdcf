/** What begins, ends and puts off a run of an instance, as changes of its row. */
import type { InstanceRecord } from './InstanceRepository';
import { STATUS_TRANSITIONS } from './statusTransitions';

/** The change that suspends: it is suspended once its pod has ended. */
export function suspension(): Partial<InstanceRecord> {
  return {
    desired: 'suspended',
    slot: undefined,
    suspendAfter: undefined,
    endpoint: undefined,
    problem: undefined,
    notice: undefined,
    stage: undefined,
    status: STATUS_TRANSITIONS.Suspending.to,
    updatedAt: new Date().toISOString(),
  };
}

/** The change that begins another launch. */
export function launch(
  record: Pick<InstanceRecord, 'launch'>,
  now: Date,
): Partial<InstanceRecord> {
  return {
    launch: record.launch + 1,
    status: STATUS_TRANSITIONS.Starting.to,
    stage: 'accepted',
    stages: { accepted: now.toISOString() },
    steps: undefined,
    preparing: undefined,
    restartCount: 0,
    problem: undefined,
    notice: undefined,
    endpoint: undefined,
    updatedAt: now.toISOString(),
  };
}

/** When something that begins then is suspended; undefined where it never is (-1 seconds). */
export function deadline(from: Date, seconds: number): string | undefined {
  return seconds < 0
    ? undefined
    : new Date(from.getTime() + seconds * 1000).toISOString();
}
