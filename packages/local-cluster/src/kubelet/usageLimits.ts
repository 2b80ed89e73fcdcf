/**
 * The end of a container that holds more memory than its limit, or has more processes than a pod may
 * (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/,
 * https://kubernetes.io/docs/concepts/policy/pid-limiting/).
 */
import { memoryOf, processesOf } from './processTree';

/** How often it is looked, in milliseconds. */
const INTERVAL_MS = 500;

/** What a container may use. */
export interface UsageLimits {
  /** Bytes; no limit by default. */
  memory?: number;
  processes: number;
}

/** Looks at a process and all below it until `over`; calls `exceeded` once, with what there is too much of. */
export function watchUsage(
  pid: number,
  options: UsageLimits & {
    over: AbortSignal;
    exceeded: (what: keyof UsageLimits) => void;
  },
): void {
  const { memory, processes, over, exceeded } = options;
  const excess = (): keyof UsageLimits | undefined => {
    if (processesOf(pid) > processes) return 'processes';
    return memory !== undefined && memoryOf(pid) > memory
      ? 'memory'
      : undefined;
  };
  const timer = setInterval(() => {
    const what = excess();
    if (!what) return;
    clearInterval(timer);
    exceeded(what);
  }, INTERVAL_MS);
  timer.unref();
  over.addEventListener('abort', () => clearInterval(timer));
}
