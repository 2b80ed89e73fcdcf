/** How a pod comes to its end, and why. */
import type { Json } from '../types';
import { DEADLINE_EXCEEDED } from './deadline';
import type { PodObservation } from './podStatus';

interface Reason {
  reason: string;
  message: string;
}

/** The end of one pod. */
export class PodEnd {
  readonly #states: () => Json[];
  #phase: PodObservation['phase'];
  #reason: Reason | undefined;
  #eviction: Reason | undefined;

  /** @param states - of the containers, as they are */
  constructor(states: () => Json[]) {
    this.#states = states;
  }

  /** Whether it has come, or is on its way. */
  get hasBegun(): boolean {
    return Boolean(this.#phase || this.#reason || this.#eviction);
  }

  /** Its deadline has passed. */
  exceed(): void {
    this.#reason = DEADLINE_EXCEEDED;
  }

  /** It takes more of the disk than it may. */
  evict(message: string): void {
    this.#eviction = { reason: 'Evicted', message };
  }

  /**
   * Its containers have come to their end. Of an evicted pod whose containers end well the status gives no
   * reason.
   */
  conclude(succeeded: boolean): void {
    const codes = this.#exitCodes();
    const endedWell = codes?.every(code => code === 0) ?? false;
    if (!endedWell) this.#reason ??= this.#eviction;
    const isEvictedWell = this.#eviction && endedWell;
    this.#phase = succeeded || isEvictedWell ? 'Succeeded' : 'Failed';
  }

  /** The exit code of each container; undefined where one has not ended. */
  #exitCodes(): number[] | undefined {
    const ends = this.#states().map(({ terminated }) => terminated);
    return ends.every(Boolean) ? ends.map(each => each.exitCode) : undefined;
  }

  /** What of it the status tells. */
  observation(): Pick<
    PodObservation,
    'phase' | 'isEnding' | 'isFailing' | 'reason' | 'message'
  > {
    // Why it failed is told with the end.
    const hasFailed = this.#exitCodes()?.some(code => code !== 0);
    const told = this.#phase ? this.#reason : hasFailed && this.#eviction;
    return {
      phase: this.#phase,
      isEnding: Boolean(this.#eviction),
      isFailing: Boolean(this.#reason),
      ...(told || {}),
    };
  }
}
