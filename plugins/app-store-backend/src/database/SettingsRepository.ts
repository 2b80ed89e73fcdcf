/** Facts about this installation. */
import type { Knex } from 'knex';

/** See the module's comment. */
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
}
