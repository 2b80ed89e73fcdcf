/**
 * Keeps a replica from starting beside another one where each would have bundles that
 * the other does not see. Whether another lives is judged by watching it, not by
 * comparing clocks: who gives a sign of life while one looks is alive, who gives none
 * for some seconds is dead, and whose process is known to be gone is not waited for.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ReplicaRecord,
  ReplicaRepository,
} from '../database/ReplicaRepository';
import { hasEnded, ownMark, type ProcessMark } from './processMark';

/** All in milliseconds. */
export interface ReplicaTimes {
  /** Between two signs of life. */
  beat: number;
  /** Without a sign of life for this long one is dead: a portal may well stand still for two beats. */
  silence: number;
  /** A predecessor that lives may be about to end; a new one waits for this long. */
  patience: number;
  /** Between two looks. */
  look: number;
}

const TIMES: ReplicaTimes = {
  beat: 2000,
  silence: 6500,
  patience: 9000,
  look: 250,
};
/** Rows of replicas that nobody was kept waiting by. */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60 * 1000;

/** Another one, as far as it has been watched. */
interface Watched {
  seenAt: string;
  /** When that was first seen, by a clock that does not jump. */
  since: number;
  alive: boolean;
}

function refusal(other: ReplicaRecord): Error {
  return new Error(
    `another replica of the app store (on ${other.host}, started ${other.startedAt}) is at work on this database, and the directory of appStore.bundles.directory is one replica's alone. In a rolling update the old one has to end before the new one starts: use the strategy Recreate. To run several, keep bundles in a bucket (appStore.bundles.s3), or in a directory that all of them see (and say so: appStore.bundles.shared: true), all of them alike`,
  );
}

/** See the module's comment. */
export class Replicas {
  readonly #replicas: ReplicaRepository;
  readonly #logger: LoggerService;
  readonly #times: ReplicaTimes;
  readonly #self: ReplicaRecord;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();

  /**
   * Enters this process among the replicas, and gives signs of life from then on.
   *
   * @param options.alone - whether its bundles are where no other replica sees them
   * @throws Error saying what to do, where another one lives beside which it may not be
   */
  static async join(options: {
    replicas: ReplicaRepository;
    alone: boolean;
    logger: LoggerService;
    times?: ReplicaTimes;
    mark?: ProcessMark;
  }): Promise<Replicas> {
    const joined = new Replicas(options);
    await joined.#enter();
    joined.#begin();
    return joined;
  }

  private constructor(options: {
    replicas: ReplicaRepository;
    alone: boolean;
    logger: LoggerService;
    times?: ReplicaTimes;
    mark?: ProcessMark;
  }) {
    const { replicas, alone, logger, times = TIMES } = options;
    const mark = options.mark ?? ownMark();
    const now = new Date().toISOString();
    this.#replicas = replicas;
    this.#logger = logger;
    this.#times = times;
    this.#self = {
      id: randomUUID(),
      host: mark.host,
      process: JSON.stringify(mark),
      alone,
      startedAt: now,
      seenAt: now,
    };
  }

  async #enter(): Promise<void> {
    const { silence, patience, look } = this.#times;
    const began = performance.now();
    const watched = new Map<string, Watched>();
    await this.#replicas.forgetBefore(
      new Date(Date.now() - FORGOTTEN_AFTER_MS).toISOString(),
    );
    for (;;) {
      const seenAt = new Date().toISOString();
      const others = await this.#replicas.enter({ ...this.#self, seenAt });
      if (!others.length) return;
      let forgotten = 0;
      for (const other of others) {
        const seen = this.#watch(watched, other);
        const silent = performance.now() - seen.since > silence;
        if (silent || hasEnded(JSON.parse(other.process))) {
          await this.#replicas.forgetSilent(other);
          forgotten++;
        } else if (seen.alive && performance.now() - began > patience)
          throw refusal(other);
      }
      if (forgotten < others.length) await sleep(look);
    }
  }

  #watch(watched: Map<string, Watched>, other: ReplicaRecord): Watched {
    const { id, seenAt } = other;
    const before = watched.get(id);
    if (before?.seenAt === seenAt) return before;
    if (!before)
      this.#logger.info(
        `another replica of the app store (on ${other.host}) is written down; looking whether it lives`,
      );
    const seen = {
      seenAt,
      since: performance.now(),
      alive: before !== undefined,
    };
    watched.set(id, seen);
    return seen;
  }

  #begin(): void {
    let lost = false;
    const beat = async () => {
      const seenAt = new Date().toISOString();
      if (await this.#replicas.beat(this.#self.id, seenAt)) return;
      await this.#replicas.enterAgain({ ...this.#self, seenAt });
      // Once is enough for a log.
      if (lost || !this.#self.alone) return;
      lost = true;
      this.#logger.error(
        'another replica of the app store took this one for dead, since it stood still for too long; both are at work now, and each lacks the bundles of the other: end one of them',
      );
    };
    this.#timer = setInterval(() => {
      this.#beating = beat().catch(error =>
        this.#logger.warn(`no sign of life was given: ${error.message}`),
      );
    }, this.#times.beat);
    this.#timer.unref();
  }

  /** Makes room for the next one. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await this.#replicas.forget(this.#self.id);
  }
}
