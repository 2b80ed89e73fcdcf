/**
 * Who may open which instance: decided by the store, remembered for a short while
 * and no longer than what the decision rests on stays as it is.
 */
import type { Admission } from '@ai-app-store/backstage-plugin-app-store-common';
import type { RouteTable, StoreClient } from './RouteTable';

/** Groups may change without a route doing so; hence the bound, in milliseconds. */
const CACHE_MS = 60_000;
const ENTRIES = 50_000;
/** After a failed question the store is asked again this much later. */
const RETRY_MS = 2000;

interface Entry {
  revision: string;
  until: number;
  answer: Promise<Admission>;
  /** What the store said last of the same facts. */
  said?: Admission;
}

/** See the module's comment. */
export class Admissions {
  readonly #store: StoreClient;
  readonly #routes: RouteTable;
  readonly #cache = new Map<string, Entry>();

  constructor(options: { store: StoreClient; routes: RouteTable }) {
    this.#store = options.store;
    this.#routes = options.routes;
    options.routes.onAccess(changed => {
      // What rests on other facts holds no longer, even if nobody can be asked anew.
      if (changed) this.#cache.clear();
      for (const entry of this.#cache.values()) entry.until = 0;
    });
  }

  /** @param userEntityRef - undefined for somebody not signed in */
  async decide(
    instanceId: string,
    userEntityRef: string | undefined,
  ): Promise<Admission> {
    const revision = this.#routes.get(instanceId)?.revision ?? '';
    const key = `${instanceId} ${userEntityRef ?? ''}`;
    const now = Date.now();
    const cached = this.#cache.get(key);
    if (cached && cached.revision === revision && cached.until > now)
      return cached.answer;
    const entry: Entry = {
      revision,
      until: now + CACHE_MS,
      answer: this.#ask(instanceId, userEntityRef),
      said: cached?.revision === revision ? cached.said : undefined,
    };
    entry.answer = entry.answer.then(
      admission => {
        entry.said = admission;
        const { holdsForMs } = admission;
        // What the store knows of the person may be older than the question.
        if (holdsForMs !== undefined)
          entry.until = Math.min(entry.until, Date.now() + holdsForMs);
        return admission;
      },
      error => {
        // The store is away: what it said last of the same facts still holds, unless they changed meanwhile.
        const mine = this.#cache.get(key) === entry;
        if (!entry.said || !mine) {
          if (mine) this.#cache.delete(key);
          throw error;
        }
        entry.until = Date.now() + RETRY_MS;
        return entry.said;
      },
    );
    entry.answer.catch(() => {});
    if (this.#cache.size >= ENTRIES) this.#cache.clear();
    this.#cache.set(key, entry);
    return entry.answer;
  }

  async #ask(
    instanceId: string,
    userEntityRef: string | undefined,
  ): Promise<Admission> {
    const response = await this.#store.fetch('/admission', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instanceId, userEntityRef }),
    });
    return (await response.json()) as Admission;
  }
}
