/**
 * The limit of a request's silence. A socket's own limit passes also where this process stood still
 * (a long query of SQLite) while the answer waited in the socket; this one looks once more after reading.
 */
import type { ClientRequest } from 'node:http';

/**
 * Destroys a request whose connection reads nothing for `ms` (at most twice that, where it began to answer).
 *
 * @param ms - milliseconds
 */
export function giveUpOnSilence(outgoing: ClientRequest, ms: number): void {
  let timer: NodeJS.Timeout;
  // A kept connection has read before.
  let read = 0;
  outgoing.once('socket', socket => {
    read = socket.bytesRead;
  });
  const wait = () => {
    timer = setTimeout(() => {
      // Timers come before reading in a turn of the event loop, and this comes after it.
      // https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick
      setImmediate(() => {
        if (outgoing.destroyed) return;
        const now = outgoing.socket?.bytesRead ?? 0;
        if (now === read) {
          outgoing.destroy(new Error(`no answer within ${ms} ms`));
          return;
        }
        read = now;
        wait();
      });
    }, ms);
  };
  outgoing.once('close', () => clearTimeout(timer));
  wait();
}
