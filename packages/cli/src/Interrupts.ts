/** What happens at Ctrl-C, and when the process is told to end in another way. */

/**
 * A second signal this soon, in milliseconds, is the first one again: a terminal tells all
 * processes at once, and npm or `timeout` tell their child besides.
 */
const SAME_WISH_MS = 1000;

/** Those who clean up at the end, told once. */
export class Interrupts {
  readonly #listeners = new Set<() => void>();
  readonly #exit: (code: number) => void;
  readonly #now: () => number;
  #toldAt: number | undefined;

  constructor(options: { exit: (code: number) => void; now?: () => number }) {
    this.#exit = options.exit;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether those who clean up know. */
  get told(): boolean {
    return this.#toldAt !== undefined;
  }

  /** Calls back at the first signal to end; a second one, or one that nobody waits for, ends the process. */
  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells those who clean up; false where there are none, or they know already. */
  tell(): boolean {
    if (this.told || !this.#listeners.size) return false;
    this.#toldAt = this.#now();
    this.#listeners.forEach(listener => listener());
    return true;
  }

  /** @param code - the exit code, where the process ends by it */
  signal(code: number): void {
    if (this.tell()) return;
    const isSame =
      this.#toldAt !== undefined && this.#now() - this.#toldAt < SAME_WISH_MS;
    // Leaving this way runs what has to be run at the end.
    if (!isSame) this.#exit(code);
  }
}
