/**
 * The form of a body: a value of the wrong type is refused in the words of the server's decoder, an
 * unknown field is dropped and told of.
 */
import { resolve, type TypeNode } from './Schema';
import type { Json } from '../types';
import { setField } from './setField';

/** What is wrong with a body. */
export interface Findings {
  /** What the decoder says of the first value of a wrong type. */
  wrong?: string;
  /** Fields that the schema does not know, as paths. */
  unknown: string[];
}

const QUANTITY =
  /^[+-]?(\d+(\.\d*)?|\.\d+)(([eE][+-]?\d+)|[numkMGTPE]|[KMGTPE]i)?$/;
const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Where a value stands, in the decoder's words. */
interface Place {
  /** The Go type that holds the field. */
  struct: string;
  /** From the root, without indexes and keys of maps. */
  field: string;
  /** From the root, with them. */
  path: string;
}

function goValue(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

/** The Go type of a schema. */
function goType(node: TypeNode): string {
  if (node.ref) return `v1.${node.ref.split('.').pop()}`;
  switch (node.type) {
    case 'array':
      return `[]${goType(node.items ?? {})}`;
    case 'map':
      return `map[string]${goType(node.values ?? {})}`;
    case 'integer':
      return node.format ?? 'int64';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'string':
      return node.format === 'byte' ? '[]uint8' : 'string';
    default:
      return 'interface {}';
  }
}

/** What the decoder says of a value that does not fit; undefined where it fits. */
function misfit(
  node: TypeNode,
  declared: TypeNode,
  value: Json,
  { struct, field }: Place,
): string | undefined {
  const cannot = (what = goValue(value)) =>
    `json: cannot unmarshal ${what} into Go struct field ${struct}.${field} of type ${goType(
      declared,
    )}`;
  switch (node.type) {
    case 'string':
      if (typeof value !== 'string') return cannot();
      if (node.format === 'byte' && !BASE64.test(value))
        return `illegal base64 data at input byte ${firstBad(value)}`;
      if (node.format === 'date-time' && !TIME.test(value))
        return `parsing time ${JSON.stringify(
          value,
        )} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(
          value,
        )} as "2006"`;
      return undefined;
    case 'integer':
      if (typeof value !== 'number') return cannot();
      return Number.isInteger(value) && fits(node.format, value)
        ? undefined
        : cannot(`number ${value}`);
    case 'number':
      return typeof value === 'number' ? undefined : cannot();
    case 'boolean':
      return typeof value === 'boolean' ? undefined : cannot();
    case 'intOrString':
      return typeof value === 'string' || Number.isInteger(value)
        ? undefined
        : `json: cannot unmarshal ${goValue(
            value,
          )} into Go value of type int32`;
    case 'quantity':
      return (typeof value === 'number' || typeof value === 'string') &&
        QUANTITY.test(String(value))
        ? undefined
        : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    case 'array':
      return Array.isArray(value) ? undefined : cannot();
    case 'struct':
    case 'map':
      return value && typeof value === 'object' && !Array.isArray(value)
        ? undefined
        : cannot();
    default:
      return undefined;
  }
}

function fits(format: string | undefined, value: number): boolean {
  if (format === 'int32') return value >= -(2 ** 31) && value < 2 ** 31;
  // The largest one is read as the next larger: numbers here have 53 bits.
  return Math.abs(value) <= 2 ** 63;
}

function firstBad(text: string): number {
  const at = text.search(/[^A-Za-z0-9+/]/);
  return at < 0 ? text.length : at;
}

function walk(
  declared: TypeNode,
  value: Json,
  place: Place,
  findings: Findings,
): Json {
  if (value === null || value === undefined) return undefined;
  const node = resolve(declared);
  const wrong = misfit(node, declared, value, place);
  if (wrong) {
    findings.wrong ??= wrong;
    return value;
  }
  if (node.type === 'array') {
    return value.map((item: Json, index: number) =>
      item === null
        ? null
        : walk(
            node.items ?? {},
            item,
            { ...place, path: `${place.path}[${index}]` },
            findings,
          ),
    );
  }
  if (node.type === 'map' || node.type === 'struct') {
    const out: Record<string, Json> = {};
    const struct = declared.ref?.split('.').pop() ?? place.struct;
    for (const [key, child] of Object.entries(value)) {
      const path = place.path ? `${place.path}.${key}` : key;
      if (node.type === 'struct' && !Object.hasOwn(node.fields ?? {}, key)) {
        findings.unknown.push(path);
        continue;
      }
      const isMap = node.type === 'map';
      const inner = place.field ? `${place.field}.${key}` : key;
      const kept = walk(
        isMap ? node.values ?? {} : node.fields![key],
        child,
        {
          struct: isMap ? place.struct : struct,
          field: isMap ? place.field : inner,
          path,
        },
        findings,
      );
      if (kept !== undefined) setField(out, key, kept);
    }
    return out;
  }
  return value;
}

/**
 * Checks `value` and returns it without nulls and unknown fields.
 *
 * @param node - schema of the kind
 * @param kind - its name, for the words
 */
export function conform(
  node: TypeNode,
  value: Json,
  kind: string,
): { value: Json; findings: Findings } {
  const findings: Findings = { unknown: [] };
  return {
    value: walk(node, value, { struct: kind, field: '', path: '' }, findings),
    findings,
  };
}
