/**
 * Sets of fields, as server-side apply speaks of them
 * (structured-merge-diff, FieldsV1): a set holds paths; a path is a list of
 * elements `f:<field>`, `k:<key fields as JSON>` or `v:<value as JSON>`.
 */
import {
  fieldSchema,
  isAssociative,
  resolve,
  type TypeNode,
} from '../schema/Schema';
import type { Json } from '../types';

/** A set of paths, each one joined into a string by {@link join}. */
export type FieldSet = Set<string>;

const SEPARATOR = '\u0000';

/** Joins path elements. */
export function join(path: readonly string[]): string {
  return path.join(SEPARATOR);
}

/** Splits what {@link join} joined. */
function split(path: string): string[] {
  return path.split(SEPARATOR);
}

/** True when `path` is `ancestor` or lies below it. */
export function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(ancestor + SEPARATOR);
}

/** The path element of an item in an associative list. */
export function itemElement(list: TypeNode, item: Json): string {
  if (list.list === 'set') return `v:${JSON.stringify(item)}`;
  const itemNode = resolve(list.items);
  const keys: Record<string, Json> = {};
  for (const key of [...(list.keys ?? [])].sort()) {
    const value = item?.[key] ?? itemNode.fields?.[key]?.default;
    if (value !== undefined) keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

/** Every field that `value` sets. */
export function fieldsOf(
  node: TypeNode,
  value: Json,
  path: string[] = [],
  into: FieldSet = new Set(),
): FieldSet {
  if (value === undefined) return into;
  const isObject = value !== null && typeof value === 'object';
  if (!isObject || node.atomic || node.type === 'any') {
    into.add(join(path));
    return into;
  }
  if (Array.isArray(value)) {
    if (!isAssociative(node)) {
      into.add(join(path));
      return into;
    }
    for (const item of value) {
      const at = [...path, itemElement(node, item)];
      into.add(join(at));
      if (node.list === 'map') fieldsOf(resolve(node.items), item, at, into);
    }
    return into;
  }
  for (const [key, child] of Object.entries(value)) {
    const at = [...path, `f:${key}`];
    const empty =
      child === null ||
      (typeof child === 'object' &&
        !Array.isArray(child) &&
        Object.keys(child as object).length === 0);
    if (empty || node.type === 'map') into.add(join(at));
    fieldsOf(fieldSchema(node, key), child, at, into);
  }
  return into;
}

/** Writes a set as FieldsV1. */
export function toFieldsV1(set: FieldSet): Record<string, Json> {
  const root: Record<string, Json> = {};
  for (const path of [...set].sort()) {
    let at = root;
    for (const element of split(path)) at = at[element] ??= {};
    at['.'] = {};
  }
  const tidy = (node: Record<string, Json>) => {
    const keys = Object.keys(node);
    if (keys.length === 1 && keys[0] === '.') delete node['.'];
    for (const key of Object.keys(node)) if (key !== '.') tidy(node[key]);
    return node;
  };
  return tidy(root);
}

/** Reads FieldsV1. */
export function fromFieldsV1(
  fields: Record<string, Json>,
  path: string[] = [],
  into: FieldSet = new Set(),
): FieldSet {
  const keys = Object.keys(fields);
  if (path.length && (keys.length === 0 || keys.includes('.')))
    into.add(join(path));
  for (const key of keys) {
    if (key !== '.') fromFieldsV1(fields[key], [...path, key], into);
  }
  return into;
}

/** The value at a path; undefined where there is none. */
export function valueAt(node: TypeNode, value: Json, path: string): Json {
  let at = value;
  let schema = node;
  for (const element of split(path)) {
    if (at === undefined || at === null) return undefined;
    if (element.startsWith('f:')) {
      const field = element.slice(2);
      at = at[field];
      schema = fieldSchema(schema, field);
    } else {
      if (!Array.isArray(at)) return undefined;
      const list = schema;
      at = at.find(item => itemElement(list, item) === element);
      schema = resolve(list.items);
    }
  }
  return at;
}

/** A path in the words of a conflict message: `.spec.containers[name="c"].image`. */
export function describe(path: string): string {
  return split(path)
    .map(element => {
      const text = element.slice(2);
      if (element.startsWith('f:')) return `.${text}`;
      if (element.startsWith('v:')) return `[=${text}]`;
      const keys = Object.entries(JSON.parse(text));
      return `[${keys
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(',')}]`;
    })
    .join('');
}
