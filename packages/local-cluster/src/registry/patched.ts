/** What an object becomes under each kind of patch. */
import { jsonPatch, mergePatch, strategicMerge } from '../apply/patch';
import { apply, DuplicateKeyError } from '../apply/serverSideApply';
import { kindSchema, resolve } from '../schema/Schema';
import type { Json, KubeObject } from '../types';
import { badRequest, StatusError } from './errors';
import type { Resource } from './Resource';
import type { PatchType, WriteOptions } from './verbs';

/**
 * Under a JSON patch, a merge patch or a strategic merge patch.
 *
 * @throws StatusError 422 where the patch does not fit the object
 */
export function patched(
  resource: Resource,
  target: Json,
  type: Exclude<PatchType, 'apply'>,
  patch: Json,
): Json {
  try {
    if (type === 'json') return jsonPatch(target, patch);
    if (type === 'merge') return mergePatch(target, patch);
    return strategicMerge(resolve(kindSchema(resource.kind)), target, patch);
  } catch (error) {
    throw new StatusError(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${
        // What follows is the whole object, a Secret's values included.
        (error as Error).message.split('\n')[0]
      }`,
    );
  }
}

/**
 * Checks the form of what server-side apply is asked for, before its content.
 *
 * @returns the name of who applies
 * @throws StatusError 422 without a field manager, 400 for an untyped object
 */
export function assertApplicable(
  body: Json,
  fieldManager: string | undefined,
): string {
  if (!fieldManager)
    throw new StatusError(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  if (!body?.apiVersion || !body?.kind)
    throw badRequest('invalid object type: apiVersion and kind must be set');
  if (body.metadata?.managedFields?.length)
    throw badRequest('metadata.managedFields must be nil');
  return fieldManager;
}

/**
 * Under server-side apply.
 *
 * @throws StatusError 409 where others own what would change, unless forced
 */
export function appliedTo(
  live: KubeObject | undefined,
  applied: KubeObject,
  resource: Resource,
  options: WriteOptions & {
    fieldManager: string;
    force?: boolean;
    time: string;
  },
): KubeObject {
  const { uid, resourceVersion, ...metadata } = applied.metadata;
  let result;
  try {
    result = apply({
      node: resolve(kindSchema(resource.kind)),
      live,
      applied: { ...applied, metadata },
      manager: options.fieldManager,
      force: options.force ?? false,
      time: options.time,
      subresource: options.subresource,
    });
  } catch (error) {
    if (error instanceof DuplicateKeyError)
      throw new StatusError(500, 'InternalError', error.message);
    throw error;
  }
  if ('object' in result) return result.object;
  const causes = result.conflicts.map(c => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${c.manager}"`,
    field: c.field,
  }));
  throw new StatusError(
    409,
    'Conflict',
    `Apply failed with ${causes.length} conflict${
      causes.length > 1 ? 's' : ''
    }: ${causes.map(c => `${c.message}: ${c.field}`).join('\n')}`,
    { causes },
  );
}
