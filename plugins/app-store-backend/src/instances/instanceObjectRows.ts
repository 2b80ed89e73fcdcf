/** The Kubernetes objects of instances in the database: read where they are applied, and nowhere else. */
import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import type { InstanceObjects } from '../kubernetes/manifests/instanceObjects';

/** Another text for other objects: 32 hex digits. */
export function objectsDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** The columns of `instances` that follow from its objects. */
export function objectColumns(objects: InstanceObjects) {
  const text = JSON.stringify(objects);
  return {
    objects: text,
    objects_digest: objectsDigest(text),
    has_volume: Boolean(objects.claim),
  };
}

export async function putObjects(
  tx: Knex.Transaction,
  id: string,
  objects: InstanceObjects,
): Promise<void> {
  await tx('instance_objects')
    .insert({ instance_id: id, objects: JSON.stringify(objects) })
    .onConflict('instance_id')
    .merge(['objects']);
}

/** The objects of an instance; undefined where there is no such instance. */
export async function objectsOf(
  knex: Knex,
  id: string,
): Promise<InstanceObjects | undefined> {
  const row = await knex('instances')
    .leftJoin(
      'instance_objects',
      'instance_objects.instance_id',
      'instances.id',
    )
    .where({ 'instances.id': id })
    .first(
      'instances.objects_digest',
      { older: 'instances.objects' },
      'instance_objects.objects',
    );
  if (!row) return undefined;
  // The release before this one, beside which this one may run, writes the column alone.
  const isOlder = objectsDigest(row.older) !== row.objects_digest;
  return JSON.parse(isOlder ? row.older : row.objects);
}
