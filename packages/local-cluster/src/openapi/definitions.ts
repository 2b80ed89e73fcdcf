/**
 * The types of the schema as an OpenAPI document defines them. Without descriptions: the schema has none.
 */
import { schemaTypes, type TypeNode } from '../schema/Schema';
import type { Json } from '../types';

/** Types of `meta/v1`, which all groups share. */
const META = new Set([
  'Condition',
  'DeleteOptions',
  'FieldSelectorRequirement',
  'FieldsV1',
  'LabelSelector',
  'LabelSelectorRequirement',
  'ListMeta',
  'ManagedFieldsEntry',
  'MicroTime',
  'ObjectMeta',
  'OwnerReference',
  'Preconditions',
  'Time',
]);
const MACHINERY = 'io.k8s.apimachinery.pkg';
const OTHERS: Record<string, string> = {
  Quantity: `${MACHINERY}.api.resource.Quantity`,
  IntOrString: `${MACHINERY}.util.intstr.IntOrString`,
  RawExtension: `${MACHINERY}.runtime.RawExtension`,
};
/** Kinds of `apps` are called by their name alone, as those of the core are. */
const APPS =
  /^(ControllerRevision|Deployment|ReplicaSet|RollingUpdate|StatefulSet)/;

/** What the schema calls `Pod` or `rbac.Role`, as Kubernetes' documents call it. */
export function definitionName(key: string): string {
  if (Object.hasOwn(OTHERS, key)) return OTHERS[key];
  if (META.has(key)) return `${MACHINERY}.apis.meta.v1.${key}`;
  if (key.includes('.')) return `io.k8s.api.${key.replace('.', '.v1.')}`;
  return `io.k8s.api.${APPS.test(key) ? 'apps' : 'core'}.v1.${key}`;
}

/** Where a document keeps its definitions. */
export type Place = '#/components/schemas/' | '#/definitions/';

/** How one document writes types. */
export class Definitions {
  readonly #place: Place;
  readonly #made: Record<string, Json> = {};

  constructor(place: Place) {
    this.#place = place;
  }

  get #isV2(): boolean {
    return this.#place === '#/definitions/';
  }

  /** All that were asked for, with all that they refer to. */
  get all(): Record<string, Json> {
    return Object.fromEntries(
      Object.entries(this.#made).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  /** A reference to a type; adds it to the definitions. */
  refer(key: string): { $ref: string } {
    const name = definitionName(key);
    if (!Object.hasOwn(this.#made, name)) {
      this.#made[name] = {}; // a type may refer to itself
      this.#made[name] = this.#write(schemaTypes[key] ?? { type: 'any' });
    }
    return { $ref: `${this.#place}${name}` };
  }

  /** Defines a type of its own name, or adds to one. */
  define(name: string, definition: Json): { $ref: string } {
    this.#made[name] = { ...this.#made[name], ...definition };
    return { $ref: `${this.#place}${name}` };
  }

  #write(node: TypeNode): Json {
    if (node.ref) {
      const reference = this.refer(node.ref);
      // Readers of version 2 know no `allOf`.
      return this.#isV2 ? reference : { allOf: [reference] };
    }
    const extra = {
      ...(node.format ? { format: node.format } : {}),
      ...(node.enum ? { enum: node.enum } : {}),
      ...(node.default === undefined ? {} : { default: node.default }),
      ...(node.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    };
    switch (node.type) {
      case 'struct':
        return {
          type: 'object',
          ...extra,
          ...(node.required ? { required: node.required } : {}),
          properties: Object.fromEntries(
            Object.entries(node.fields ?? {}).map(([name, field]) => [
              name,
              this.#write(field),
            ]),
          ),
        };
      case 'map':
        return {
          type: 'object',
          ...extra,
          additionalProperties: this.#write(node.values ?? {}),
        };
      case 'array':
        return { type: 'array', ...extra, ...this.#list(node) };
      case 'quantity':
        return this.#either('string', 'number');
      case 'intOrString':
        return {
          format: 'int-or-string',
          ...this.#either('integer', 'string'),
        };
      case 'any':
      case undefined:
        return { type: 'object', ...extra };
      default:
        return { type: node.type, ...extra };
    }
  }

  #list(node: TypeNode): Json {
    return {
      items: this.#write(node.items ?? {}),
      ...(node.list ? { 'x-kubernetes-list-type': node.list } : {}),
      ...(node.keys ? { 'x-kubernetes-list-map-keys': node.keys } : {}),
      ...(node.strategy
        ? { 'x-kubernetes-patch-strategy': node.strategy }
        : {}),
      ...(node.mergeKey
        ? { 'x-kubernetes-patch-merge-key': node.mergeKey }
        : {}),
    };
  }

  /** Swagger 2 has no `oneOf`: a string there. */
  #either(...types: string[]): Json {
    return this.#isV2
      ? { type: 'string' }
      : { oneOf: types.map(type => ({ type })) };
  }
}
