/** What becomes of a change before it is stored: what only the server writes stays as it is. */
import { equal } from '../apply/equal';
import { trackUpdate } from '../apply/managedFields';
import { kindSchema, resolve } from '../schema/Schema';
import type { Json, KubeObject } from '../types';
import { SERVER_OWNED } from './beforeCreate';
import { bad, type Cause } from './causes';
import { invalid } from './errors';
import { metadataCauses } from './objectMeta';
import type { Resource } from './Resource';
import type { WriteOptions } from './verbs';

function immutableCauses(
  resource: Resource,
  before: KubeObject,
  after: KubeObject,
): Cause[] {
  const pick = (object: Json, path: string) =>
    path.split('.').reduce((at, key) => at?.[key], object);
  return (resource.immutable ?? [])
    .filter(
      path =>
        pick(before, path) !== undefined &&
        !equal(pick(before, path), pick(after, path)),
    )
    .map(path => bad(path, pick(after, path), 'field is immutable'));
}

/** The metadata that a write asks for, with what only the server writes as it was. */
function metadataOf(
  before: KubeObject,
  next: KubeObject,
): KubeObject['metadata'] {
  const metadata = { ...next.metadata };
  for (const field of ['name', 'namespace', ...SERVER_OWNED] as const) {
    delete metadata[field];
    if (before.metadata[field] !== undefined)
      (metadata as Json)[field] = before.metadata[field];
  }
  return metadata;
}

/**
 * The object as it is to be stored.
 *
 * @param options - `managedFields` of an apply; of another write by `fieldManager` they are computed
 * @throws StatusError 422 where a rule is not met
 */
export function beforeUpdate(
  resource: Resource,
  before: KubeObject,
  next: KubeObject,
  options: Pick<WriteOptions, 'fieldManager' | 'subresource'> & {
    managedFields?: KubeObject['metadata']['managedFields'];
    time: string;
  },
): KubeObject {
  const isStatus = options.subresource === 'status';
  const after: KubeObject = isStatus
    ? { ...before, metadata: { ...before.metadata }, status: next.status }
    : {
        ...next,
        apiVersion: before.apiVersion,
        kind: before.kind,
        metadata: metadataOf(before, next),
        ...(resource.status ? { status: before.status } : {}),
      };
  resource.defaults?.(after);
  resource.prepareForUpdate?.(before, after);
  const causes = [
    ...metadataCauses(resource, after.metadata),
    ...(resource.validate?.(after) ?? []),
    ...immutableCauses(resource, before, after),
    ...(resource.validateUpdate?.(before, after) ?? []),
  ];
  if (causes.length) throw invalid(resource, before.metadata.name, causes);
  if (resource.generation && !isStatus && !equal(before.spec, after.spec))
    after.metadata.generation = (before.metadata.generation ?? 1) + 1;
  // Whoever writes may hand fields to another manager: an empty list is none of that.
  // https://kubernetes.io/docs/reference/using-api/server-side-apply/#clearing-managedfields
  const managed = next.metadata.managedFields?.length
    ? next.metadata.managedFields
    : before.metadata.managedFields;
  after.metadata.managedFields =
    options.managedFields ??
    trackUpdate({
      node: resolve(kindSchema(resource.kind)),
      before: {
        ...before,
        metadata: { ...before.metadata, managedFields: managed },
      },
      after,
      manager: options.fieldManager ?? 'unknown',
      time: options.time,
      subresource: options.subresource,
    });
  return after;
}
