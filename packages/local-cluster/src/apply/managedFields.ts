/** `metadata.managedFields`: who wrote which fields last. */
import type { TypeNode } from '../schema/Schema';
import type { Json, KubeObject, ManagedFieldsEntry } from '../types';
import { equal } from './equal';
import {
  fieldsOf,
  fromFieldsV1,
  join,
  toFieldsV1,
  valueAt,
  type FieldSet,
} from './fieldSet';

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

/** Fields that can belong to a manager. */
export function ownable(set: FieldSet): FieldSet {
  for (const path of UNOWNED) set.delete(path);
  return set;
}

/** An object without the members that another one has, too. */
function membersUnlike(object: Json, other: Json): Json {
  return (
    object &&
    Object.fromEntries(
      Object.entries(object).filter(
        ([key, value]) => !equal(value as Json, other?.[key]),
      ),
    )
  );
}

/** The fields that differ between two objects. */
function changedFields(
  node: TypeNode,
  before: Json,
  after: Json,
): { changed: FieldSet; removed: FieldSet } {
  // A write of the status leaves the spec as it is: what is equal as a whole need not be taken apart.
  const old = ownable(fieldsOf(node, membersUnlike(before, after)));
  const now = ownable(fieldsOf(node, membersUnlike(after, before)));
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

/** Who writes, and how. */
type Writer = Omit<ManagedFieldsEntry, 'fieldsType' | 'fieldsV1'>;

/** One writer's fields, as a set. */
interface Ownership {
  writer: Writer;
  fields: FieldSet;
}

/** The writer's own entry among an object's managed fields, and the others'. */
export function readOwnerships(
  object: KubeObject | undefined,
  writer: Writer,
): { mine: Ownership | undefined; others: Ownership[] } {
  const all = (object?.metadata.managedFields ?? []).map(
    ({ fieldsV1, ...rest }) => ({
      writer: rest,
      fields: fromFieldsV1(fieldsV1),
    }),
  );
  const mine = all.find(
    o =>
      o.writer.manager === writer.manager &&
      o.writer.operation === writer.operation &&
      o.writer.subresource === writer.subresource,
  );
  return { mine, others: all.filter(o => o !== mine) };
}

/** The managed fields; `mine` comes last, others that own nothing any more are left out. */
export function writeOwnerships(
  others: Ownership[],
  mine?: Ownership,
): ManagedFieldsEntry[] {
  return [...others.filter(o => o.fields.size), ...(mine ? [mine] : [])].map(
    ({ writer, fields }) => {
      const { manager, operation, apiVersion, time, subresource } = writer;
      return {
        manager,
        operation,
        apiVersion,
        ...(time ? { time } : {}),
        fieldsType: 'FieldsV1',
        fieldsV1: toFieldsV1(fields),
        ...(subresource ? { subresource } : {}),
      };
    },
  );
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
  if (!changed.size && !removed.size)
    return before?.metadata.managedFields ?? [];
  const { apiVersion } = after;
  const writer: Writer = {
    manager,
    operation: 'Update',
    apiVersion,
    time,
    subresource,
  };
  const { mine, others } = readOwnerships(before, writer);
  const fields = mine?.fields ?? new Set();
  for (const path of removed) fields.delete(path);
  for (const path of changed) fields.add(path);
  for (const other of others) {
    for (const path of removed) other.fields.delete(path);
    for (const path of changed) {
      const value = valueAt(node, after, path);
      if (value === null || typeof value !== 'object')
        other.fields.delete(path);
    }
  }
  return writeOwnerships(others, fields.size ? { writer, fields } : undefined);
}
