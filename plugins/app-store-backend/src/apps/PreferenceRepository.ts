/** What somebody likes and has pinned. */
import type { Knex } from 'knex';
import { lockName } from '../database/locks';

/** Of one app. */
export interface Preferences {
  liked: boolean;
  pinned: boolean;
}

/** Likes and pins. */
export class PreferenceRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async of(
    userRef: string,
    appIds: string[],
  ): Promise<Map<string, Preferences>> {
    if (!userRef || !appIds.length) return new Map();
    const rows = await this.#knex('app_preferences')
      .where({ user_ref: userRef })
      .whereIn('app_id', appIds);
    return new Map(
      rows.map(row => [
        row.app_id,
        { liked: Boolean(row.liked), pinned: Boolean(row.pinned) },
      ]),
    );
  }

  /** Changes a preference; the app's count of likes goes with it. */
  async set(
    userRef: string,
    appId: string,
    change: Partial<Preferences>,
  ): Promise<void> {
    await this.#knex.transaction(async tx => {
      await lockName(tx, `likes/${appId}`);
      const before = await tx('app_preferences')
        .where({ user_ref: userRef, app_id: appId })
        .first();
      const after: Preferences = {
        liked: Boolean(before?.liked),
        pinned: Boolean(before?.pinned),
        ...change,
      };
      await tx('app_preferences')
        .insert({ user_ref: userRef, app_id: appId, ...after })
        .onConflict(['user_ref', 'app_id'])
        .merge(['liked', 'pinned']);
      const likes = Number(after.liked) - Number(Boolean(before?.liked));
      if (likes)
        await tx('apps').where({ id: appId }).increment('likes', likes);
    });
  }
}
