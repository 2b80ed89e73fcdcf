/**
 * Notices a database that was restored from a backup, and holds every deletion until an admin
 * has decided.
 *
 * The database counts epochs. Before something is made outside of it (a secret, an
 * instance's objects, a bundle), the count goes up and the place where that is made notes it: a backup from before
 * knows a lower epoch than that place. Once more shortly after its row is there, since a backup
 * may be taken between the count and the row. Compared at each start and before anything is
 * deleted: a database may be restored under a store that runs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { SettingsRepository } from '../database/SettingsRepository';
import { StoreError } from '../errors/StoreError';
import type { EpochMark } from './EpochMark';

/** Where things are that the database speaks of. */
export type Place = 'cluster' | 'bundles';

/** A restored backup about which nobody has decided. */
export interface Held {
  /** When it was noticed. */
  since: string;
  /** What the restored database knew, and what a place had seen by then. */
  epochs: Partial<Record<Place, { database: number; seen: number }>>;
}

/** Says whether something may be deleted. */
export interface DeletionGuard {
  /** True also where that cannot be found out. */
  isHeld(place: Place): Promise<boolean>;
  /**
   * For what somebody names.
   *
   * @throws StoreError 503, `RESTORED_BACKUP`
   */
  assertMayDelete(): Promise<void>;
}

/** Each place has a count of its own: what is made in one says nothing of the other. */
const epochOf = (place: Place) => `epoch:${place}`;
const HELD = 'restored-backup';
/** After something was made, in milliseconds. */
export const TRAILING_MS = 2000;
/** Somebody who deletes something waits this long for a place that does not answer, in milliseconds. */
const PATIENCE_MS = 2000;

/** Counts the epochs of the database, and stops deletions while a place outside is ahead of it. */
export class Epoch implements DeletionGuard {
  readonly #settings: SettingsRepository;
  readonly #marks: Record<Place, EpochMark>;
  readonly #logger: LoggerService;
  readonly #trailingMs: number;
  readonly #patienceMs: number;
  readonly #checked = new Set<Place>();
  /** Counts that have not begun, which whoever comes in between waits for, too. */
  readonly #next = new Map<Place, Promise<void>>();
  readonly #running = new Map<Place, Promise<void>>();
  readonly #trailing = new Map<Place, NodeJS.Timeout>();

  static create(options: {
    settings: SettingsRepository;
    marks: Record<Place, EpochMark>;
    logger: LoggerService;
    trailingMs?: number;
    patienceMs?: number;
  }): Epoch {
    return new Epoch(options);
  }

  private constructor(options: {
    settings: SettingsRepository;
    marks: Record<Place, EpochMark>;
    logger: LoggerService;
    trailingMs?: number;
    patienceMs?: number;
  }) {
    this.#settings = options.settings;
    this.#marks = options.marks;
    this.#logger = options.logger;
    this.#trailingMs = options.trailingMs ?? TRAILING_MS;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
  }

