/**
 * One at a time for each key: whoever deletes an app and whoever imports the same bytes
 * take turns.
 */

/** A lock while it is held. */
export interface HeldLock {
  /**
   * Asks before what cannot be undone, where the work so far took long.
   *
   * @throws StoreError where the lock was lost meanwhile, and may be somebody else's
   */
  confirm(): Promise<void>;
}

/** Has one piece of work at a time run for each key. Who holds a key must not ask for another. */
export interface KeyedLock {
  run<T>(key: string, work: (lock: HeldLock) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const NEVER_LOST: HeldLock = { async confirm() {} };

/** In the order of asking; within this process. */
export class ProcessKeyedLock implements KeyedLock {
  readonly #last = new Map<string, Promise<unknown>>();

  static create(): ProcessKeyedLock {
    return new ProcessKeyedLock();
  }

  private constructor() {}

  async run<T>(key: string, work: (lock: HeldLock) => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const begin = () => work(NEVER_LOST);
    const result = before.then(begin, begin);
    // Whoever comes next waits for the end, however it ends.
    const over = result.catch(() => {});
    this.#last.set(key, over);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === over) this.#last.delete(key);
    }
  }

  async close(): Promise<void> {}
}
