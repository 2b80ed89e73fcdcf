/** People who signed in, with the roles that their identity provider said last. */
import type { Knex } from 'knex';
import {
  json,
  Table,
  text,
  type RecordOf,
  type RowOf,
} from '../database/table';

const PEOPLE = Table.create({
  userRef: text(),
  displayName: text(),
  /** As the claim had them. */
  roles: json<string[]>(),
  signedInAt: text(),
});

/** A row of `people`. */
export type PersonRecord = RecordOf<typeof PEOPLE>;
type PersonRow = RowOf<typeof PEOPLE>;

/** People who signed in, in the database. */
export class PeopleRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async put(person: PersonRecord): Promise<void> {
    await this.#knex('people')
      .insert(PEOPLE.write(person))
      .onConflict('user_ref')
      .merge();
  }

  async find(userRef: string): Promise<PersonRecord | undefined> {
    const row = await this.#knex<PersonRow>('people')
      .where({ user_ref: userRef })
      .first();
    return row && PEOPLE.read(row);
  }

  async deleteBefore(signedInAt: string): Promise<void> {
    await this.#knex('people').where('signed_in_at', '<', signedInAt).delete();
  }
}
