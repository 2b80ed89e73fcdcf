import type { IsolatedNetwork } from './IsolatedNetwork';
import type { PodNetwork } from './PodNetwork';

/** The next spare network is made this much after a pod is ready, so that it does not compete with the rest of a launch. */
const AFTER_READY_MS = 500;
/** Or this much after the last one was taken, where a pod takes long. */
const AFTER_TAKING_MS = 10_000;
/**
 * Keeps one isolated network ready: making one takes longer than anything else
 * before a pod's first process.
 */
export class NetworkPool {
  readonly #make: () => IsolatedNetwork;
  #spare: IsolatedNetwork | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(make: () => IsolatedNetwork) {
    this.#make = make;
  }

  /** Makes the spare one, where there is none. */
  fill(): void {
    if (this.#spare || this.#closed) return;
    this.#spare = this.#make();
    this.#spare.start().catch(() => {});
  }

  /** A network, ready or about to be; its `start` says which. */
  take(): PodNetwork {
    const network = this.#spare?.isUsable ? this.#spare : this.#make();
    this.#spare = undefined;
    this.refill(AFTER_TAKING_MS);
    return network;
  }

  /** Makes the next spare one in a moment: a pod that took one is ready. */
  refill(afterMs = AFTER_READY_MS): void {
    clearTimeout(this.#timer);
    if (this.#spare || this.#closed) return;
    this.#timer = setTimeout(() => this.fill(), afterMs).unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#spare?.stop();
  }
}
