/** What launches took that came to be ready, in the database. */
import type { LaunchStep } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { Outbox } from '../../changes/Outbox';
import {
  integer,
  json,
  optional,
  Table,
  text,
  type RecordOf,
  type RowOf,
} from '../../database/table';

/** By step, how long after the beginning it was through, in milliseconds; absent where it was not seen. */
export type LaunchSteps = Partial<Record<LaunchStep, number>>;

const LAUNCHES = Table.create({
  instanceId: text(),
  launch: integer(),
  appId: text(),
  beganAt: text(),
  steps: json<LaunchSteps>(),
  /** From the beginning to the first byte that a visitor got. */
  firstByteMs: optional(integer()),
});

/** A row of `launches`. */
export type LaunchRecord = RecordOf<typeof LAUNCHES>;
type LaunchRow = RowOf<typeof LAUNCHES>;

/** Keeps a launch that came to be ready, once. */
export async function keepLaunch(
  tx: Knex,
  record: Omit<LaunchRecord, 'firstByteMs'>,
): Promise<void> {
  await tx<LaunchRow>('launches')
    .insert(LAUNCHES.write(record) as LaunchRow)
    .onConflict(['instance_id', 'launch'])
    .ignore();
}

/** Reads and completes them. */
export class LaunchRepository {
  readonly #knex: Knex;
  readonly #outbox: Outbox;

  constructor(knex: Knex, outbox: Outbox = new Outbox(knex)) {
    this.#knex = knex;
    this.#outbox = outbox;
  }

  /** Notes the pod of a running instance that told that it has its bundle; the processor shows it. */
  async notePreparing(id: string, podUid: string): Promise<void> {
    await this.#outbox.transaction(async (tx, tell) => {
      const count = await tx('instances')
        .where({ id, desired: 'running' })
        .where(where =>
          where.whereNull('preparing').orWhereNot({ preparing: podUid }),
        )
        .update({ preparing: podUid, due_at: 0 });
      if (count === 1) tell('instance', id, { asked: true });
    });
  }

  async get(
    instanceId: string,
    launch: number,
  ): Promise<LaunchRecord | undefined> {
    const row: LaunchRow | undefined = await this.#knex('launches')
      .where({ instance_id: instanceId, launch })
      .first([...LAUNCHES.names]);
    return row && LAUNCHES.read(row);
  }

  /** Of an app, all its versions, the newest first. */
  async last(appName: string, limit: number): Promise<LaunchRecord[]> {
    const rows: LaunchRow[] = await this.#knex('launches')
      .whereIn(
        'app_id',
        this.#knex('apps').where({ name: appName }).select('id'),
      )
      .orderBy('began_at', 'desc')
      .limit(limit)
      .select([...LAUNCHES.names]);
    return rows.map(LAUNCHES.read);
  }

  /**
   * Notes that an instance answered a visitor, of its last launch and the first time alone.
   *
   * @returns milliseconds since it could be opened; undefined where nothing was noted
   */
  async noteFirstByte(
    instanceId: string,
    at: Date,
  ): Promise<number | undefined> {
    const row: LaunchRow | undefined = await this.#knex('launches')
      .where({ instance_id: instanceId })
      .orderBy('launch', 'desc')
      .first([...LAUNCHES.names]);
    const last = row && LAUNCHES.read(row);
    if (!last || last.firstByteMs !== undefined) return undefined;
    const routedMs = last.steps.routed ?? 0;
    // Clocks differ: no visitor is answered by what cannot be opened.
    const firstByteMs = Math.max(
      at.getTime() - Date.parse(last.beganAt),
      routedMs,
    );
    const count = await this.#knex('launches')
      .where({ instance_id: instanceId, launch: last.launch })
      .whereNull('first_byte_ms')
      .update({ first_byte_ms: firstByteMs });
    return count === 1 ? firstByteMs - routedMs : undefined;
  }

  /** @param before - an ISO 8601 time: launches that began earlier are dropped */
  async dropBefore(before: string): Promise<void> {
    await this.#knex('launches').where('began_at', '<', before).delete();
  }
}
