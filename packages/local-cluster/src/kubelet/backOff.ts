/** How long a container waits before it runs again. */

/**
 * Delays between restarts, in milliseconds: 10 s doubled up to 5 min, as the kubelet does.
 *
 * @public
 */
export interface BackOff {
  firstMs: number;
  lastMs: number;
  /** A run this long starts the delays anew. */
  resetMs: number;
}

export const KUBELET_BACK_OFF: BackOff = {
  firstMs: 10_000,
  lastMs: 300_000,
  resetMs: 600_000,
};
/** What could not even be started is tried again within these bounds, in milliseconds. */
const START_AGAIN_MS = { least: 1000, most: 10_000 };

/** The delays of one container. The first restart comes at once. */
export class RestartDelays {
  readonly #backOff: BackOff;
  #nextMs = 0;
  /** Whether a run has ended before the one that ends now. */
  #hasEnded = false;

  constructor(backOff: BackOff) {
    this.#backOff = backOff;
  }

  /**
   * The delay after a run of this length, in milliseconds. Of a run that a probe ended the kubelet has not
   * seen the end when it decides: it counts from the end of the run before.
   */
  afterRun(ranMs: number, options: { byProbe?: boolean } = {}): number {
    const { firstMs, lastMs, resetMs } = this.#backOff;
    if (ranMs > resetMs) this.#nextMs = 0;
    const hadEnded = this.#hasEnded;
    this.#hasEnded = true;
    if (options.byProbe && !hadEnded) return 0;
    const isOver = options.byProbe && ranMs >= this.#nextMs;
    const delay = isOver ? 0 : this.#nextMs;
    this.#nextMs = Math.min(lastMs, Math.max(firstMs, this.#nextMs * 2));
    return delay;
  }

  /** The delay after an attempt that started nothing, in milliseconds. */
  afterNoStart(): number {
    this.afterRun(0);
    const { least, most } = START_AGAIN_MS;
    return Math.min(Math.max(least, this.#nextMs), most);
  }
}
