/**
 * Whether an app that ended has come to rest. One that runs again is not well for that: in
 * a crash loop it runs between any two crashes, and may even be ready. Pure.
 */
import type {
  V1ContainerStateTerminated,
  V1ContainerStatus,
} from '@kubernetes/client-node';

/** It has to run again for this long at least, in milliseconds; */
const LEAST_MS = 30_000;
/** for this many times as long as the run that ended; */
const TIMES = 3;
/** and no longer than after this, when Kubernetes, too, has forgotten the crash (its back-off begins anew). */
const FORGOTTEN_MS = 10 * 60_000;

/** How the app ended last, if it did so by itself. */
export function lastEnd(
  status: V1ContainerStatus | undefined,
): V1ContainerStateTerminated | undefined {
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  // 255 and "Unknown": the node went down under it, which is nobody's fault.
  return ended?.reason === 'Unknown' ? undefined : ended;
}

function lastedMs({ startedAt, finishedAt }: V1ContainerStateTerminated) {
  const ms =
    new Date(finishedAt ?? NaN).getTime() -
    new Date(startedAt ?? NaN).getTime();
  return Number.isNaN(ms) ? 0 : ms;
}

/**
 * For how many milliseconds more an app that ended, and runs again, has to run before it is
 * well; infinite while it does not run, 0 where it is well or never ended.
 */
export function unsettledMs(
  status: V1ContainerStatus | undefined,
  now: Date,
): number {
  const ended = lastEnd(status);
  if (!ended) return 0;
  const since = status?.state?.running?.startedAt;
  if (!since) return Infinity;
  const lasted = lastedMs(ended);
  // It ran for long, ended once and is ready again: that is no loop.
  if (lasted >= FORGOTTEN_MS && status.ready) return 0;
  const needed =
    lasted >= FORGOTTEN_MS
      ? LEAST_MS
      : Math.min(FORGOTTEN_MS, Math.max(LEAST_MS, TIMES * lasted));
  return Math.max(0, new Date(since).getTime() + needed - now.getTime());
}
