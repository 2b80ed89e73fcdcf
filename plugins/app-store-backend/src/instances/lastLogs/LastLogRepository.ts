/** What terminated instances wrote last, in the database. */
import type { Knex } from 'knex';
import { Table, text, type RecordOf, type RowOf } from '../../database/table';

/** How long they are kept, in milliseconds. */
export const LAST_LOGS_KEPT_MS = 24 * 60 * 60_000;

const LAST_LOGS = Table.create({
  instanceId: text(),
  container: text(),
  appId: text(),
  ownerRef: text(),
  endedAt: text(),
  lines: text(),
});

/** A row of `last_logs`. */
export type LastLog = RecordOf<typeof LAST_LOGS>;
type LastLogRow = RowOf<typeof LAST_LOGS>;

/** Keeps, reads and drops them. */
export class LastLogRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** Keeps it, instead of what is kept of that container. */
  async keep(log: LastLog): Promise<void> {
    await this.#knex<LastLogRow>('last_logs')
      .insert(LAST_LOGS.write(log) as LastLogRow)
      .onConflict(['instance_id', 'container'])
      .merge();
  }

  /** @param since - RFC 3339; what ended before is not kept any more, whether or not it was dropped */
  async find(
    instanceId: string,
    container: string,
    since: string,
  ): Promise<LastLog | undefined> {
    const row = await this.#knex<LastLogRow>('last_logs')
      .where({ instance_id: instanceId, container })
      .where('ended_at', '>', since)
      .first();
    return row && LAST_LOGS.read(row as LastLogRow);
  }

  /** An instance ended whose pod had gone before: its time begins now. */
  async ended(instanceId: string, at: string): Promise<void> {
    await this.#knex<LastLogRow>('last_logs')
      .where({ instance_id: instanceId })
      .update({ ended_at: at });
  }

  /**
   * Those of suspended instances stay: they may end without another word. So do those of which the end is not noted yet.
   *
   * @param before - RFC 3339
   */
  async dropBefore(before: string): Promise<void> {
    await this.#knex('last_logs')
      .where('ended_at', '<', before)
      .whereNotIn(
        'instance_id',
        this.#knex('instances')
          .select('id')
          .whereIn('desired', ['suspended', 'terminated']),
      )
      .delete();
  }
}
