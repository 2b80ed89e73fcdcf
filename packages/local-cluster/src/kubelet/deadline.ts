/** `activeDeadlineSeconds`: how long a pod may be active (https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup). */
import type { Json } from '../types';

/** The longest time that a timer takes, in milliseconds (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What is told of a pod whose time is over. */
export const DEADLINE_EXCEEDED = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/**
 * Does something when a pod's time is over; nothing where it has all the time.
 *
 * @returns what calls it off
 */
export function atDeadline(
  { spec, startTime }: { spec: Json; startTime: string },
  now: Date,
  then: () => void,
): () => void {
  const seconds: number | undefined = spec.activeDeadlineSeconds;
  if (!seconds) return () => {};
  const left = Date.parse(startTime) + seconds * 1000 - now.getTime();
  const timer = setTimeout(then, Math.min(Math.max(0, left), LONGEST_TIMER_MS));
  timer.unref();
  return () => clearTimeout(timer);
}
