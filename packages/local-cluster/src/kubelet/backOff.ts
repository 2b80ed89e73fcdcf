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

  constructor(backOff: BackOff) {
    this.#backOff = backOff;
  }

  /** The delay after a run of this length, in milliseconds. */
  afterRun(ranMs: number): number {
    const { firstMs, lastMs, resetMs } = this.#backOff;
    if (ranMs > resetMs) this.#nextMs = 0;
    const delay = this.#nextMs;
    this.#nextMs = Math.min(lastMs, Math.max(firstMs, delay * 2));
    return delay;
  }

  /** The delay after an attempt that started nothing, in milliseconds. */
  afterNoStart(): number {
    this.afterRun(0);
    const { least, most } = START_AGAIN_MS;
    return Math.min(Math.max(least, this.#nextMs), most);
  }
}
