/** What keeps apps from being run, and when that was looked at, in the database. */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { APPS, type AppRow } from './appRows';

/** Ids in one statement. */
const FORGET_BATCH = 1000;
/** Answers of {@link Preconditions} in the database. */
export class PreconditionRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** Writes down whether an app can be run here. */
  async set(
    id: string,
    found: { problems: Problem[]; checkedAt: string },
  ): Promise<void> {
    await this.#knex<AppRow>('apps')
      .where({ id })
      .update({
        ...APPS.write({ runnable: found.problems.length === 0, ...found }),
      });
  }

  /** Writes down that apps were looked at, and are as they were; not of those that are to be looked at again. */
  async setChecked(ids: string[], checkedAt: string): Promise<void> {
    if (ids.length)
      await this.#knex<AppRow>('apps')
        .whereIn('id', ids)
        .whereNotNull('checked_at')
        .update({ checked_at: checkedAt });
  }

  /** Has apps looked at with the next periodic look. */
  async forget(ids: string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += FORGET_BATCH)
      await this.#knex<AppRow>('apps')
        .whereIn('id', ids.slice(from, from + FORGET_BATCH))
        .update({ checked_at: null });
  }

  /** Ids of apps in the order in which they were last checked, those never checked first. */
  async listUnchecked(before: string, limit: number): Promise<string[]> {
    // One query each: an order that begins with nulls has no index.
    const never: string[] = await this.#knex('apps')
      .whereNull('checked_at')
      .limit(limit)
      .pluck('id');
    if (never.length === limit) return never;
    const stale: string[] = await this.#knex('apps')
      .where('checked_at', '<', before)
      .orderBy('checked_at')
      .limit(limit - never.length)
      .pluck('id');
    return [...never, ...stale];
  }
}
