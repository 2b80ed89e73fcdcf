/**
 * Tells whether a process that left its mark in the database has ended, where this can
 * be known at once: on the same machine, among processes that see each other.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What a process is known by. */
export interface ProcessMark {
  host: string;
  pid: number;
  /**
   * Within which a pid means one process: a running kernel and a pid namespace of it. Two
   * containers of one host name may both be pid 1. Linux only.
   */
  space?: string;
  /** When it began, in the kernel's ticks: pids are used again. Linux only. */
  born?: string;
}

function bornOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program comes before, and may hold spaces and brackets (proc_pid_stat(5)).
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function spaceOfOwn(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** The mark of this process. */
export function ownMark(): ProcessMark {
  return {
    host: hostname(),
    pid: process.pid,
    space: spaceOfOwn(),
    born: bornOf(process.pid),
  };
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** @returns true where the process has ended for certain; false also where that cannot be known */
export function hasEnded(
  mark: ProcessMark,
  own: ProcessMark = ownMark(),
): boolean {
  if (mark.host !== own.host || mark.space !== own.space) return false;
  if (!isThere(mark.pid)) return true;
  const born = bornOf(mark.pid);
  return born !== undefined && mark.born !== undefined && born !== mark.born;
}
