// Whether this pod reaches the API of its cluster: how the store finds out whether its cluster enforces network policies.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { noteOfEnd } from './termination.mjs';

const ATTEMPT_MS = 1000;
/** A network may take a few seconds to learn of a policy. */
const ATTEMPTS = 6;

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function reaches(host, port) {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: ATTEMPT_MS });
    /** @param {boolean} result */
    const end = result => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/** Tries for a while; the last attempt counts, and is the termination message. A pod that knows no address reaches none. */
export async function reach() {
  // https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } =
    process.env;
  let last = false;
  for (let i = 0; i < ATTEMPTS && host && port; i++) {
    const began = Date.now();
    last = await reaches(host, Number(port));
    await sleep(Math.max(0, ATTEMPT_MS - (Date.now() - began)));
  }
  const line = `reach: ${last ? 'yes' : 'no'}`;
  console.log(
    host
      ? `${host} port ${port}: ${line}`
      : 'KUBERNETES_SERVICE_HOST is not set',
  );
  noteOfEnd(line);
}
