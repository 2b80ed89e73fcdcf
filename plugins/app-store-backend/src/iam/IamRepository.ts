/** Policies laid over the access rules, in the database. */
import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import { EVERYTHING } from '../changes/ChangeReader';
import { Outbox } from '../changes/Outbox';
import type { IamPolicy } from '../policy';
import { lockName } from '../database/locks';

/** Tells one set of policies from another; of nine digits at most. */
export function revisionOf(policies: ReadonlyArray<IamPolicy>): number {
  const digest = createHash('sha256').update(JSON.stringify(policies));
  return digest.digest().readUInt32BE(0) % 1_000_000_000;
}

/** Policies in the database. */
export class IamRepository {
  readonly #knex: Knex;

  readonly #outbox: Outbox;

  constructor(knex: Knex, outbox: Outbox = new Outbox(knex)) {
    this.#knex = knex;
    this.#outbox = outbox;
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
    return this.#outbox.transaction(async (tx, tell) => {
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
      tell('policy', EVERYTHING);
      return true;
    });
  }

  async delete(name: string): Promise<boolean> {
    return this.#outbox.transaction(async (tx, tell) => {
      const count = await tx('iam_policies').where({ name }).delete();
      if (count) tell('policy', EVERYTHING);
      return count === 1;
    });
  }
}
