/**
 * The end of a container that holds more memory than its limit, or has more processes than it may
 * (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/,
 * https://kubernetes.io/docs/concepts/policy/pid-limiting/).
 */
import { usageOf } from './processTree';

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
  const { memory = Infinity, processes, over, exceeded } = options;
  const timer = setInterval(() => {
    const used = usageOf(pid, processes + 1);
    const isCrowded = used.processes > processes;
    if (!isCrowded && used.memory <= memory) return;
    clearInterval(timer);
    exceeded(isCrowded ? 'processes' : 'memory');
  }, INTERVAL_MS);
  timer.unref();
  over.addEventListener('abort', () => clearInterval(timer));
}
