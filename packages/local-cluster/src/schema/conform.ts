/**
 * Type checks of a body against the schema, with the server's words: a value of
 * the wrong type is a 400 (the decoder's answer), an unknown field is dropped
 * and warned of, or refused under `fieldValidation=Strict`.
 */
import { fieldSchema, resolve, type TypeNode } from './Schema';
import type { Json } from '../types';

/** What is wrong with a body. */
export interface Findings {
  /** Values of the wrong type: `path: what`. */
  wrong: string[];
  /** Fields that the schema does not know, as paths. */
  unknown: string[];
}

const QUANTITY =
  /^[+-]?(\d+(\.\d*)?|\.\d+)(([eE][+-]?\d+)|[numkMGTPE]|[KMGTPE]i)?$/;

function expected(node: TypeNode, value: Json): string | undefined {
  switch (node.type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'string';
    case 'integer':
      return Number.isInteger(value) ? undefined : 'integer';
    case 'number':
      return typeof value === 'number' ? undefined : 'number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'boolean';
    case 'intOrString':
      return typeof value === 'string' || Number.isInteger(value)
        ? undefined
        : 'integer or string';
    case 'quantity':
      return typeof value === 'number' ||
        (typeof value === 'string' && QUANTITY.test(value))
        ? undefined
        : 'quantity';
    case 'array':
      return Array.isArray(value) ? undefined : 'array';
    case 'struct':
    case 'map':
      return value && typeof value === 'object' && !Array.isArray(value)
        ? undefined
        : 'object';
    default:
      return undefined;
  }
}

function walk(
  node: TypeNode,
  value: Json,
  path: string,
  findings: Findings,
): Json {
  if (value === null || value === undefined) return undefined;
  const want = expected(node, value);
  if (want) {
    findings.wrong.push(
      `${path}: expected ${want}, got ${
        Array.isArray(value) ? 'array' : typeof value
      }`,
    );
    return value;
  }
  if (node.type === 'array') {
    return value.map((item: Json, index: number) =>
      walk(resolve(node.items), item, `${path}[${index}]`, findings),
    );
  }
  if (node.type === 'map' || node.type === 'struct') {
    const out: Record<string, Json> = {};
    for (const [key, child] of Object.entries(value)) {
      const at = path ? `${path}.${key}` : key;
      if (node.type === 'struct' && !node.fields?.[key]) {
        findings.unknown.push(at);
        continue;
      }
      const kept = walk(fieldSchema(node, key), child, at, findings);
      if (kept !== undefined) out[key] = kept;
    }
    return out;
  }
  return value;
}

/**
 * Checks `value` and returns it without nulls and unknown fields.
 *
 * @param node - schema of the kind
 * @param value - the decoded body
 */
export function conform(
  node: TypeNode,
  value: Json,
): { value: Json; findings: Findings } {
  const findings: Findings = { wrong: [], unknown: [] };
  return { value: walk(node, value, '', findings), findings };
}
