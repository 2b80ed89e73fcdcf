/** People who signed in, with the roles that their identity provider said last. */
import type { Knex } from 'knex';

/** A row of `people`. */
export interface PersonRecord {
  userRef: string;
  displayName: string;
  /** As the claim had them. */
  roles: string[];
  signedInAt: string;
}

interface PersonRow {
  user_ref: string;
  display_name: string;
  roles: string;
  signed_in_at: string;
}

/** See the module's comment. */
export class PeopleRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async put(person: PersonRecord): Promise<void> {
    await this.#knex<PersonRow>('people')
      .insert({
        user_ref: person.userRef,
        display_name: person.displayName,
        roles: JSON.stringify(person.roles),
        signed_in_at: person.signedInAt,
      })
      .onConflict('user_ref')
      .merge();
  }

  async find(userRef: string): Promise<PersonRecord | undefined> {
    const row = await this.#knex<PersonRow>('people')
      .where({ user_ref: userRef })
      .first();
    return (
      row && {
        userRef: row.user_ref,
        displayName: row.display_name,
        roles: JSON.parse(row.roles),
        signedInAt: row.signed_in_at,
      }
    );
  }

  async deleteBefore(signedInAt: string): Promise<void> {
    await this.#knex('people').where('signed_in_at', '<', signedInAt).delete();
  }
}
