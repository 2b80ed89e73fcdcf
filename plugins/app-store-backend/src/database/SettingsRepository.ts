/** Facts about this installation. */
import type { Knex } from 'knex';
import { forUpdate } from './locks';

/** Named values of the installation. */
export class SettingsRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async get(name: string): Promise<string | undefined> {
    return (await this.#knex('settings').where({ name }).first('value'))?.value;
  }

  /** The setting; written with `value` where there is none. Racing writers agree on one. */
  async getOrSet(name: string, value: string): Promise<string> {
    await this.#knex('settings')
      .insert({ name, value })
      .onConflict('name')
      .ignore();
    return (await this.get(name))!;
  }

  async set(name: string, value: string): Promise<void> {
    await this.#knex('settings')
      .insert({ name, value })
      .onConflict('name')
      .merge(['value']);
  }

  async delete(name: string): Promise<void> {
    await this.#knex('settings').where({ name }).delete();
  }

  /**
   * Counts up, and past a number; 0 where there was none.
   *
   * @returns the new count
   */
  async increment(name: string, past = 0): Promise<number> {
    return this.#knex.transaction(async tx => {
      await tx('settings')
        .insert({ name, value: '0' })
        .onConflict('name')
        .ignore();
      const row = await forUpdate(tx('settings').where({ name })).first(
        'value',
      );
      const next = Math.max(Number(row.value), past) + 1;
      await tx('settings')
        .where({ name })
        .update({ value: String(next) });
      return next;
    });
  }
}
