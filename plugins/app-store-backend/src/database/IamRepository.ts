/** Policies laid over the access rules, in the database. */
import type { Knex } from 'knex';
import type { IamPolicy } from '../policy';

/** See the module's comment. */
export class IamRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async list(): Promise<IamPolicy[]> {
    const rows = await this.#knex('iam_policies').orderBy('name');
    return rows.map(row => JSON.parse(row.document));
  }

  async get(name: string): Promise<IamPolicy | undefined> {
    const row = await this.#knex('iam_policies').where({ name }).first();
    return row && JSON.parse(row.document);
  }

  /** Puts policies in by their names. */
  async put(
    policies: IamPolicy[],
    options: { replace: boolean; at: string },
  ): Promise<void> {
    await this.#knex.transaction(async tx => {
      if (options.replace)
        await tx('iam_policies')
          .whereNotIn(
            'name',
            policies.map(policy => policy.name),
          )
          .delete();
      for (const policy of policies)
        await tx('iam_policies')
          .insert({
            name: policy.name,
            document: JSON.stringify(policy),
            updated_at: options.at,
          })
          .onConflict('name')
          .merge();
    });
  }

  async delete(name: string): Promise<boolean> {
    return (await this.#knex('iam_policies').where({ name }).delete()) === 1;
  }
}
