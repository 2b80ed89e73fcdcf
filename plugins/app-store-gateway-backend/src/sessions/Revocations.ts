/**
 * Sessions that were ended before their time, told to every gateway of the database: each
 * reads on from the position that it has, once a second, and that is one row where nothing
 * happened. Positions are taken under a row lock, so none is committed after a later one.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

const LOG = 'revocations';
const POLL_MS = 1000;
/** What a gateway did not read for this long it looks for among the sessions themselves. */
const KEPT_MS = 60 * 60_000;

interface RevocationRow {
  position: number | string;
  hash: string;
  revoked_at: number | string;
}

/**
 * Ends sessions and writes it down for the other gateways, both or neither.
 *
 * @returns the digests of those that were ended
 */
export async function endSessions(
  knex: Knex,
  where: object,
): Promise<string[]> {
  return knex.transaction(async tx => {
    const hashes: string[] = await tx('sessions').where(where).pluck('hash');
    if (!hashes.length) return [];
    await tx('positions')
      .where({ name: LOG })
      .increment('value', hashes.length);
    const { value } = await tx('positions').where({ name: LOG }).first('value');
    const first = Number(value) - hashes.length + 1;
    await tx('sessions').whereIn('hash', hashes).delete();
    await tx.batchInsert(
      LOG,
      hashes.map((hash, i) => ({
        position: first + i,
        hash,
        revoked_at: Date.now(),
      })),
      200,
    );
    return hashes;
  });
}

/** Tells every gateway of sessions that were ended before their time. */
export class Revocations {
  readonly #knex: Knex;
  readonly #forget: (hashes: string[] | undefined) => void;
  readonly #logger: LoggerService;
  #seen: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #away = false;

  /** @param options - `forget` is told what was ended; undefined where it is not known what */
  constructor(options: {
    knex: Knex;
    forget: (hashes: string[] | undefined) => void;
    logger: LoggerService;
  }) {
    this.#knex = options.knex;
    this.#forget = options.forget;
    this.#logger = options.logger;
  }

  async #position(): Promise<number> {
    const row = await this.#knex('positions').where({ name: LOG }).first();
    return Number(row?.value ?? 0);
  }

  /** Reads what was ended since the last look. */
  async poll(): Promise<void> {
    const position = await this.#position();
    const seen = this.#seen;
    if (seen === position) return;
    if (seen === undefined) {
      this.#seen = position;
      // Requests are served already: a session that was remembered before this look may have ended before it, too.
      this.#forget(undefined);
      return;
    }
    const hashes: string[] = await this.#knex<RevocationRow>(LOG)
      .where('position', '>', seen)
      .andWhere('position', '<=', position)
      .pluck('hash');
    this.#seen = position;
    // Dropped before they were read here, or a database of an earlier time.
    const whole = hashes.length === position - seen;
    this.#forget(whole ? hashes : undefined);
  }

  /** Looks every second until {@link stop}. */
  start(): void {
    const look = async () => {
      try {
        await this.poll();
        if (this.#away) this.#forget(undefined);
        this.#away = false;
      } catch (error) {
        if (!this.#away)
          this.#logger.warn(
            `what sessions were ended cannot be read: ${
              (error as Error).message
            }`,
          );
        this.#away = true;
      }
      if (this.#timer) this.#timer = setTimeout(look, POLL_MS).unref();
    };
    this.#timer = setTimeout(look, 0).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Drops what every gateway has read. */
  async sweep(): Promise<void> {
    await this.#knex<RevocationRow>(LOG)
      .where('revoked_at', '<', Date.now() - KEPT_MS)
      .delete();
  }
}
