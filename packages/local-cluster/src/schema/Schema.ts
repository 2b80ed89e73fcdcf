/**
 * Structure of the kinds served, generated from a real API server's OpenAPI v3
 * documents (see `scripts/generate-schema.mjs`): which field is a list keyed by
 * what, which map is atomic, which value has a default.
 */
import generated from './generated.json';
import type { Json } from '../types';

/** One node of the schema. */
export interface TypeNode {
  ref?: string;
  type?:
    | 'struct'
    | 'map'
    | 'array'
    | 'string'
    | 'integer'
    | 'number'
    | 'boolean'
    | 'quantity'
    | 'intOrString'
    | 'any';
  fields?: Record<string, TypeNode>;
  required?: string[];
  values?: TypeNode;
  items?: TypeNode;
  /** `x-kubernetes-list-type`. */
  list?: string;
  /** `x-kubernetes-list-map-keys`. */
  keys?: string[];
  /** `x-kubernetes-patch-strategy`. */
  strategy?: string;
  /** `x-kubernetes-patch-merge-key`. */
  mergeKey?: string;
  atomic?: boolean;
  /** Owned field by field, though its type is atomic elsewhere. */
  granular?: boolean;
  /** Held by value: it is there, empty or zero, where nothing is said of it. */
  present?: boolean;
  format?: string;
  enum?: string[];
  default?: Json;
}

/** Every type, by its key: `Pod`, or with its group `rbac.Role`. */
// Deeper than what TypeScript compares by itself.
export const schemaTypes = generated.types as unknown as Record<
  string,
  TypeNode
>;
const ANY: TypeNode = { type: 'any' };

/** The version of the API server that the schema was taken from. */
export const KUBERNETES_VERSION = generated.kubernetes;

/** Groups whose kinds are called by their name alone; see `scripts/generate-schema.mjs`. */
const PLAIN_GROUPS = ['', 'apps'];

/** The schema of a kind; one of anything for a kind that there is none of. */
export function kindSchema(of: { group: string; kind: string }): TypeNode {
  return schemaTypes[schemaKey(of)] ?? ANY;
}

/** Whether a group has a kind, served or not. */
export function hasKind(of: { group: string; kind: string }): boolean {
  return Object.hasOwn(schemaTypes, schemaKey(of));
}

/** What the schema calls a kind. */
export function schemaKey({
  group,
  kind,
}: {
  group: string;
  kind: string;
}): string {
  return PLAIN_GROUPS.includes(group) ? kind : `${group.split('.')[0]}.${kind}`;
}

/** Follows a reference, keeping what the referring field says of itself. */
export function resolve(node: TypeNode | undefined): TypeNode {
  if (!node) return ANY;
  if (!node.ref) return node;
  const target = schemaTypes[node.ref] ?? ANY;
  if (node.granular && target.atomic) return { ...target, atomic: undefined };
  return node.atomic && !target.atomic ? { ...target, atomic: true } : target;
}

/** The schema of one field of a struct or of one value of a map. */
export function fieldSchema(node: TypeNode, field: string): TypeNode {
  if (node.type === 'struct') return resolve(node.fields?.[field]);
  if (node.type === 'map') return resolve(node.values);
  return ANY;
}

/** True for a list that merges by key or by value rather than as a whole. */
export function isAssociative(node: TypeNode): boolean {
  return (
    node.type === 'array' &&
    ((node.list === 'map' && Boolean(node.keys)) || node.list === 'set')
  );
}
