/** `metadata.managedFields`: who wrote which fields last. */
import { isAssociative, resolve, type TypeNode } from '../schema/Schema';
import type { Json, KubeObject, ManagedFieldsEntry } from '../types';
import { equal } from './equal';
import {
  fromFieldsV1,
  itemElement,
  join,
  toFieldsV1,
  type FieldSet,
} from './fieldSet';
import { ownable } from './ownable';

/** Every field of a value, containers too: they are new with what they hold. */
function allFields(
  declared: TypeNode,
  value: Json,
  path: string[],
  into: FieldSet,
): void {
  if (value === undefined) return;
  if (path.length) into.add(join(path));
  const node = resolve(declared);
  if (
    value === null ||
    typeof value !== 'object' ||
    declared.atomic ||
    node.atomic
  )
    return;
  if (Array.isArray(value)) {
    if (!isAssociative(node)) return;
    for (const item of value) {
      const at = [...path, itemElement(node, item)];
      into.add(join(at));
      if (node.list === 'map') allFields(node.items ?? {}, item, at, into);
    }
    return;
  }
  for (const [key, child] of Object.entries(value))
    allFields(childNode(node, key), child, [...path, `f:${key}`], into);
}

function childNode(node: TypeNode, key: string): TypeNode {
  if (node.type === 'struct') return node.fields?.[key] ?? {};
  return node.type === 'map' ? node.values ?? {} : {};
}

const ZEROS: Record<string, Json> = {
  string: '',
  integer: 0,
  number: 0,
  boolean: false,
};

/** What is there of a scalar of which nothing was said. */
function zeroOf({ present, type }: TypeNode): Json {
  return present && type ? ZEROS[type] : undefined;
}

/** Fields that two values differ in. */
class Difference {
  readonly changed: FieldSet = new Set();
  readonly removed: FieldSet = new Set();

  /** @param isHeld - whether what is not there before is there all the same: a struct that Go holds by value */
  walk(
    declared: TypeNode,
    before: Json,
    after: Json,
    path: string[],
    isHeld: boolean,
  ): void {
    if (before === after || (before === undefined && after === null)) return;
    if (after === undefined) {
      // Of what Go holds by value only the fields go.
      if (isHeld) this.#fields(declared, before, {}, path, isHeld);
      else allFields(declared, before, path, this.removed);
      return;
    }
    if (before === undefined) {
      if (isHeld) this.#fields(declared, {}, after, path, isHeld);
      else allFields(declared, after, path, this.changed);
      return;
    }
    this.#fields(declared, before, after, path, isHeld);
  }

  #fields(
    declared: TypeNode,
    before: Json,
    after: Json,
    path: string[],
    isHeld: boolean,
  ): void {
    const node = resolve(declared);
    const isContainer = (value: Json) =>
      value !== null && typeof value === 'object';
    if (
      !isContainer(before) ||
      !isContainer(after) ||
      declared.atomic ||
      node.atomic ||
      Array.isArray(before) !== Array.isArray(after) ||
      (Array.isArray(after) && !isAssociative(node)) ||
      node.type === 'any'
    ) {
      if (!equal(before, after)) this.changed.add(join(path));
      return;
    }
    if (Array.isArray(after)) {
      this.#items(node, before, after, path);
      return;
    }
    for (const key of new Set([
      ...Object.keys(before),
      ...Object.keys(after),
    ])) {
      const child = childNode(node, key);
      // A list that has to be there is, empty, in what Go holds by value.
      const isEmptyList =
        isHeld &&
        before[key] === undefined &&
        Array.isArray(after[key]) &&
        node.required?.includes(key);
      this.walk(
        child,
        isEmptyList ? [] : before[key] ?? (isHeld ? zeroOf(child) : undefined),
        after[key],
        [...path, `f:${key}`],
        isHeld && Boolean(child.present),
      );
    }
  }

  #items(node: TypeNode, before: Json[], after: Json[], path: string[]): void {
    const byElement = (items: Json[]) =>
      new Map(items.map(item => [itemElement(node, item), item]));
    const old = byElement(before);
    const now = byElement(after);
    for (const element of new Set([...old.keys(), ...now.keys()]))
      this.walk(
        node.list === 'map' ? node.items ?? {} : {},
        old.get(element),
        now.get(element),
        [...path, element],
        false,
      );
  }
}

/** The fields that differ between two objects. */
function changedFields(
  node: TypeNode,
  before: Json,
  after: Json,
): { changed: FieldSet; removed: FieldSet } {
  const difference = new Difference();
  difference.walk(node, before ?? {}, after, [], true);
  return {
    changed: ownable(difference.changed),
    removed: ownable(difference.removed),
  };
}

/** Who writes, and how. */
type Writer = Omit<ManagedFieldsEntry, 'fieldsType' | 'fieldsV1'>;

/** One writer's fields, as a set. */
interface Ownership {
  writer: Writer;
  fields: FieldSet;
}

/** Whether an entry that somebody wrote says what the server reads. */
export function isOwnership({
  manager,
  operation,
  fieldsType,
  fieldsV1,
}: Partial<ManagedFieldsEntry>): boolean {
  return (
    typeof manager === 'string' &&
    ['Apply', 'Update'].includes(operation ?? '') &&
    fieldsType === 'FieldsV1' &&
    fieldsV1 !== null &&
    typeof fieldsV1 === 'object'
  );
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

/** As the server lists them: who applies first, then by the second, then by name. */
function byOrder(a: Writer, b: Writer): number {
  const seconds = ({ time }: Writer) => (time ? Date.parse(time) : 0);
  const compare = (left: Json = '', right: Json = '') =>
    Number(left > right) - Number(left < right);
  return (
    compare(a.operation, b.operation) ||
    seconds(a) - seconds(b) ||
    compare(a.manager, b.manager) ||
    compare(a.apiVersion, b.apiVersion) ||
    compare(a.subresource, b.subresource)
  );
}

/** The managed fields; others that own nothing any more are left out. */
export function writeOwnerships(
  others: Ownership[],
  mine?: Ownership,
): ManagedFieldsEntry[] {
  return [...others.filter(o => o.fields.size), ...(mine ? [mine] : [])]
    .sort((a, b) => byOrder(a.writer, b.writer))
    .map(({ writer, fields }) => {
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
    });
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
    // What comes by way of a Scale has lost its time on the way.
    time: subresource === 'scale' ? undefined : time,
    subresource,
  };
  const { mine, others } = readOwnerships(before, writer);
  const fields = mine?.fields ?? new Set();
  for (const path of removed) fields.delete(path);
  for (const path of changed) fields.add(path);
  for (const other of others) {
    for (const path of removed) other.fields.delete(path);
    for (const path of changed) other.fields.delete(path);
  }
  return writeOwnerships(others, fields.size ? { writer, fields } : undefined);
}
