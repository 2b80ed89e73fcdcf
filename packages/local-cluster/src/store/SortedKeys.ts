/** Keys in order: etcd's, by which lists are. */
export class SortedKeys {
  readonly #keys: string[] = [];

  /** Where a key is, or would be. */
  #at(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(key: string): void {
    const at = this.#at(key);
    if (this.#keys[at] !== key) this.#keys.splice(at, 0, key);
  }

  delete(key: string): void {
    const at = this.#at(key);
    if (this.#keys[at] === key) this.#keys.splice(at, 1);
  }

  /** Keys that begin with a text; all by default. */
  startingWith(prefix = ''): readonly string[] {
    if (!prefix) return this.#keys;
    // No key has a character that is greater.
    return this.#keys.slice(this.#at(prefix), this.#at(`${prefix}\uffff`));
  }
}
