/** Processes that this one has started. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Sends a signal to a process, or with a negative number to a group; nothing happens where it is gone. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

/** Whether a process has ended, or could not be started. */
export function hasEnded(child: ChildProcess): boolean {
  return (
    child.pid === undefined ||
    child.exitCode !== null ||
    child.signalCode !== null
  );
}

/** The host id of the first process in the namespaces that `unshare --fork` made. */
export function childOf(pid: number): number | undefined {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')[0];
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}
