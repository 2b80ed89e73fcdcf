/**
 * One at a time for each key: whoever deletes an app and whoever imports the same bytes
 * take turns.
 */

/** A turn that has come. */
export interface Turn {
  /**
   * Asks before what cannot be undone, where the work so far took long.
   *
   * @throws StoreError where the turn was lost meanwhile, and may be somebody else's
   */
  confirm(): Promise<void>;
}

/** See the module's comment. Who has a turn must not ask for another. */
export interface KeyedLock {
  run<T>(key: string, work: (turn: Turn) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const NEVER_LOST: Turn = { async confirm() {} };

/** In the order of asking; within this process. */
export class ProcessKeyedLock implements KeyedLock {
  readonly #last = new Map<string, Promise<unknown>>();

  static create(): ProcessKeyedLock {
    return new ProcessKeyedLock();
  }

  private constructor() {}

  async run<T>(key: string, work: (turn: Turn) => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const begin = () => work(NEVER_LOST);
    const turn = before.then(begin, begin);
    // Whoever comes next waits for the end, however it ends.
    const over = turn.catch(() => {});
    this.#last.set(key, over);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === over) this.#last.delete(key);
    }
  }

  async close(): Promise<void> {}
}
