/** `activeDeadlineSeconds`: how long a pod may be active (https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup). */
import { after } from '../timers';
import type { Json } from '../types';

/** What is told of a pod whose deadline has passed. */
export const DEADLINE_EXCEEDED = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/**
 * Calls `then` when a pod's deadline has passed; never where it has none.
 *
 * @returns what cancels it
 */
export function atDeadline(
  { spec, startTime }: { spec: Json; startTime: string },
  now: Date,
  then: () => void,
): () => void {
  const seconds: number | undefined = spec.activeDeadlineSeconds;
  if (!seconds) return () => {};
  return after(Date.parse(startTime) + seconds * 1000 - now.getTime(), then);
}
