/**
 * What a container's processes hold in memory, and its end where that is more than its limit
 * (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/). Linux tells it in
 * `/proc`; elsewhere nothing is limited.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** How often it is looked, in milliseconds. */
const LOOK_MS = 500;

/** Kinds of memory that a limit counts and that no other process shares (proc(5)); files are not among them. */
const COUNTED = /^(?:RssAnon|RssShmem|VmSwap):\s*(\d+) kB$/gm;

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap(task =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}

/** What a process and all below it hold, in bytes; 0 for one that is gone. */
function memoryOf(pid: number): number {
  let bytes = 0;
  const left = [pid];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    try {
      const status = readFileSync(`/proc/${next}/status`, 'utf8');
      for (const [, kilobytes] of status.matchAll(COUNTED))
        bytes += Number(kilobytes) * 1024;
      left.push(...childrenOf(next));
    } catch {
      // It ended meanwhile.
    }
  }
  return bytes;
}

/** Looks at a process and all below it until `over`, and says once that they hold more than `limit` bytes. */
export function watchMemory(
  pid: number,
  options: { limit: number; over: AbortSignal; exceeded: () => void },
): void {
  const { limit, over, exceeded } = options;
  const timer = setInterval(() => {
    if (memoryOf(pid) <= limit) return;
    clearInterval(timer);
    exceeded();
  }, LOOK_MS);
  timer.unref();
  over.addEventListener('abort', () => clearInterval(timer));
}
