/**
 * How many bundles are taken at once: a few of one person's on their way, and a few
 * of everybody's being checked; those wait for each other.
 */
import { StoreError } from '../StoreError';

/** Uploads of one person at once. */
const PER_PERSON = 3;

/** See the module's comment. */
export class Uploads {
  readonly #checking: number;
  readonly #byPerson = new Map<string, number>();
  readonly #waiting: Array<() => void> = [];
  #running = 0;

  /** @param checking - bundles that are checked at once */
  constructor(checking: number) {
    this.#checking = checking;
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
        message: `${running} other bundles of yours are on their way.`,
        owner: 'you',
        remedy: 'Wait until one of them is done.',
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

  /** Checks a bundle when its turn has come. */
  async checked<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#checking)
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await work();
    } finally {
      // The turn is handed on, or given back.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
