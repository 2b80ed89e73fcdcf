/** What becomes of a change before it is stored: what only the server writes stays as it is. */
import { equal } from '../apply/equal';
import { isOwnership, trackUpdate } from '../apply/managedFields';
import { kindSchema } from '../schema/Schema';
import type { Json, KubeObject } from '../types';
import type { Admission } from '../admission/Admission';
import { dropEmpty, SERVER_OWNED } from './beforeCreate';
import { bad, selectorValue, type Cause } from './causes';
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
    .map(path => {
      const value = pick(after, path);
      return bad(
        path,
        path.endsWith('selector') && value ? selectorValue(value) : value ?? '',
        'field is immutable',
      );
    });
}

/** Identity that no write may change, where it is named (apimachinery's `ValidateObjectMetaAccessorUpdate`). */
function identityCauses(before: KubeObject, next: KubeObject): Cause[] {
  return (['uid', 'creationTimestamp'] as const).flatMap(field => {
    const value = next.metadata[field];
    const cause = bad(`metadata.${field}`, value, 'field is immutable');
    if (!value || value === before.metadata[field]) return [];
    // Both the kind's rules and those of all objects say so of a uid.
    return field === 'uid' ? [cause, cause] : [cause];
  });
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

/** How a change is carried out. */
export interface UpdateOptions
  extends Pick<WriteOptions, 'fieldManager' | 'subresource' | 'user'> {
  /** Of an apply; of another write by `fieldManager` they are computed. */
  managedFields?: KubeObject['metadata']['managedFields'];
  admission?: Admission;
  time: string;
}

/** What a request may write, on the object as it is. */
function written(
  resource: Resource,
  before: KubeObject,
  next: KubeObject,
  subresource: WriteOptions['subresource'],
): KubeObject {
  if (subresource === 'finalize')
    return {
      ...before,
      metadata: { ...before.metadata },
      spec: { ...before.spec, finalizers: next.spec?.finalizers },
    };
  if (subresource === 'status') {
    // Annotations may come with a status (a Deployment's revision does), labels may not.
    const { annotations = before.metadata.annotations } = next.metadata ?? {};
    return {
      ...before,
      metadata: { ...before.metadata, annotations },
      status: next.status,
    };
  }
  return {
    ...next,
    apiVersion: before.apiVersion,
    kind: before.kind,
    metadata: metadataOf(before, next),
    ...(resource.status ? { status: before.status } : {}),
  };
}

/**
 * The object as it is to be stored.
 *
 * @throws StatusError 403 where it is not admitted, 422 where a rule is not met
 */
export function beforeUpdate(
  resource: Resource,
  before: KubeObject,
  next: KubeObject,
  options: UpdateOptions,
): { object: KubeObject; warnings: string[] } {
  const { subresource } = options;
  const isPart = subresource === 'status' || subresource === 'finalize';
  const after = written(resource, before, next, subresource);
  dropEmpty(after.metadata);
  const { admission, user } = options;
  if (!isPart) resource.defaults?.(after);
  // Whoever writes may hand fields to another manager: an empty list is none of that.
  // https://kubernetes.io/docs/reference/using-api/server-side-apply/#clearing-managedfields
  const given = next.metadata.managedFields ?? [];
  const managed =
    given.length && given.every(isOwnership)
      ? given
      : before.metadata.managedFields;
  const managedFields =
    options.managedFields ??
    trackUpdate({
      node: kindSchema(resource),
      before: {
        ...before,
        metadata: { ...before.metadata, managedFields: managed },
      },
      after,
      manager: options.fieldManager ?? 'unknown',
      time: options.time,
      subresource: options.subresource,
    });
  admission?.mutate({ resource, object: after, before, user });
  if (subresource === 'status')
    resource.prepareForStatusUpdate?.(before, after, options.time);
  else if (!isPart) resource.prepareForUpdate?.(before, after);
  const causes = [
    ...metadataCauses(resource, after.metadata),
    ...(options.user ? identityCauses(before, next) : []),
    ...(isPart ? [] : resource.validate?.(after) ?? []),
    ...(isPart ? [] : immutableCauses(resource, before, after)),
    ...(isPart ? [] : resource.validateUpdate?.(before, after) ?? []),
  ];
  if (causes.length) throw invalid(resource, before.metadata.name, causes);
  const warnings = [
    ...(resource.warnings?.(after) ?? []),
    ...(isPart
      ? []
      : admission?.validate({ resource, object: after, before, user }) ?? []),
  ];
  if (resource.generation && !isPart && !equal(before.spec, after.spec))
    after.metadata.generation = (before.metadata.generation ?? 1) + 1;
  if (managedFields.length) after.metadata.managedFields = managedFields;
  else delete after.metadata.managedFields;
  return { object: after, warnings };
}
