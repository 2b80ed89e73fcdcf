// The processes that an installer started (proc(5); Linux, as every container).
import { readdirSync, readFileSync } from 'node:fs';

/**
 * The ids of all descendants of a process, children first.
 *
 * @param {number | undefined} root
 */
function descendants(root) {
  /** @type {Map<number | undefined, number[]>} */
  const children = new Map();
  try {
    for (const name of readdirSync('/proc').filter(n => /^\d+$/.test(n))) {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The second field may hold anything, parentheses included.
        const parent = Number(
          stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1],
        );
        children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
      } catch {
        // It ended meanwhile.
      }
    }
  } catch {
    return [];
  }
  /** @type {number[]} */
  const found = [];
  /** @type {(number | undefined)[]} */
  let level = [root];
  while (level.length) {
    const next = level.flatMap(pid => children.get(pid) ?? []);
    found.push(...next);
    level = next;
  }
  return found;
}

/**
 * The npm package whose script runs below a process.
 *
 * @param {number | undefined} root
 */
export function packageOf(root) {
  for (const pid of descendants(root).reverse()) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      /** @param {string} name */
      const value = name =>
        environment
          .split('\0')
          .find(entry => entry.startsWith(`${name}=`))
          ?.slice(name.length + 1);
      if (value('npm_lifecycle_event') && value('npm_package_name'))
        return `${value('npm_package_name')} (its ${value(
          'npm_lifecycle_event',
        )} script)`;
    } catch {
      // It ended meanwhile.
    }
  }
  return undefined;
}

/**
 * Ends a process and all that it started.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
export function killTree(child) {
  const root = child.pid === undefined ? [] : [child.pid];
  for (const pid of [...descendants(child.pid), ...root]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It is gone.
    }
  }
}
