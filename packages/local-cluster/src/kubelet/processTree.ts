/** What a process and all below it use, as Linux tells it in `/proc` (proc(5)); elsewhere nothing is known. */
import { readdirSync, readFileSync } from 'node:fs';

/** Kinds of memory that a limit counts and that no other process shares; mapped files are not among them. */
const COUNTED = /^(?:RssAnon|RssShmem|VmSwap):\s*(\d+) kB$/gm;
/** How often the kernel counts in a second (`sysconf(_SC_CLK_TCK)`): 100 wherever Node.js runs. */
const TICKS_PER_SECOND = 100;

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap(task =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}

/** A process and all below it, with what `read` finds of each. One that ends meanwhile is left out. */
function* treeOf<T>(pid: number, read: (pid: number) => T): Generator<T> {
  const left = [pid];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    try {
      const found = read(next);
      left.push(...childrenOf(next));
      yield found;
    } catch {
      // It has ended.
    }
  }
}

function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return [...status.matchAll(COUNTED)].reduce(
    (bytes, [, kilobytes]) => bytes + Number(kilobytes) * 1024,
    0,
  );
}

/**
 * How many processes there are, a process and all below it, and the bytes that they hold.
 *
 * @param most - no more processes than this are looked at
 */
export function usageOf(
  pid: number,
  most = Infinity,
): { processes: number; memory: number } {
  const usage = { processes: 0, memory: 0 };
  for (const memory of treeOf(pid, memoryOf)) {
    usage.processes++;
    usage.memory += memory;
    if (usage.processes >= most) break;
  }
  return usage;
}

/** Seconds that a process and all below it have spent on a core. */
export function cpuSecondsOf(pid: number): number {
  let sum = 0;
  for (const ticks of treeOf(pid, ticksOf)) sum += ticks;
  return sum / TICKS_PER_SECOND;
}

function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold blanks: fields are counted from behind it. utime and stime are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
