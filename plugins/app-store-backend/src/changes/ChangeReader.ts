/**
 * Reads the outbox in one process and hands each change on, once and in order: at once what
 * this process committed, or another one told by notification; `backgroundTasks.ts` has it read now
 * and then, too, for what no notification tells.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { EventEmitter } from 'node:events';
import type { Change, ChangeKind, Outbox } from './Outbox';

const BATCH = 500;
/** Key that stands for all of a kind, where single changes were missed. */
export const EVERYTHING = '*';

/** Changes of one kind. */
export interface ChangeFeed {
  /** Calls back with the key of each change, or with `*`; returns how to stop. */
  subscribe(listener: (key: string, data?: Change['data']) => void): () => void;
}

/** Hands changes on to those who listen in this process. */
export class ChangeReader {
  readonly #outbox: Outbox;
  readonly #logger: LoggerService;
  readonly #events = new EventEmitter();
  #position: number | undefined;
  #stopListening = () => {};
  #reading: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: { outbox: Outbox; logger: LoggerService }) {
    this.#outbox = options.outbox;
    this.#logger = options.logger;
    this.#events.setMaxListeners(0);
  }

  /** Where it has come to: all changes up to this position were handed on. */
  get position(): number {
    return this.#position ?? 0;
  }

  /**
   * Begins at a position.
   *
   * @param position - the present end of the outbox where it is absent
   */
  async start(position?: number): Promise<void> {
    this.#position = position ?? (await this.#outbox.end());
    this.#stopListening = this.#outbox.onCommit(() => this.wake());
    this.wake();
  }

  /** Reads on, without waiting for it. */
  wake(): void {
    this.read().catch(error =>
      this.#logger.warn(`changes were not read: ${error.message}`),
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopListening();
    await this.#reading?.catch(() => {});
  }

  /** Changes of one kind. */
  of(kind: ChangeKind): ChangeFeed {
    return {
      subscribe: listener => {
        this.#events.on(kind, listener);
        return () => this.#events.off(kind, listener);
      },
    };
  }

  /** Reads on to the end. A call while it reads has it read once more. */
  async read(): Promise<void> {
    if (this.#stopped || this.#position === undefined) return undefined;
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#toTheEnd();
    return this.#reading;
  }

  async #toTheEnd(): Promise<void> {
    try {
      do {
        this.#again = false;
        let changes: Change[];
        do {
          if (this.#stopped) return;
          changes = await this.#outbox.after(this.#position!, BATCH);
          changes.forEach(change => this.#handOn(change));
        } while (changes.length === BATCH);
      } while (this.#again);
    } finally {
      // In the same turn as the last look at `#again`, which a call in between would set in vain.
      this.#reading = undefined;
    }
  }

  #handOn(change: Change): void {
    // It stood still for longer than changes are kept.
    if (change.position !== this.#position! + 1)
      for (const kind of this.#events.eventNames())
        this.#emit(kind, EVERYTHING);
    this.#position = change.position;
    this.#emit(change.kind, change.key, change.data);
  }

  /** Each listener for itself: the fault of one takes nothing from the others. */
  #emit(kind: string | symbol, key: string, data?: Change['data']): void {
    for (const listener of this.#events.listeners(kind))
      try {
        listener(key, data);
      } catch (error) {
        this.#logger.error(
          `a change of ${String(kind)} ${key} was not taken in`,
          error as Error,
        );
      }
  }
}
