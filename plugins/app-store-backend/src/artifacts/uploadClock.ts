/** Gives up an upload that takes too long, or that only drips. */
import { BundleError } from '@ai-app-store/bundle';
import { Transform } from 'node:stream';

/** An upload is judged by its pace once this much time has passed, in milliseconds. */
const GRACE_MS = 15_000;
/** Slowest pace since the last look, in bytes a second: a tenth of the slowest modem. */
const SLOWEST = 512;

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How long an upload may take; all in milliseconds. */
export interface UploadPace {
  /** Negative for no limit but that of its pace. */
  timeoutMs: number;
  graceMs?: number;
}

/** Passes an upload on, and fails it in time. */
export function uploadClock(options: UploadPace): Transform {
  const { timeoutMs, graceMs = GRACE_MS } = options;
  const timers: NodeJS.Timeout[] = [];
  let sinceLook = 0;
  const clock = new Transform({
    transform(chunk: Buffer, _, done) {
      sinceLook += chunk.length;
      done(null, chunk);
    },
    destroy(error, done) {
      timers.forEach(timer => clearTimeout(timer));
      done(error);
    },
  });
  const fail = (message: string) =>
    clock.destroy(
      new BundleError({
        code: 'UPLOAD_TOO_SLOW',
        message,
        remedy: 'Try again with a better connection.',
      }),
    );
  const look = () => {
    if (sinceLook < (SLOWEST * graceMs) / 1000)
      fail(
        `only ${sinceLook} bytes came within ${Math.round(
          graceMs / 1000,
        )} seconds`,
      );
    sinceLook = 0;
  };
  timers.push(
    setInterval(look, graceMs),
    setTimeout(
      () => fail(`it took longer than ${Math.round(timeoutMs / 1000)} seconds`),
      timeoutMs < 0 ? LONGEST_TIMER_MS : Math.min(timeoutMs, LONGEST_TIMER_MS),
    ),
  );
  return clock;
}
