/** What an object becomes under each kind of patch. */
import { describe, itemElement } from '../apply/fieldSet';
import {
  jsonPatch,
  mergePatch,
  MergeKeyError,
  strategicMerge,
} from '../apply/patch';
import {
  apply,
  DuplicateKeyError,
  type Conflict,
} from '../apply/serverSideApply';
import { kindSchema, resolve, type TypeNode } from '../schema/Schema';
import type { Json, KubeObject } from '../types';
import { bad, required } from './causes';
import {
  badRequest,
  invalid,
  optionsKind,
  StatusError,
  unexpected,
} from './errors';
import type { Resource } from './Resource';
import type { PatchType, WriteOptions } from './verbs';

/** Of a JSON patch (apiserver's `maxJSONPatchOperations`). */
const MOST_OPERATIONS = 10_000;

/**
 * Under a JSON patch, a merge patch or a strategic merge patch.
 *
 * @throws StatusError 413 where a JSON patch is too long, 422 where the patch does not fit the object, 500 where a list's items have no key
 */
export function patched(
  resource: Pick<Resource, 'group' | 'kind'>,
  target: Json,
  type: Exclude<PatchType, 'apply'>,
  patch: Json,
): Json {
  if (type === 'merge') return mergePatch(target, patch);
  if (type === 'strategic') {
    try {
      return strategicMerge(kindSchema(resource), target, patch);
    } catch (error) {
      if (error instanceof MergeKeyError) throw unexpected(error.message);
      throw error;
    }
  }
  if (patch.length > MOST_OPERATIONS)
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${patch.length}`,
      {},
    );
  try {
    return jsonPatch(target, patch);
  } catch {
    // Why is not said: it would tell the whole object, a Secret's values included.
    throw new StatusError(
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      {},
    );
  }
}

/** What a patch makes of an object is none of its kind. */
export function patchRefused(body: Json, words: string): StatusError {
  return invalid({ group: '', kind: '' }, '', [
    bad('patch', goJson(body), words),
  ]);
}

/** Keys of an object's metadata in the order in which Go writes them. */
const META_ORDER = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

function sortedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sortedKeys(value[key])]),
  );
}

/** As the server has a patched object as a text: its fields in order, its metadata as Go writes it. */
function goJson(body: Json): string {
  const sorted = sortedKeys({ ...body, metadata: undefined });
  if (body.metadata) {
    const { labels, annotations } = body.metadata;
    // Maps are sorted, structs are not.
    const metadata = {
      ...body.metadata,
      labels: labels && sortedKeys(labels),
      annotations: annotations && sortedKeys(annotations),
    };
    sorted.metadata = Object.fromEntries(
      META_ORDER.filter(key => metadata[key] !== undefined).map(key => [
        key,
        metadata[key],
      ]),
    );
  }
  return JSON.stringify(sorted);
}

/**
 * Checks the form of what server-side apply is asked for, before its content.
 *
 * @returns the name of who applies
 * @throws StatusError 400 for an untyped object, 422 without a field manager, 500 for a field that there is none of
 */
export function assertApplicable(
  resource: Resource,
  name: string,
  body: Json,
  fieldManager: string | undefined,
): string {
  if (!fieldManager)
    throw invalid(optionsKind('PatchOptions'), '', [
      required('fieldManager', 'is required for apply patch'),
    ]);
  if (!body || typeof body !== 'object' || Array.isArray(body))
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${
        Array.isArray(body) ? 'array' : typeof body
      } into Go value of type map[string]interface {}`,
    );
  const { apiVersion = '', kind = '' } = body;
  if (!apiVersion || !kind)
    throw badRequest(
      `invalid object type: ${goVersion(apiVersion)}, Kind=${kind}`,
    );
  if (body.metadata?.managedFields?.length)
    throw badRequest('metadata.managedFields must be nil');
  const unknown = undeclared(kindSchema(resource), body, '');
  if (unknown)
    throw unexpected(
      `failed to create typed patch object (${body.metadata?.namespace ?? ''}/${
        body.metadata?.name ?? name
      }; ${goVersion(
        apiVersion,
      )}, Kind=${kind}): ${unknown}: field not declared in schema`,
    );
  return fieldManager;
}

/** `/v1` for the core, `apps/v1`. */
function goVersion(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
}

/** The first field that the schema does not have, as a path. */
function undeclared(
  declared: TypeNode,
  value: Json,
  path: string,
): string | undefined {
  const node = resolve(declared);
  if (!value || typeof value !== 'object') return undefined;
  if (Array.isArray(value)) {
    for (const item of value) {
      const key = node.keys?.length ? describe(itemElement(node, item)) : '';
      const found = undeclared(node.items ?? {}, item, `${path}${key}`);
      if (found) return found;
    }
    return undefined;
  }
  if (node.type !== 'struct' && node.type !== 'map') return undefined;
  for (const [key, child] of Object.entries<Json>(value)) {
    const at = `${path}.${key}`;
    if (node.type === 'struct' && !Object.hasOwn(node.fields ?? {}, key))
      return at;
    const found = undeclared(
      (node.type === 'map' ? node.values : node.fields?.[key]) ?? {},
      child,
      at,
    );
    if (found) return found;
  }
  return undefined;
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
      node: kindSchema(resource),
      live,
      applied: { ...applied, metadata },
      manager: options.fieldManager,
      force: options.force ?? false,
      time: options.time,
      subresource: options.subresource,
    });
  } catch (error) {
    if (error instanceof DuplicateKeyError)
      throw unexpected(
        `failed to create typed patch object (${''}/${
          applied.metadata.name
        }; ${goVersion(applied.apiVersion)}, Kind=${applied.kind}): ${
          error.message
        }`,
      );
    throw error;
  }
  if ('object' in result) return result.object;
  const causes = result.conflicts.map(c => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${c.manager}`,
    field: c.field,
  }));
  throw new StatusError(409, 'Conflict', conflictMessage(result.conflicts), {
    causes,
  });
}

/** As apimachinery's `getConflictMessage` says it. */
function conflictMessage(conflicts: Conflict[]): string {
  if (conflicts.length === 1) {
    const [{ manager, field }] = conflicts;
    return `Apply failed with 1 conflict: conflict with ${manager}: ${field}`;
  }
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].sort();
  const lines = managers.flatMap(manager => [
    `conflicts with ${manager}:`,
    ...conflicts
      .filter(each => each.manager === manager)
      .map(({ field }) => `- ${field}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}
