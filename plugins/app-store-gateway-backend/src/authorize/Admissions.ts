/**
 * Who may open which instance: decided by the store, remembered for a short while
 * and no longer than what the decision rests on stays as it is.
 */
import type { Admission } from '@ai-app-store/backstage-plugin-app-store-common';
import { LRUCache } from 'lru-cache';
import type { RouteTable, StoreClient } from '../routing/RouteTable';

/** Groups may change without a route doing so; hence the bound, in milliseconds. */
const CACHE_MS = 60_000;
const ENTRIES = 50_000;
/** After a failed question the store is asked again this much later. */
const RETRY_MS = 2000;
/** A store that does not answer for this long is taken for away, in milliseconds. */
const DEADLINE_MS = 2000;
/** For this long after a failed question nobody waits for the next one, in milliseconds. */
const AWAY_MS = 10_000;
/**
 * While the store is away, what it said last holds for this long, in milliseconds: long
 * enough for a restart or an upgrade, and whoever lost a right meanwhile is out after it.
 */
const LAST_ANSWER_MS = 10 * 60_000;

interface Entry {
  revision: string;
  until: number;
  answer: Promise<Admission>;
  /** What the store said last of the same facts, and when it was asked. */
  last?: { admission: Admission; at: number };
  /** When it did not answer, if that was the last time that it was asked. */
  failedAt?: number;
}

/** Asks the store who may open which instance, and remembers the answers for a while. */
export class Admissions {
  readonly #store: StoreClient;
  readonly #routes: RouteTable;
  readonly #cache = new LRUCache<string, Entry>({ max: ENTRIES });

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
    const same = cached?.revision === revision ? cached : undefined;
    const entry =
      same && same.until > now
        ? same
        : this.#begin({ key, revision, instanceId, userEntityRef, same });
    // Nobody waits anew for a store that was away a moment ago.
    const away = entry.failedAt && entry.failedAt + AWAY_MS > now;
    return (away && lastAnswer(entry)) || entry.answer;
  }

  /** Asks, and remembers the answer. */
  #begin(options: {
    key: string;
    revision: string;
    instanceId: string;
    userEntityRef: string | undefined;
    same?: Entry;
  }): Entry {
    const { key, revision, instanceId, userEntityRef, same } = options;
    const now = Date.now();
    const entry: Entry = {
      revision,
      until: now + CACHE_MS,
      answer: this.#ask(instanceId, userEntityRef).then(
        admission => {
          entry.last = { admission, at: now };
          entry.failedAt = undefined;
          const { holdsForMs } = admission;
          // What the store knows of the person may be older than the question.
          if (holdsForMs !== undefined)
            entry.until = Math.min(entry.until, Date.now() + holdsForMs);
          return admission;
        },
        error => {
          // What the store said last of the same facts still holds, unless they changed meanwhile.
          const mine = this.#cache.get(key) === entry;
          const last = mine && lastAnswer(entry);
          if (!last) {
            if (mine) this.#cache.delete(key);
            throw error;
          }
          entry.until = Date.now() + RETRY_MS;
          entry.failedAt = Date.now();
          return last;
        },
      ),
      last: same?.last,
      failedAt: same?.failedAt,
    };
    entry.answer.catch(() => {});
    this.#cache.set(key, entry);
    return entry;
  }

  async #ask(
    instanceId: string,
    userEntityRef: string | undefined,
  ): Promise<Admission> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), DEADLINE_MS);
    const late = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () =>
        reject(new Error(`no answer within ${DEADLINE_MS} ms`)),
      );
    });
    const ask = async () => {
      const response = await this.#store.fetch('/admission', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ instanceId, userEntityRef }),
        signal: abort.signal,
      });
      return (await response.json()) as Admission;
    };
    try {
      return await Promise.race([ask(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What the store said last, while that holds. */
function lastAnswer({ last }: Entry): Admission | undefined {
  return last && last.at + LAST_ANSWER_MS > Date.now()
    ? last.admission
    : undefined;
}
