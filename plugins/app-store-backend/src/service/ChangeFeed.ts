/**
 * Tells what changed, inside this process, at once: pages' streams and the
 * gateway's route table listen here. A slow poll finds what other replicas changed.
 */
import { EventEmitter } from 'node:events';

/** See the module's comment. One for each kind of resource. */
export class ChangeFeed {
  readonly #events = new EventEmitter();

  constructor() {
    this.#events.setMaxListeners(0);
  }

  /** @param key - id of an instance, name of an alias */
  changed(key: string): void {
    this.#events.emit('changed', key);
  }

  /** Calls back with the key of each one that changed; returns how to stop. */
  subscribe(listener: (key: string) => void): () => void {
    this.#events.on('changed', listener);
    return () => this.#events.off('changed', listener);
  }
}
