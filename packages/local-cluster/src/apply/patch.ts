/**
 * The three patches besides apply: JSON Patch (RFC 6902), JSON Merge Patch
 * (RFC 7386) and strategic merge patch with its directives
 * (https://github.com/kubernetes/design-proposals-archive/blob/main/cli/preserve-order-in-strategic-merge-patch.md).
 */
import { applyPatch, type Operation } from 'fast-json-patch';
import { fieldSchema, resolve, type TypeNode } from '../schema/Schema';
import { equal } from './equal';
import type { Json } from '../types';

/** RFC 7386. */
export function mergePatch(target: Json, patch: Json): Json {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch))
    return patch;
  const out: Record<string, Json> =
    target && typeof target === 'object' && !Array.isArray(target)
      ? { ...target }
      : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else out[key] = mergePatch(out[key], value);
  }
  return out;
}

/**
 * RFC 6902.
 *
 * @throws Error where an operation cannot be carried out
 */
export function jsonPatch(target: Json, operations: Json): Json {
  return applyPatch(
    structuredClone(target),
    operations as Operation[],
    true,
    false,
    true,
  ).newDocument;
}

function mergeList(node: TypeNode, target: Json[], patch: Json[]): Json[] {
  const key = node.mergeKey;
  const items = resolve(node.items);
  if (!key) {
    const added = patch.filter(
      value => !target.some(existing => equal(existing, value)),
    );
    return [...target, ...added];
  }
  if (patch.some(item => item?.$patch === 'replace')) {
    return patch.filter(item => item?.$patch !== 'replace');
  }
  let out = [...target];
  for (const item of patch) {
    const { $patch, ...rest } = item ?? {};
    if (rest[key] === undefined)
      throw new Error(
        `map: ${JSON.stringify(
          item,
        )} does not contain declared merge key: ${key}`,
      );
    const at = out.findIndex(existing => existing[key] === rest[key]);
    if ($patch === 'delete') out = out.filter(e => e[key] !== rest[key]);
    else if (at >= 0) out[at] = strategicMerge(items, out[at], rest);
    else out.push(strategicMerge(items, {}, rest));
  }
  return out;
}

/** Strategic merge patch of one value. */
export function strategicMerge(
  node: TypeNode,
  target: Json,
  patch: Json,
): Json {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch))
    return patch;
  if (patch.$patch === 'replace') {
    const { $patch, ...rest } = patch;
    return rest;
  }
  if (patch.$patch === 'delete') return {};
  const out: Record<string, Json> =
    target && typeof target === 'object' ? { ...target } : {};
  const retain = patch.$retainKeys as string[] | undefined;
  if (retain) {
    for (const key of Object.keys(out))
      if (!retain.includes(key)) delete out[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$retainKeys' || key.startsWith('$setElementOrder/')) continue;
    if (key.startsWith('$deleteFromPrimitiveList/')) {
      const field = key.slice('$deleteFromPrimitiveList/'.length);
      out[field] = (out[field] ?? []).filter(
        (item: Json) => !(value as Json[]).includes(item),
      );
      continue;
    }
    const child = fieldSchema(node, key);
    if (value === null) delete out[key];
    else if (
      Array.isArray(value) &&
      Array.isArray(out[key]) &&
      child.strategy?.includes('merge')
    )
      out[key] = mergeList(child, out[key], value);
    else if (Array.isArray(value))
      out[key] = value.map(item =>
        item && typeof item === 'object'
          ? strategicMerge(resolve(child.items), {}, item)
          : item,
      );
    else out[key] = strategicMerge(child, out[key], value);
  }
  return out;
}
