/** The end of a container that holds more memory than its limit (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/). */
import { memoryOf } from './processTree';

/** How often memory is read, in milliseconds. */
const INTERVAL_MS = 500;

/** Reads the memory of a process and all below it until `over`; calls `exceeded` once where it is more than `limit` bytes. */
export function watchMemory(
  pid: number,
  options: { limit: number; over: AbortSignal; exceeded: () => void },
): void {
  const { limit, over, exceeded } = options;
  const timer = setInterval(() => {
    if (memoryOf(pid) <= limit) return;
    clearInterval(timer);
    exceeded();
  }, INTERVAL_MS);
  timer.unref();
  over.addEventListener('abort', () => clearInterval(timer));
}
