/**
 * The three patches besides apply: JSON Patch (RFC 6902), JSON Merge Patch
 * (RFC 7386) and strategic merge patch with its directives
 * (https://github.com/kubernetes/design-proposals-archive/blob/main/cli/preserve-order-in-strategic-merge-patch.md).
 */
import {
  applyOperation,
  getValueByPointer,
  type Operation,
} from 'fast-json-patch';
import { fieldSchema, resolve, type TypeNode } from '../schema/Schema';
import { equal } from './equal';
import type { Json } from '../types';
import { setField } from '../schema/setField';

/** Thrown where an item of a list does not say which one it is. */
export class MergeKeyError extends Error {
  constructor(item: Json, key: string) {
    super(`map: ${goMap(item)} does not contain declared merge key: ${key}`);
  }
}

/** A value as Go prints a map: `map[image:x]`. */
function goMap(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`;
  if (!value || typeof value !== 'object') return String(value);
  return `map[${Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => `${key}:${goMap(each as Json)}`)
    .join(' ')}]`;
}

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
    else setField(out, key, mergePatch(out[key], value));
  }
  return out;
}

/** Bytes that the copies of one patch may add (apiserver's `JSONPatchMaxCopyBytes`). */
const COPY_LIMIT = 3 * 1024 * 1024;

/**
 * RFC 6902.
 *
 * @throws Error where an operation cannot be carried out, or copies come to more than 3 MiB
 */
export function jsonPatch(target: Json, operations: Json): Json {
  let copied = 0;
  let document = structuredClone(target);
  for (const operation of operations as Operation[]) {
    if (operation?.op === 'copy') {
      const value = getValueByPointer(document, operation.from);
      copied += JSON.stringify(value)?.length ?? 0;
      if (copied > COPY_LIMIT) throw new Error('too much is copied');
    }
    document = applyOperation(document, operation, true).newDocument;
  }
  return document;
}

/**
 * The order of a merged list: what the patch names in its order, what only the object has in its own,
 * and between the two as the object had them (apimachinery's `normalizeElementOrder`).
 */
function inOrder(
  fromPatch: Json[],
  onlyLive: Json[],
  positionOf: (item: Json) => number,
): Json[] {
  const out: Json[] = [];
  let left = 0;
  let right = 0;
  while (left < fromPatch.length && right < onlyLive.length) {
    const [a, b] = [fromPatch[left], onlyLive[right]].map(positionOf);
    // One that the object does not have comes where the patch is.
    if (a < 0 || b < 0 || a < b) out.push(fromPatch[left++]);
    else out.push(onlyLive[right++]);
  }
  return [...out, ...fromPatch.slice(left), ...onlyLive.slice(right)];
}

function mergePrimitives(target: Json[], patch: Json[]): Json[] {
  const fromPatch = patch.filter(
    (value, index) => patch.findIndex(each => equal(each, value)) === index,
  );
  return inOrder(
    fromPatch,
    target.filter(value => !fromPatch.some(each => equal(each, value))),
    item => target.findIndex(each => equal(each, item)),
  );
}

function mergeList(node: TypeNode, target: Json[], patch: Json[]): Json[] {
  const key = node.mergeKey;
  const items = resolve(node.items);
  if (!key) return mergePrimitives(target, patch);
  if (patch.some(item => item?.$patch === 'replace')) {
    return patch.filter(item => item?.$patch !== 'replace');
  }
  const positionOf = (item: Json) =>
    target.findIndex(existing => existing[key] === item[key]);
  const deleted = new Set<Json>();
  const fromPatch: Json[] = [];
  for (const item of patch) {
    const { $patch, ...rest } = item ?? {};
    if (rest[key] === undefined) throw new MergeKeyError(item, key);
    if ($patch === 'delete') deleted.add(rest[key]);
    else
      fromPatch.push(
        strategicMerge(items, target[positionOf(rest)] ?? {}, rest),
      );
  }
  const onlyLive = target.filter(
    existing =>
      !deleted.has(existing[key]) &&
      !fromPatch.some(item => item[key] === existing[key]),
  );
  return inOrder(fromPatch, onlyLive, positionOf);
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
      setField(out, key, mergeList(child, out[key], value));
    else if (Array.isArray(value))
      setField(
        out,
        key,
        value.map(item =>
          item && typeof item === 'object'
            ? strategicMerge(resolve(child.items), {}, item)
            : item,
        ),
      );
    else setField(out, key, strategicMerge(child, out[key], value));
  }
  return out;
}
