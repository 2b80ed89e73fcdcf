/**
 * A hash of a table that is kept up entry by entry, whatever the order: equal for equal tables,
 * so that two who hold the same one can compare them. No protection against whoever makes up
 * entries to collide.
 */
import { sha256 } from '@noble/hashes/sha2';

function digestOf(key: string, value: unknown): bigint {
  const digest = sha256(`${key}\n${JSON.stringify(value)}`);
  return new DataView(digest.buffer).getBigUint64(0);
}

/**
 * The hash of a table of JSON values.
 *
 * @public
 */
export class TableHash {
  readonly #entries = new Map<string, bigint>();
  #sum = 0n;

  /** Puts an entry in; without a value, takes it out. */
  set(key: string, value: unknown): void {
    const before = this.#entries.get(key);
    if (before !== undefined) this.#sum ^= before;
    if (value === undefined) {
      this.#entries.delete(key);
      return;
    }
    const digest = digestOf(key, value);
    this.#entries.set(key, digest);
    this.#sum ^= digest;
  }

  /** Whether the entry is there, with this value. */
  has(key: string, value: unknown): boolean {
    return this.#entries.get(key) === digestOf(key, value);
  }

  clear(): void {
    this.#entries.clear();
    this.#sum = 0n;
  }

  /** Keys of the entries. */
  keys(): string[] {
    return [...this.#entries.keys()];
  }

  /** 16 hex digits. */
  toString(): string {
    return this.#sum.toString(16).padStart(16, '0');
  }
}
