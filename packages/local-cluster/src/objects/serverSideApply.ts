/**
 * Server-side apply: merges one manager's configuration into the live object
 * and says who owns which field afterwards.
 *
 * Rules: https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
import {
  fieldSchema,
  isAssociative,
  resolve,
  type TypeNode,
} from '../schema/Schema';
import type { Json, KubeObject, ManagedFieldsEntry } from '../types';
import {
  describe,
  fieldsOf,
  fromFieldsV1,
  isWithin,
  itemElement,
  join,
  toFieldsV1,
  valueAt,
  type FieldSet,
} from './fieldSet';
import { equal } from './equal';

/** A field that another manager owns with another value. */
export interface Conflict {
  manager: string;
  field: string;
}

/** Thrown where the configuration cannot be read as a set of fields (500 in Kubernetes). */
export class DuplicateKeyError extends Error {}

/** Paths that never belong to a manager. */
const UNOWNED = [
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'selfLink',
    'managedFields',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ].map(field => ['f:metadata', `f:${field}`]),
].map(join);

function ownable(set: FieldSet): FieldSet {
  for (const path of UNOWNED) set.delete(path);
  return set;
}

function assertUniqueKeys(node: TypeNode, value: Json, path: string): void {
  if (Array.isArray(value)) {
    if (!isAssociative(node)) return;
    const seen = new Set<string>();
    for (const item of value) {
      const element = itemElement(node, item);
      if (seen.has(element)) {
        throw new DuplicateKeyError(
          `failed to create manager for existing fields: failed to convert new object: .${path}: duplicate entries for key [${element.slice(
            2,
          )}]`,
        );
      }
      seen.add(element);
      assertUniqueKeys(resolve(node.items), item, path);
    }
  } else if (value && typeof value === 'object' && !node.atomic) {
    for (const [key, child] of Object.entries(value)) {
      assertUniqueKeys(
        fieldSchema(node, key),
        child,
        path ? `${path}.${key}` : key,
      );
    }
  }
}

/** Lays `applied` over `live`; keeps what only `live` has. */
function merge(node: TypeNode, live: Json, applied: Json): Json {
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
      out[key] = merge(fieldSchema(node, key), live[key], child);
    }
    return out;
  }
  return applied;
}

/** Removes the fields in `gone`, deepest first; drops a container that becomes empty by it. */
function prune(
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
    if (next !== undefined) out[key] = next;
  }
  return path.length && !Object.keys(out).length && Object.keys(value).length
    ? undefined
    : out;
}

/** The fields that differ between two objects. */
export function changedFields(
  node: TypeNode,
  before: Json,
  after: Json,
): { changed: FieldSet; removed: FieldSet } {
  const old = ownable(fieldsOf(node, before));
  const now = ownable(fieldsOf(node, after));
  const changed: FieldSet = new Set();
  const removed: FieldSet = new Set();
  for (const path of now) {
    if (
      !old.has(path) ||
      !equal(valueAt(node, before, path), valueAt(node, after, path))
    )
      changed.add(path);
  }
  for (const path of old) if (!now.has(path)) removed.add(path);
  return { changed, removed };
}

function entryFor(
  entry: Omit<ManagedFieldsEntry, 'fieldsType' | 'fieldsV1'>,
  set: FieldSet,
): ManagedFieldsEntry {
  const { manager, operation, apiVersion, time, subresource } = entry;
  return {
    manager,
    operation,
    apiVersion,
    ...(time ? { time } : {}),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(set),
    ...(subresource ? { subresource } : {}),
  };
}

/**
 * Applies a configuration.
 *
 * @returns the merged object (managed fields included), or the conflicts
 * @throws DuplicateKeyError where a keyed list holds one key twice
 */
