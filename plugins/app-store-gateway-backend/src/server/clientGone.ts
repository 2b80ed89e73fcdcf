/**
 * Tells when the client of a connection has left, however many requests lie on it.
 * A response itself does not always tell: one that waits for its turn behind another on the
 * same connection is never closed.
 */
import type { Duplex } from 'node:stream';

const waiting = new WeakMap<Duplex, Set<() => void>>();

/** Calls back once when the client is gone, at once if it is; returns how not to be called any more. */
export function whenGone(client: Duplex, callback: () => void): () => void {
  if (client.destroyed) {
    callback();
    return () => {};
  }
  let callbacks = waiting.get(client);
  if (!callbacks) {
    const all = new Set<() => void>();
    callbacks = all;
    waiting.set(client, all);
    // One listener for a connection: it may carry many requests.
    client.once('close', () => all.forEach(each => each()));
  }
  const all = callbacks;
  all.add(callback);
  return () => all.delete(callback);
}
