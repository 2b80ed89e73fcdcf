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
import type { Json, KubeObject } from '../types';
import { equal } from './equal';
import {
  describe,
  fieldsOf,
  itemElement,
  join,
  valueAt,
  type FieldSet,
} from './fieldSet';
import { readOwnerships, writeOwnerships } from './managedFields';
import { ownable } from './ownable';
import { merge, prune } from './merge';

/** A field that another manager owns with another value. */
export interface Conflict {
  manager: string;
  field: string;
}

/** Who owns a field, as a conflict names them (`structured-merge-diff`'s managers). */
function describeWriter(writer: {
  manager: string;
  operation: string;
  apiVersion: string;
  subresource?: string;
}): string {
  const { manager, operation, apiVersion, subresource } = writer;
  return [
    JSON.stringify(manager),
    ...(subresource ? [`with subresource ${JSON.stringify(subresource)}`] : []),
    ...(operation === 'Update' ? [`using ${apiVersion}`] : []),
  ].join(' ');
}

/** Thrown where the configuration cannot be read as a set of fields (500 in Kubernetes). */
export class DuplicateKeyError extends Error {}

function assertUniqueKeys(
  node: TypeNode,
  value: Json,
  path: string[] = [],
): void {
  if (Array.isArray(value)) {
    if (!isAssociative(node)) return;
    const seen = new Set<string>();
    for (const item of value) {
      const element = itemElement(node, item);
      if (seen.has(element))
        throw new DuplicateKeyError(
          `${describe(join(path))}: duplicate entries for key ${describe(
            element,
          )}`,
        );
      seen.add(element);
      assertUniqueKeys(resolve(node.items), item, [...path, element]);
    }
  } else if (value && typeof value === 'object' && !node.atomic) {
    for (const [key, child] of Object.entries(value))
      assertUniqueKeys(fieldSchema(node, key), child, [...path, `f:${key}`]);
  }
}

/** An object without what says who manages it. */
function without({ metadata, ...rest }: KubeObject): Json {
  const { managedFields, ...meta } = metadata;
  return { ...rest, metadata: meta };
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
  const { apiVersion } = applied;
  const writer = {
    manager,
    operation: 'Apply' as const,
    apiVersion,
    time,
    subresource,
  };
  assertUniqueKeys(node, applied);
  const config = { ...applied, metadata: { ...applied.metadata } };
  delete config.metadata.managedFields;
  const appliedSet = ownable(fieldsOf(node, config));

  const { mine, others } = readOwnerships(live, writer);

  const conflicts: Conflict[] = [];
  for (const path of appliedSet) {
    const before = valueAt(node, live, path);
    const after = valueAt(node, config, path);
    const isContainer =
      after !== null && typeof after === 'object' && !Array.isArray(after);
    if (isContainer || equal(before, after)) continue;
    for (const other of others) {
      if (!other.fields.has(path)) continue;
      if (force) other.fields.delete(path);
      else
        conflicts.push({
          manager: describeWriter(other.writer),
          field: describe(path),
        });
    }
  }
  if (conflicts.length) return { conflicts };

  const kept: FieldSet = new Set(appliedSet);
  for (const other of others) other.fields.forEach(path => kept.add(path));
  const gone: FieldSet = new Set(
    [...(mine?.fields ?? [])].filter(path => !kept.has(path)),
  );
  let object = live ? merge(node, live, config) : structuredClone(config);
  if (gone.size) object = prune(node, object, gone, kept);
  const isSame = live && equal(without(live), without(object));
  object.metadata = {
    ...object.metadata,
    managedFields: writeOwnerships(others, {
      // Who changes nothing has no time of a change.
      writer: isSame ? { ...writer, time: mine?.writer.time } : writer,
      fields: appliedSet,
    }),
  };
  return { object };
}
