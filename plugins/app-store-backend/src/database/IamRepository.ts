/** Policies laid over the access rules, in the database. */
import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import type { IamPolicy } from '../policy';
import { lockName } from './locks';

/** Tells one set of policies from another; of nine digits at most. */
export function revisionOf(policies: ReadonlyArray<IamPolicy>): number {
  const digest = createHash('sha256').update(JSON.stringify(policies));
  return digest.digest().readUInt32BE(0) % 1_000_000_000;
}

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

  /**
   * Puts policies in by their names.
   *
   * @param options.revision - what {@link revisionOf} said of those that the change was made from
   * @returns false, and nothing is changed, where they are others by now
   */
  async put(
    policies: IamPolicy[],
    options: { replace: boolean; at: string; revision?: number },
  ): Promise<boolean> {
    return this.#knex.transaction(async tx => {
      await lockName(tx, 'iam_policies');
      if (
        options.revision !== undefined &&
        options.revision !== revisionOf(await new IamRepository(tx).list())
      )
        return false;
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
      return true;
    });
  }

  async delete(name: string): Promise<boolean> {
    return (await this.#knex('iam_policies').where({ name }).delete()) === 1;
  }
}
