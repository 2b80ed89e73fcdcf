// Processes of this machine, and how one is told apart from a later one with its number.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When a process began, so that another one under its number is told apart; undefined where it is gone.
 *
 * @param {number} pid
 */
export function beganAt(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    if (process.platform === 'linux') {
      // After the second field, which stands in parentheses and may hold anything, come the
      // state, Z for one that has ended, and as the 22nd of all the time of its start (proc(5)).
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    }).trim();
  } catch {
    return undefined;
  }
}
