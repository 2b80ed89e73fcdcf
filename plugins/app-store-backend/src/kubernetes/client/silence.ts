/**
 * The limit of a server's silence. A timer alone also fires where this process stood still (a long query
 * of SQLite, too little CPU) while the answer waited in the socket.
 */
import type { ClientRequest } from 'node:http';
import { performance } from 'node:perf_hooks';

/** This part of the limit this process must have had nothing to do, or it was not there to read an answer. */
const IDLE_SHARE = 1 / 5;
/** A process that is never idle waits at most so many times the limit. */
const MOST_TIMES = 4;

/**
 * Calls once the server had `ms` to answer, and this process was there to read it.
 *
 * @param ms - milliseconds
 * @returns ends the wait
 */
export function afterSilence(ms: number, onSilence: () => void): () => void {
  const start = performance.now();
  const before = performance.eventLoopUtilization();
  let timer: NodeJS.Timeout;
  let isEnded = false;
  const look = () => {
    const { idle } = performance.eventLoopUtilization(before);
    if (idle < ms * IDLE_SHARE && performance.now() - start < ms * MOST_TIMES) {
      timer = setTimeout(look, ms * IDLE_SHARE);
      return;
    }
    // Timers come before reading in a turn of the event loop, and this comes after it.
    // https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick
    setImmediate(() => {
      if (!isEnded) onSilence();
    });
  };
  timer = setTimeout(look, ms);
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}

/**
 * Destroys a request whose connection reads nothing for `ms` (at most twice that, where it began to answer).
 *
 * @param ms - milliseconds
 */
export function giveUpOnSilence(outgoing: ClientRequest, ms: number): void {
  let end: () => void;
  // A kept connection has read before.
  let read = 0;
  outgoing.once('socket', socket => {
    read = socket.bytesRead;
  });
  const wait = () => {
    end = afterSilence(ms, () => {
      if (outgoing.destroyed) return;
      const now = outgoing.socket?.bytesRead ?? 0;
      if (now === read) {
        outgoing.destroy(new Error(`no answer within ${ms} ms`));
        return;
      }
      read = now;
      wait();
    });
  };
  outgoing.once('close', () => end());
  wait();
}
