/**
 * The two halves of an apply on the object itself: a configuration laid over it, and
 * fields that nobody wants any more taken out.
 */
import {
  fieldSchema,
  isAssociative,
  resolve,
  type TypeNode,
} from '../schema/Schema';
import type { Json } from '../types';
import { isWithin, itemElement, join, type FieldSet } from './fieldSet';
import { setField } from '../schema/setField';

/** Lays `applied` over `live`; keeps what only `live` has. */
export function merge(node: TypeNode, live: Json, applied: Json): Json {
  if (applied === undefined) return live;
  if (live === undefined || live === null || applied === null || node.atomic)
    return applied;
  if (Array.isArray(applied)) {
    if (!isAssociative(node) || !Array.isArray(live)) return applied;
    const liveByKey = new Map(
      live.map((item: Json) => [itemElement(node, item), item]),
    );
    const out = applied.map((item: Json) => {
      const key = itemElement(node, item);
      const before = liveByKey.get(key);
      liveByKey.delete(key);
      return node.list === 'set'
        ? item
        : merge(resolve(node.items), before, item);
    });
    return [...out, ...liveByKey.values()];
  }
  if (typeof applied === 'object' && typeof live === 'object') {
    const out = { ...live };
    for (const [key, child] of Object.entries(applied)) {
      setField(out, key, merge(fieldSchema(node, key), live[key], child));
    }
    return out;
  }
  return applied;
}

/** Removes the fields in `gone`, deepest first; drops a container that becomes empty by it. */
export function prune(
  node: TypeNode,
  value: Json,
  gone: FieldSet,
  kept: FieldSet,
  path: string[] = [],
): Json {
  const here = join(path);
  const holdsKept = () => [...kept].some(p => isWithin(p, here));
  if (path.length && gone.has(here) && !holdsKept()) return undefined;
  if (value === null || typeof value !== 'object' || node.atomic) return value;
  if (path.length && ![...gone].some(p => isWithin(p, here))) return value;
  if (Array.isArray(value)) {
    if (!isAssociative(node)) return value;
    const out = value
      .map(item =>
        prune(resolve(node.items), item, gone, kept, [
          ...path,
          itemElement(node, item),
        ]),
      )
      .filter(item => item !== undefined);
    return out.length || !value.length ? out : undefined;
  }
  const out: Record<string, Json> = {};
  for (const [key, child] of Object.entries(value)) {
    const next = prune(fieldSchema(node, key), child, gone, kept, [
      ...path,
      `f:${key}`,
    ]);
    if (next !== undefined) setField(out, key, next);
  }
  return path.length && !Object.keys(out).length && Object.keys(value).length
    ? undefined
    : out;
}