export function apply(options: {
  node: TypeNode;
  live: KubeObject | undefined;
  applied: Json;
  manager: string;
  force: boolean;
  time: string;
  subresource?: string;
}): { object: KubeObject } | { conflicts: Conflict[] } {
  const { node, live, applied, manager, force, time, subresource } = options;
  assertUniqueKeys(node, applied, '');
  const config = { ...applied, metadata: { ...applied.metadata } };
  delete config.metadata.managedFields;
  const appliedSet = ownable(fieldsOf(node, config));

  const entries = live?.metadata.managedFields ?? [];
  const isMine = (e: ManagedFieldsEntry) =>
    e.manager === manager &&
    e.operation === 'Apply' &&
    (e.subresource ?? undefined) === subresource;
  const mine = entries.find(isMine);
  const others = entries
    .filter(e => e !== mine)
    .map(entry => ({ entry, set: fromFieldsV1(entry.fieldsV1) }));

  const conflicts: Conflict[] = [];
  for (const path of appliedSet) {
    const before = valueAt(node, live, path);
    const after = valueAt(node, config, path);
    const isContainer =
      after !== null && typeof after === 'object' && !Array.isArray(after);
    if (isContainer || equal(before, after)) continue;
    for (const other of others) {
      if (other.set.has(path)) {
        if (force) other.set.delete(path);
        else
          conflicts.push({
            manager: other.entry.manager,
            field: describe(path),
          });
      }
    }
  }
  if (conflicts.length) return { conflicts };

  const gone: FieldSet = new Set();
  const kept: FieldSet = new Set(appliedSet);
  for (const other of others) other.set.forEach(path => kept.add(path));
  if (mine) {
    for (const path of fromFieldsV1(mine.fieldsV1)) {
      if (!kept.has(path)) gone.add(path);
    }
  }
  let object = live ? merge(node, live, config) : structuredClone(config);
  if (gone.size) object = prune(node, object, gone, kept);
  const sameFields =
    mine && equal(toFieldsV1(appliedSet), mine.fieldsV1 as Json);
  object.metadata = {
    ...object.metadata,
    managedFields: [
      ...others
        .filter(other => other.set.size)
        .map(other => entryFor(other.entry, other.set)),
      entryFor(
        {
          manager,
          operation: 'Apply',
          apiVersion: applied.apiVersion,
          time: sameFields ? mine.time : time,
          subresource,
        },
        appliedSet,
      ),
    ],
  };
  return { object };
}

/** Managed fields after a create, update or patch by `manager`. */
export function trackUpdate(options: {
  node: TypeNode;
  before: KubeObject | undefined;
  after: KubeObject;
  manager: string;
  time: string;
  subresource?: string;
}): ManagedFieldsEntry[] {
  const { node, before, after, manager, time, subresource } = options;
  const { changed, removed } = changedFields(node, before, after);
  const entries = before?.metadata.managedFields ?? [];
  if (!changed.size && !removed.size) return entries;
  const isMine = (e: ManagedFieldsEntry) =>
    e.manager === manager &&
    e.operation === 'Update' &&
    (e.subresource ?? undefined) === subresource;
  const mine = entries.find(isMine);
  const mySet = mine ? fromFieldsV1(mine.fieldsV1) : new Set<string>();
  for (const path of removed) mySet.delete(path);
  for (const path of changed) mySet.add(path);
  const rest = entries
    .filter(e => e !== mine)
    .map(entry => {
      const set = fromFieldsV1(entry.fieldsV1);
      for (const path of removed) set.delete(path);
      for (const path of changed) {
        const value = valueAt(node, after, path);
        if (value === null || typeof value !== 'object') set.delete(path);
      }
      return { entry, set };
    })
    .filter(({ set }) => set.size)
    .map(({ entry, set }) => entryFor(entry, set));
  if (!mySet.size) return rest;
  return [
    ...rest,
    entryFor(
      {
        manager,
        operation: 'Update',
        apiVersion: after.apiVersion,
        time,
        subresource,
      },
      mySet,
    ),
  ];
}
