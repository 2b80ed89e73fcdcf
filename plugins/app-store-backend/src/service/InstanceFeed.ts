/**
 * Tells what changed, inside this process, at once: pages' streams and the
 * gateway's route table listen here. A slow poll finds what other replicas changed.
 */
import { EventEmitter } from 'node:events';

/** See the module's comment. */
export class InstanceFeed {
  readonly #events = new EventEmitter();

  constructor() {
    this.#events.setMaxListeners(0);
  }

  changed(instanceId: string): void {
    this.#events.emit('changed', instanceId);
  }

  /** Calls back with the id of each instance that changed; returns how to stop. */
  subscribe(listener: (instanceId: string) => void): () => void {
    this.#events.on('changed', listener);
    return () => this.#events.off('changed', listener);
  }
}
