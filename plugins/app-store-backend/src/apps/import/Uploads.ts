/**
 * How many bundles are taken at once: a few of one person's on their way, and a few
 * of everybody's being checked; those wait for each other.
 */
import pLimit from 'p-limit';
import { StoreError } from '../../errors/StoreError';

/** Uploads of one person at once. */
const PER_PERSON = 3;

/** Bounds how many bundles are taken in at once. */
export class Uploads {
  readonly #checking: ReturnType<typeof pLimit>;
  readonly #byPerson = new Map<string, number>();

  /** @param checking - bundles that are checked at once */
  constructor(checking: number) {
    this.#checking = pLimit(checking);
  }

  /**
   * Does something while a person's upload counts.
   *
   * @throws StoreError 429 where they have too many on their way
   */
  async of<T>(userEntityRef: string, work: () => Promise<T>): Promise<T> {
    const running = this.#byPerson.get(userEntityRef) ?? 0;
    if (running >= PER_PERSON)
      throw new StoreError({
        status: 429,
        code: 'IMPORTS_BUSY',
        message: `${running} of your other uploads are not finished.`,
        owner: 'you',
        remedy: 'Wait until one of them is finished.',
      });
    this.#byPerson.set(userEntityRef, running + 1);
    try {
      return await work();
    } finally {
      const left = this.#byPerson.get(userEntityRef)! - 1;
      if (left) this.#byPerson.set(userEntityRef, left);
      else this.#byPerson.delete(userEntityRef);
    }
  }

  /** Checks a bundle as soon as fewer than the limit are being checked. */
  checked<T>(work: () => Promise<T>): Promise<T> {
    return this.#checking(work);
  }
}
