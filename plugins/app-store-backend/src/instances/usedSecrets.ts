/** With which values of secrets instances are started, in `instance_secrets`. */
import type { Knex } from 'knex';
import { secretObjectName } from '../kubernetes/manifests/labels';

/** With which value of a secret an instance is started. */
export interface UsedSecret {
  secretId: string;
  valueVersion: number;
}

/** A new launch takes the present values of the same secrets. */
export async function renewSecrets(
  tx: Knex.Transaction,
  instanceId: string,
): Promise<void> {
  await tx('instance_secrets')
    .where({ instance_id: instanceId })
    .update({
      value_version: tx('secrets')
        .select('value_version')
        .whereRaw('secrets.id = instance_secrets.secret_id'),
    });
}

/** Writes down with which values an instance is started. */
export async function useSecrets(
  tx: Knex.Transaction,
  instanceId: string,
  secrets: UsedSecret[],
): Promise<void> {
  await tx('instance_secrets').where({ instance_id: instanceId }).delete();
  // What an app can do without may have gone meanwhile.
  const there: Array<{ id: string }> = await tx('secrets')
    .whereIn(
      'id',
      secrets.map(({ secretId }) => secretId),
    )
    .select('id');
  const rows = secrets.filter(({ secretId }) =>
    there.some(({ id }) => id === secretId),
  );
  if (rows.length)
    await tx('instance_secrets').insert(
      rows.map(({ secretId, valueVersion }) => ({
        instance_id: instanceId,
        secret_id: secretId,
        value_version: valueVersion,
      })),
    );
}

/** Names of the secrets that an instance uses, by the names of their objects. */
export async function secretNamesOf(
  knex: Knex,
  instanceId: string,
): Promise<Map<string, string>> {
  const rows: Array<{ id: string; name: string }> = await knex(
    'instance_secrets',
  )
    .join('secrets', 'secrets.id', 'instance_secrets.secret_id')
    .where({ instance_id: instanceId })
    .select('secrets.id', 'secrets.name');
  return new Map(
    rows.map(secret => [secretObjectName(secret.id), secret.name]),
  );
}
