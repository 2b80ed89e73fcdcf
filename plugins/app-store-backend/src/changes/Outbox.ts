/**
 * What changed, written in the transaction of the change and read by every replica.
 *
 * Guarantees: a change is there if and only if its transaction was committed; positions are
 * whole numbers without gaps, in order of commit.
 */
import { EventEmitter } from 'node:events';
import type { Knex } from 'knex';
import { CHANNEL } from '../database/channel';
import { isPostgres } from '../database/locks';

/** What a change is of. */
export type ChangeKind =
  | 'alias'
  | 'app'
  | 'audit'
  | 'instance'
  | 'policy'
  | 'tag';

/** One change. */
export interface Change {
  position: number;
  kind: ChangeKind;
  /** Id of what changed; of an alias its name, of a policy `*`. */
  key: string;
  data?: Record<string, unknown>;
}

/** Tells of a change within a transaction. */
export type Tell = (
  kind: ChangeKind,
  key: string,
  data?: Record<string, unknown>,
) => void;

interface ChangeRow {
  position: number | string;
  kind: ChangeKind;
  key: string;
  data: string | null;
  at: string;
}

/** Changes put in with one statement: SQLite takes 999 values at least. */
const BATCH = 100;

/** The table of changes. */
export class Outbox {
  readonly #knex: Knex;
  readonly #committed = new EventEmitter();

  constructor(knex: Knex) {
    this.#knex = knex;
    this.#committed.setMaxListeners(0);
  }

  /**
   * Runs a transaction. What it tells is written as its last statements, so that the row that
   * gives positions is locked no longer than it takes to commit: whoever has the next position
   * commits later, and a long transaction holds nobody up.
   *
   * @throws what `work` throws; nothing is told then
   */
  async transaction<T>(
    work: (tx: Knex.Transaction, tell: Tell) => Promise<T>,
  ): Promise<T> {
    const told: Array<Omit<ChangeRow, 'position'>> = [];
    const result = await this.#knex.transaction(async tx => {
      const done = await work(tx, (kind, key, data) => {
        told.push({
          kind,
          key,
          data: data ? JSON.stringify(data) : null,
          at: new Date().toISOString(),
        });
      });
      if (told.length) await append(tx, told);
      return done;
    });
    if (told.length) this.#committed.emit('committed');
    return result;
  }

  /** Calls back after each transaction of this process that told something; returns how to stop. */
  onCommit(listener: () => void): () => void {
    this.#committed.on('committed', listener);
    return () => this.#committed.off('committed', listener);
  }

  /** The position of the last change. */
  async end(): Promise<number> {
    const row = await this.#knex('change_position').first('position');
    return Number(row.position);
  }

  /** Changes after a position, in order. */
  async after(position: number, limit: number): Promise<Change[]> {
    const rows = await this.#knex<ChangeRow>('changes')
      .where('position', '>', position)
      .orderBy('position')
      .limit(limit);
    return rows.map(row => ({
      position: Number(row.position),
      kind: row.kind,
      key: row.key,
      data: row.data === null ? undefined : JSON.parse(row.data),
    }));
  }

  /**
   * Drops changes that were told before a time: the first ones, up to the first that was told
   * later. A writer whose clock is behind leaves no gap.
   */
  async dropBefore(at: string): Promise<void> {
    const kept = await this.#knex<ChangeRow>('changes')
      .where('at', '>=', at)
      .min({ position: 'position' })
      .first();
    const old = this.#knex<ChangeRow>('changes').where('at', '<', at);
    if (kept?.position) old.where('position', '<', kept.position);
    await old.delete();
  }

  /** How far a reader has come; the end where it never read. */
  async positionOf(reader: string): Promise<number> {
    const row = await this.#knex('change_readers')
      .where({ name: reader })
      .first('position');
    return row ? Number(row.position) : this.end();
  }

  /** Has a reader that never read begin here. */
  async begin(reader: string): Promise<void> {
    await this.#knex('change_readers')
      .insert({ name: reader, position: await this.end() })
      .onConflict('name')
      .ignore();
  }

  /** Writes down how far a reader has come. */
  async moveTo(reader: string, position: number): Promise<void> {
    await this.#knex('change_readers')
      .insert({ name: reader, position })
      .onConflict('name')
      .merge(['position']);
  }
}

async function append(
  tx: Knex.Transaction,
  told: Array<Omit<ChangeRow, 'position'>>,
): Promise<void> {
  const [last]: Array<{ position: number | string }> = await tx(
    'change_position',
  )
    .where({ id: 1 })
    .increment('position', told.length)
    .returning('position');
  const first = Number(last.position) - told.length + 1;
  for (let from = 0; from < told.length; from += BATCH)
    await tx('changes').insert(
      told.slice(from, from + BATCH).map((change, index) => ({
        position: first + from + index,
        ...change,
      })),
    );
  // Heard by other processes once this is committed.
  if (isPostgres(tx)) await tx.raw('select pg_notify(?, ?)', [CHANNEL, '']);
}
