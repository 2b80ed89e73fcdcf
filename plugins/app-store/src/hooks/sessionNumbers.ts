/** Numbers that outlive a visit to another host and back: they lie in the tab's session storage. */

/** Older ones are forgotten. */
const MOST = 100;

/** Numbers by key in the session storage of the tab, limited to the newest ones. */
export class SessionNumbers {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  get(key: string): number | undefined {
    return this.#all()[key];
  }

  set(key: string, value: number): void {
    const { [key]: _, ...others } = this.#all();
    const entries = [...Object.entries(others), [key, value] as const];
    try {
      sessionStorage.setItem(
        this.#name,
        JSON.stringify(Object.fromEntries(entries.slice(-MOST))),
      );
    } catch {
      // No room, or forbidden: what is kept is a convenience.
    }
  }

  #all(): Record<string, number> {
    try {
      return JSON.parse(sessionStorage.getItem(this.#name) ?? '{}');
    } catch {
      return {};
    }
  }
}
