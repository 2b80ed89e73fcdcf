/** Which processes of the store are at work on this database. */
import type { Knex } from 'knex';

/** A row of `replicas`. */
export interface ReplicaRecord {
  id: string;
  host: string;
  /** A `ProcessMark` as JSON. */
  process: string;
  /** Keeps its bundles where no other replica sees them. */
  alone: boolean;
  startedAt: string;
  seenAt: string;
}

interface ReplicaRow {
  id: string;
  host: string;
  process: string;
  alone: boolean | number;
  started_at: string;
  seen_at: string;
}

/** A number for PostgreSQL's advisory lock; of no meaning. */
const ENTRY = 7_263_501;

class InTheWay extends Error {
  readonly others: ReplicaRecord[];
  constructor(others: ReplicaRecord[]) {
    super();
    this.others = others;
  }
}

/** See the module's comment. */
export class ReplicaRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  #row(replica: ReplicaRecord): ReplicaRow {
    const { startedAt, seenAt, ...rest } = replica;
    return { ...rest, started_at: startedAt, seen_at: seenAt };
  }

  /**
   * Enters a replica, unless others are there beside which it may not be; of two that
   * come at once one finds the other.
   *
   * @returns those in the way; none where it has been entered
   */
  async enter(replica: ReplicaRecord): Promise<ReplicaRecord[]> {
    try {
      await this.#knex.transaction(async tx => {
        if (this.#knex.client.config.client === 'pg')
          await tx.raw('select pg_advisory_xact_lock(?)', [ENTRY]);
        // Written first: SQLite lets one transaction write at a time.
        await tx('replicas').insert(this.#row(replica));
        const rows: ReplicaRow[] = await tx('replicas').whereNot({
          id: replica.id,
        });
        const others = rows
          .map(({ started_at, seen_at, alone, ...rest }) => ({
            ...rest,
            alone: Boolean(alone),
            startedAt: started_at,
            seenAt: seen_at,
          }))
          .filter(other => other.alone || replica.alone);
        if (others.length) throw new InTheWay(others);
      });
      return [];
    } catch (error) {
      if (error instanceof InTheWay) return error.others;
      throw error;
    }
  }

  /** @returns false where somebody has taken it for dead and forgotten it */
  async beat(id: string, seenAt: string): Promise<boolean> {
    return Boolean(
      await this.#knex('replicas').where({ id }).update({ seen_at: seenAt }),
    );
  }

  /** Enters one again that was taken for dead, whoever is there. */
  async enterAgain(replica: ReplicaRecord): Promise<void> {
    await this.#knex('replicas')
      .insert(this.#row(replica))
      .onConflict('id')
      .ignore();
  }

  async forget(id: string): Promise<void> {
    await this.#knex('replicas').where({ id }).delete();
  }

  /** Forgets one that gave no sign of life since it was last looked at. */
  async forgetSilent({ id, seenAt }: ReplicaRecord): Promise<void> {
    await this.#knex('replicas').where({ id, seen_at: seenAt }).delete();
  }

  /** Forgets those that nobody had a reason to look at. */
  async forgetBefore(seenAt: string): Promise<void> {
    await this.#knex('replicas').where('seen_at', '<', seenAt).delete();
  }
}
