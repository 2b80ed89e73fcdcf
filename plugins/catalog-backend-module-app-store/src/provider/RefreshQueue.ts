/**
 * What of the index is to be refreshed, and when: one refresh at a time, so that no older
 * answer is written after a newer one; what is asked for meanwhile follows, once. A
 * refresh that fails is repeated, at longer and longer intervals.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** What to refresh: everything, or the versions of some names; tags in any case. */
export interface Refresh {
  all: boolean;
  names: string[];
}

/** Refreshes the index, one refresh at a time, and repeats one that failed. */
export class RefreshQueue {
  readonly #refresh: (refresh: Refresh) => Promise<void>;
  readonly #logger: LoggerService;
  readonly #pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #stopping = new AbortController();
  #asked: { all: boolean; names: Set<string> } | undefined;
  #working: Promise<void> | undefined;

  constructor(options: {
    refresh: (refresh: Refresh) => Promise<void>;
    logger: LoggerService;
    pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  }) {
    this.#refresh = options.refresh;
    this.#logger = options.logger;
    this.#pause =
      options.pause ?? ((ms, signal) => sleep(ms, undefined, { signal }));
  }

  /** @param name - everything where it is left out */
  ask(name?: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#asked ??= { all: false, names: new Set() };
    if (name === undefined) this.#asked.all = true;
    else this.#asked.names.add(name);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Done with what was asked for. */
  async idle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.idle();
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    // What comes in one go, such as a transfer of many versions, is one refresh.
    await Promise.resolve();
    let pauseMs = FIRST_PAUSE_MS;
    while (this.#asked && !signal.aborted) {
      const { all, names } = this.#asked;
      this.#asked = undefined;
      try {
        await this.#refresh({ all, names: all ? [] : [...names] });
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        this.#asked = {
          all: all || Boolean(this.#again.all),
          names: new Set([...names, ...this.#again.names]),
        };
        this.#logger.warn(
          `the app store's index was not read: ${
            (error as Error).message
          }; again in ${pauseMs} ms`,
        );
        await this.#pause(pauseMs, signal).catch(() => {});
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  /** What was asked for since the refresh began. */
  get #again(): { all: boolean; names: Set<string> } {
    return this.#asked ?? { all: false, names: new Set() };
  }
}
