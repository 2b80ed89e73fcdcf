// What a container says of its own end
// (https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/).
import { appendFileSync } from 'node:fs';

/**
 * Adds a line to it. Containers of the local cluster that are not isolated have none.
 *
 * @param {string} line
 */
export function noteOfEnd(line) {
  try {
    appendFileSync(
      process.env.APP_STORE_TERMINATION_LOG || '/dev/termination-log',
      `${line}\n`,
    );
  } catch {
    // The log says the same.
  }
}