  /** Compares the database with a place, once at each start and before anything is made there. */
  async check(place: Place): Promise<void> {
    if (this.#checked.has(place)) return;
    await this.#compare(place);
    this.#checked.add(place);
    await this.#count(place);
  }

  /**
   * The place first: it never knows more than the database did before.
   *
   * @returns the epoch that the place has seen
   */
  async #compare(place: Place, options?: { known: boolean }): Promise<number> {
    const seen = (await this.#marks[place].read(options)) ?? 0;
    const database = Number((await this.#settings.get(epochOf(place))) ?? 0);
    if (seen > database) await this.#hold(place, { database, seen });
    return seen;
  }

  async #hold(
    place: Place,
    { database, seen }: { database: number; seen: number },
  ): Promise<void> {
    const before = await this.held();
    const held: Held = {
      since: before?.since ?? new Date().toISOString(),
      epochs: { ...before?.epochs, [place]: { database, seen } },
    };
    // In this order: who finds the higher epoch finds what it is held for, too.
    await this.#settings.set(HELD, JSON.stringify(held));
    await this.#settings.increment(epochOf(place), seen);
    this.#logger.error(heldMessage(held));
  }

  /**
   * Makes something in a place, with the row that speaks of it.
   *
   * @throws what `work` throws, and where the epoch cannot be noted
   */
  async making<T>(place: Place, work: () => Promise<T>): Promise<T> {
    await this.check(place);
    await this.#count(place);
    try {
      return await work();
    } finally {
      this.#context(place);
    }
  }

  /** Counts, for all who asked since the last count began. */
  #count(place: Place): Promise<void> {
    const waiting = this.#next.get(place);
    if (waiting) return waiting;
    const before = this.#running.get(place) ?? Promise.resolve();
    const next = before
      .catch(() => {})
      .then(async () => {
        this.#next.delete(place);
        this.#running.set(place, next);
        for (let known = true; ; known = false) {
          // Counting would hide that the database has been put back.
          const seen = await this.#compare(place, { known });
          const epoch = await this.#settings.increment(epochOf(place));
          // It was put back since the comparison: the next epoch is one that the place has seen.
          if (epoch <= seen)
            await this.#hold(place, { database: epoch - 1, seen });
          if (await this.#marks[place].raise(epoch)) return;
          // No two counts are the same, unless the database was put back between them.
          const raised = await this.#marks[place].read();
          if (raised === epoch)
            await this.#hold(place, { database: epoch - 1, seen: raised });
        }
      });
    this.#next.set(place, next);
    return next;
  }

  #context(place: Place): void {
    clearTimeout(this.#trailing.get(place));
    const timer = setTimeout(() => {
      this.#trailing.delete(place);
      this.#count(place).catch(error =>
        this.#logger.warn(`the epoch was not noted: ${error.message}`),
      );
    }, this.#trailingMs);
    timer.unref();
    this.#trailing.set(place, timer);
  }

  /** The restored backup that an admin has to decide about. */
  async held(): Promise<Held | undefined> {
    const text = await this.#settings.get(HELD);
    return text ? JSON.parse(text) : undefined;
  }

  async isHeld(place: Place): Promise<boolean> {
    if (!this.#checked.has(place)) return true;
    try {
      await this.#compare(place);
    } catch (error) {
      this.#logger.warn(
        `nothing is deleted in the ${place} for now: ${
          (error as Error).message
        }`,
      );
      return true;
    }
    return Boolean(await this.held());
  }

  async assertMayDelete(): Promise<void> {
    const patience = new AbortController();
    const { signal } = patience;
    // A place that cannot be read deletes nothing either.
    const comparisons = [...this.#checked].map(place =>
      this.#compare(place).catch(error =>
        this.#logger.warn(
          `the epoch in the ${place} was not read: ${error.message}`,
        ),
      ),
    );
    await Promise.race([
      Promise.all(comparisons),
      sleep(this.#patienceMs, undefined, { signal }).catch(() => {}),
    ]);
    patience.abort();
    if (await this.held())
      throw new StoreError({
        status: 503,
        code: 'RESTORED_BACKUP',
        message:
          'The database of this store was restored from a backup. The store deletes nothing until an admin decides what to do with the data that is newer than the backup.',
        owner: 'admin',
        remedy:
          'An admin can decide on the page Admin, Restored backup, or with `app-store admin recovery`. Then try again.',
      });
  }

  /**
   * For whatever has no row: nothing of a place is deleted before it could be compared.
   *
   * @throws StoreError 503, `RESTORED_BACKUP` or `EPOCH_UNREAD`
   */
  async assertMayDeleteUnknown(place: Place): Promise<void> {
    await this.assertMayDelete();
    if (await this.isHeld(place))
      throw new StoreError({
        status: 503,
        code: 'EPOCH_UNREAD',
        message: `The store could not find out yet whether its database was restored from a backup, which would know less than there is in the ${place}. It deleted nothing.`,
        owner: 'admin',
        remedy:
          'Try again in a minute. If it stays so, the other checks of the doctor say what cannot be read.',
      });
  }

  /** An admin has decided. */
  async release(): Promise<void> {
    await this.#settings.delete(HELD);
  }

  stop(): void {
    this.#trailing.forEach(timer => clearTimeout(timer));
    this.#trailing.clear();
  }
}

function heldMessage({ since, epochs }: Held): string {
  const places = Object.entries(epochs)
    .map(([place, { database, seen }]) => `${place}: ${database}, seen ${seen}`)
    .join('; ');
  return `the database was restored from a backup (noticed ${since}; epochs of ${places}): no secret, volume, workload, bundle or environment is deleted until an admin decides, on the page Admin, Restored backup, or with "app-store admin recovery"`;
}
