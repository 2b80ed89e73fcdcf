/** Timers without a limit. */

/** The longest time that a timer takes, in milliseconds; almost 25 days (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Calls `then` after a time, however long. It does not keep the process from ending.
 *
 * @param ms - milliseconds; at once where it is less than 0
 * @returns what cancels it
 */
export function after(ms: number, then: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (left: number) => {
    const step = Math.min(Math.max(0, left), LONGEST_MS);
    timer = setTimeout(
      () => (left > LONGEST_MS ? wait(left - LONGEST_MS) : then()),
      step,
    );
    timer.unref();
  };
  wait(ms);
  return () => clearTimeout(timer);
}
