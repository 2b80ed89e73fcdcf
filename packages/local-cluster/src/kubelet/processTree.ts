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

/** Adds up what `read` finds of a process and all below it. One that ends meanwhile counts no more. */
function sumOf(pid: number, read: (pid: number) => number): number {
  let sum = 0;
  const left = [pid];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    try {
      sum += read(next);
      left.push(...childrenOf(next));
    } catch {
      // It has ended.
    }
  }
  return sum;
}

/** Bytes that a process and all below it hold. */
export function memoryOf(pid: number): number {
  return sumOf(pid, each => {
    const status = readFileSync(`/proc/${each}/status`, 'utf8');
    return [...status.matchAll(COUNTED)].reduce(
      (bytes, [, kilobytes]) => bytes + Number(kilobytes) * 1024,
      0,
    );
  });
}

/** How many processes there are: it and all below it. */
export function processesOf(pid: number): number {
  return sumOf(pid, () => 1);
}

/** Seconds that a process and all below it have spent on a core. */
export function cpuSecondsOf(pid: number): number {
  return sumOf(pid, each => {
    const stat = readFileSync(`/proc/${each}/stat`, 'utf8');
    // The name, in parentheses, may hold blanks: fields are counted from behind it. utime and stime are 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  });
}
